import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { type Flags, readFlags } from "../../src/controller/flags.ts";

function flags(...args: string[]): Flags {
  const line = readFlags(args, "1.2.3");
  if (line.is === "print") throw new Error(line.text);
  return line.flags;
}

test("flags: the defaults are the peer's, except for the client's limits", () => {
  const { ignored, ...all } = flags();
  deepEqual(ignored, []);
  deepEqual(all, {
    namespaced: false,
    instanceId: "",
    rolloutResync: 900,
    rolloutThreads: 10,
    analysisThreads: 30,
    experimentThreads: 10,
    serviceThreads: 10,
    controllers: "",
    qps: 1_000,
    burst: 2_000,
    loglevel: "info",
    logformat: "",
    metricsPort: 8090,
    healthzPort: 8080,
    leaderElect: true,
    leaderElectionLeaseDuration: 15_000,
    leaderElectionRenewDeadline: 10_000,
    leaderElectionRetryPeriod: 2_000,
    selfServiceNotificationEnabled: false,
    analysisDenyCidr: [],
    analysisAllowHost: [],
    albIngressClasses: ["alb"],
    nginxIngressClasses: ["nginx"],
    awsVerifyTargetGroup: false,
    awsTargetGroupBindingApiVersion: "elbv2.k8s.aws/v1beta1",
    albTagKeyResourceId: "ingress.k8s.aws/resource",
    istioApiVersion: "v1alpha3",
    ingressApiVersion: "",
    trafficSplitApiVersion: "v1alpha1",
    ambassadorApiVersion: "getambassador.io/v2",
    traefikApiGroup: "traefik.io",
    traefikApiVersion: "traefik.io/v1alpha1",
    appmeshCrdVersion: "v1beta2",
  });
});

const read: [args: string[], want: Partial<Flags>][] = [
  [["--namespaced"], { namespaced: true }],
  [["--namespaced=true", "-n", "prod"], { namespaced: true, namespace: "prod" }],
  [["--leader-elect=false"], { leaderElect: false }],
  [["--leader-elect", "--instance-id", "blue"], { leaderElect: true, instanceId: "blue" }],
  [
    ["--leader-election-lease-duration=1m", "--leader-election-renew-deadline=40s"],
    { leaderElectionLeaseDuration: 60_000 as never },
  ],
  [["--metricsport", "9000"], { metricsPort: 9000 }],
  [["--metricsPort=0", "--healthzPort=0"], { metricsPort: 0, healthzPort: 0 }],
  [
    ["--nginx-ingress-classes", "nginx", "--nginx-ingress-classes", "internal"],
    { nginxIngressClasses: ["nginx", "internal"] },
  ],
  [["--alb-verify-weight"], { awsVerifyTargetGroup: true }],
  [["--kubeconfig", "/a", "--context=b", "--as", "c"], { kubeconfig: "/a", context: "b", as: "c" }],
  [["--insecure-skip-tls-verify"], { insecureSkipTlsVerify: true }],
  [["--logformat", "json", "--loglevel", "debug"], { logformat: "json", loglevel: "debug" }],
  [["--ingress-threads", "3", "--kloglevel=2"], { ignored: ["--ingress-threads", "--kloglevel"] }],
  [
    ["--analysis-deny-cidr=10.0.0.0/8,fd00::/8", "--analysis-deny-cidr", "192.0.2.1"],
    { analysisDenyCidr: ["10.0.0.0/8", "fd00::/8", "192.0.2.1"] },
  ],
  [["--analysis-allow-host=a.svc,*.b.svc"], { analysisAllowHost: ["a.svc", "*.b.svc"] }],
  [["--controllers", "analysis"], { controllers: "analysis" }],
];
for (const [args, want] of read) {
  test(`flags: ${args.join(" ")}`, () => {
    const all = flags(...args);
    for (const [name, value] of Object.entries(want)) deepEqual(all[name as keyof Flags], value);
  });
}

const refused: [args: string[], text: RegExp][] = [
  [["--nonsense"], /unknown option '--nonsense'/],
  [["run"], /too many arguments/],
  [["--rollout-threads", "0"], /at least 1/],
  [["--metricsPort", "http"], /0 to 65535/],
  [["--leader-elect=maybe"], /true or false/],
  [["--leader-election-retry-period", "2"], /It is a duration such as 15s/],
  [["--leader-election-renew-deadline", "20s"], /must exceed the renew deadline/],
  [["--analysis-deny-cidr", "10.0.0.0/8,internal"], /"internal" is no network/],
  [["--controllers", "x"], /unsupported controller: x/],
  [["--loglevel", "loud"], /Allowed choices/],
];
for (const [args, text] of refused) {
  test(`flags: ${args.join(" ")} is refused with code 2`, () => {
    const line = readFlags(args, "1.2.3");
    if (line.is !== "print") throw new Error("it was accepted");
    equal(line.code, 2);
    match(line.text, text);
  });
}

test("flags: --version and --help are printed with code 0", () => {
  deepEqual(readFlags(["--version"], "1.2.3"), { is: "print", text: "1.2.3\n", code: 0 });
  const help = readFlags(["--help"], "1.2.3");
  equal(help.is === "print" && help.code === 0 && /--instance-id/.test(help.text), true);
});
