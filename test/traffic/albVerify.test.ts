import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import type { LoadBalancer, TargetGroup } from "../../src/reconcile/loadBalancers.ts";
import { hostsOf, judged } from "../../src/traffic/albVerify.ts";
import { expectedTargets, judgedTargets } from "../../src/traffic/targets.ts";
import { object, wanted } from "./support.ts";

const config = { ingress: "web", servicePort: 80 };
const arnOf = (name: string) => `arn:aws:elasticloadbalancing:r:1:targetgroup/${name}/943f`;
const group = (service: string, weight: number | undefined, ingress = "web"): TargetGroup => ({
  arn: arnOf(service),
  name: service,
  resource: `prod/${ingress}-${service}:80`,
  weight,
});
const balancer = (...targetGroups: TargetGroup[]): LoadBalancer => ({
  arn: "arn:aws:elasticloadbalancing:r:1:loadbalancer/app/k8s-web/50dc",
  name: "k8s-web",
  targetGroups,
});
const canaryAt = (weight: number | undefined) =>
  balancer(group("shop-canary", weight), group("shop-stable", 90));
const one = { ingress: "web", hosts: ["web.example.org"] };
const seen = (found: LoadBalancer | undefined, ingress = "web") => ({
  ingress,
  host: "web.example.org",
  balancer: found,
});
const extra = { serviceName: "exp", podTemplateHash: "x", weight: 5 };
const about = (service: string) => `Service ${service} (TargetGroup ${arnOf(service)})`;
const yes = (service: string, weight: number) =>
  `Normal TargetGroupVerified ${about(service)} verified: canary weight ${weight} set`;
const no = (service: string, weight: number, current: number) =>
  `Warning TargetGroupUnverified ${about(service)} not verified: canary weight ${weight} not yet set (current: ${current})`;

const cases: [
  name: string,
  ingresses: (typeof one)[],
  found: ReturnType<typeof seen>[],
  more: object,
  want: boolean,
  events: string[],
][] = [
  ["the canary's group has the weight", [one], [seen(canaryAt(10))], {}, true, [yes("shop-canary", 10)]],
  ["it has another", [one], [seen(canaryAt(5))], {}, false, [no("shop-canary", 10, 5)]],
  ["no rule names it", [one], [seen(canaryAt(undefined))], {}, false, [no("shop-canary", 10, 0)]],
  ["there is no group of the canary yet", [one], [seen(balancer(group("shop-stable", 90)))], {}, false, []],
  [
    "a load balancer is not found",
    [one],
    [seen(undefined)],
    {},
    false,
    ["Warning LoadBalancerNotFound Failed to find load balancer: web.example.org"],
  ],
  ["an Ingress has no load balancer (trap T-40)", [{ ingress: "web", hosts: [] }], [], {}, false, []],
  [
    "an experiment has its weight too",
    [one],
    [seen(balancer(group("shop-canary", 10), group("exp", 5)))],
    { additional: [extra] },
    true,
    [yes("shop-canary", 10), yes("exp", 5)],
  ],
  [
    "an experiment has not",
    [one],
    [seen(balancer(group("shop-canary", 10), group("exp", 0)))],
    { additional: [extra] },
    false,
    [yes("shop-canary", 10), no("exp", 5, 0)],
  ],
  [
    "both Ingresses have it, beside an experiment",
    [one, { ingress: "web2", hosts: ["web.example.org"] }],
    [
      seen(balancer(group("shop-canary", 10), group("exp", 5))),
      seen(balancer(group("shop-canary", 10, "web2"), group("exp", 5, "web2")), "web2"),
    ],
    { additional: [extra] },
    true,
    [yes("shop-canary", 10), yes("exp", 5), yes("shop-canary", 10), yes("exp", 5)],
  ],
  [
    "one of two names is behind",
    [{ ingress: "web", hosts: ["a", "b"] }],
    [seen(canaryAt(10)), seen(canaryAt(9))],
    {},
    false,
    [yes("shop-canary", 10), no("shop-canary", 10, 9)],
  ],
];
for (const [name, ingresses, found, more, want, events] of cases) {
  test(`verification by AWS: ${name}`, () => {
    const { verified, events: told } = judged(config, ingresses, found, wanted({ weight: 10, ...more }));
    deepEqual(verified, want);
    deepEqual(
      told.map(({ type, reason, message }) => `${type} ${reason} ${message}`),
      events,
    );
  });
}

test("the status names load balancer and target groups, of ping-pong in their roles", () => {
  const pingPong = { ping: "shop-stable", pong: "shop-canary", stable: "ping" } as const;
  const { albs } = judged(config, [one], [seen(canaryAt(10))], wanted({ weight: 10, pingPong }));
  deepEqual(albs, [
    {
      ingress: "web",
      loadBalancer: { name: "k8s-web", arn: balancer().arn, fullName: "k8s-web/50dc" },
      canaryTargetGroup: { name: "shop-canary", arn: arnOf("shop-canary"), fullName: "shop-canary/943f" },
      stableTargetGroup: { name: "shop-stable", arn: arnOf("shop-stable"), fullName: "shop-stable/943f" },
    },
  ]);
});

test("the names of load balancers are those of the status, without empty ones", () => {
  const status = { loadBalancer: { ingress: [{ hostname: "" }, { ip: "1.2.3.4" }, { hostname: "a" }] } };
  const ingress = object("networking.k8s.io/v1", "Ingress", "web", { status });
  deepEqual(hostsOf([ingress, undefined]), [{ ingress: "web", hosts: ["a"] }]);
});

const binding = (serviceRef: object, targetType = "ip") =>
  object("elbv2.k8s.aws/v1beta1", "TargetGroupBinding", "b", {
    spec: { targetGroupARN: "arn", targetType, serviceRef },
  });
const service = object("v1", "Service", "shop", {
  spec: {
    ports: [
      { name: "http", port: 80, targetPort: "web" },
      { name: "admin", port: 9090, targetPort: 9091 },
    ],
  },
});
const endpoints = object("v1", "Endpoints", "shop", {
  subsets: [
    {
      addresses: [{ ip: "10.0.0.1" }, { ip: "10.0.0.2" }],
      ports: [
        { name: "http", port: 8080 },
        { name: "admin", port: 9091 },
      ],
    },
    { addresses: [{ ip: "10.0.0.3" }], ports: [{ name: "http", port: 8081 }] },
  ],
});
const bindings: [
  name: string,
  serviceRef: object,
  targetType: string | undefined,
  want: string[] | undefined,
][] = [
  [
    "by the number of a port",
    { name: "shop", port: 9090 },
    "ip",
    ["10.0.0.1:9091", "10.0.0.2:9091", "10.0.0.3:9091"],
  ],
  [
    "by the name of a port whose target has a name",
    { name: "shop", port: "http" },
    "ip",
    ["10.0.0.1:8080", "10.0.0.2:8080", "10.0.0.3:8081"],
  ],
  ["of instances", { name: "shop", port: 80 }, "instance", undefined],
  ["of another Service", { name: "other", port: 80 }, "ip", undefined],
  ["of a port that the Service does not have", { name: "shop", port: 81 }, "ip", undefined],
];
for (const [name, ref, targetType, want] of bindings) {
  test(`targets: a binding ${name}`, () => {
    const expected = expectedTargets([binding(ref, targetType)], service, endpoints);
    deepEqual(expected, want === undefined ? [] : [{ arn: "arn", expected: want }]);
  });
}

const groups: [
  name: string,
  registered: ReadonlySet<string> | { error: string },
  want: boolean,
  event: string,
][] = [
  [
    "all are registered, and others",
    new Set(["a:1", "b:1", "c:1"]),
    true,
    "Normal TargetGroupVerified Service shop (TargetGroup arn) verified: 2 endpoints registered",
  ],
  [
    "one is missing",
    new Set(["a:1"]),
    false,
    "Warning TargetGroupUnverified Service shop (TargetGroup arn) not verified: 1/2 endpoints registered",
  ],
  [
    "AWS does not say",
    { error: "no" },
    false,
    "Warning TargetGroupVerifyError Failed to verify Service shop (TargetGroup arn): no",
  ],
];
for (const [name, registered, want, event] of groups) {
  test(`targets: ${name}`, () => {
    const { verified, events } = judgedTargets("shop", [
      { arn: "arn", expected: ["a:1", "b:1"], registered },
    ]);
    deepEqual(verified, want);
    deepEqual(
      events.map(({ type, reason, message }) => `${type} ${reason} ${message}`),
      [event],
    );
  });
}

test("targets: a Service without target group has nothing to verify", () => {
  deepEqual(judgedTargets("shop", []), { verified: true, events: [] });
});
