import { Command, CommanderError, InvalidArgumentError, Option } from "commander";
import { Problem } from "../api/problem.ts";
import { duration, type Millis } from "../api/time.ts";
import type { ConfigOptions } from "../kube/config.ts";
import { outboundOf } from "../providers/outbound.ts";
import { type Format, formats, type Level, levels } from "../telemetry/log.ts";

/** What the command line says (traffic-cli-ops 7.1). */
export interface Flags extends ConfigOptions {
  readonly namespaced: boolean;
  readonly instanceId: string;
  /** Seconds after which every object is looked at again though nothing has changed. */
  readonly rolloutResync: number;
  readonly rolloutThreads: number;
  readonly analysisThreads: number;
  readonly experimentThreads: number;
  readonly serviceThreads: number;
  /** Requests to the API server in a second, and at once; 0 is no limit. */
  readonly qps: number;
  readonly burst: number;
  readonly loglevel: Level;
  readonly logformat: Format;
  readonly metricsPort: number;
  readonly healthzPort: number;
  readonly leaderElect: boolean;
  readonly leaderElectionLeaseDuration: Millis;
  readonly leaderElectionRenewDeadline: Millis;
  readonly leaderElectionRetryPeriod: Millis;
  /** Networks that metric providers may not ask, beside those that they never may. */
  readonly analysisDenyCidr: readonly string[];
  /** Hosts that metric providers may ask whatever their address. */
  readonly analysisAllowHost: readonly string[];
  readonly albIngressClasses: readonly string[];
  readonly nginxIngressClasses: readonly string[];
  readonly awsVerifyTargetGroup: boolean;
  readonly awsTargetGroupBindingApiVersion: string;
  readonly albTagKeyResourceId: string;
  readonly istioApiVersion: string;
  readonly ingressApiVersion: string;
  readonly trafficSplitApiVersion: string;
  readonly ambassadorApiVersion: string;
  readonly traefikApiGroup: string;
  readonly traefikApiVersion: string;
  readonly appmeshCrdVersion: string;
  readonly selfServiceNotificationEnabled: boolean;
  /** Empty for all, or `analysis` for AnalysisRuns alone. */
  readonly controllers: string;
  /** Flags that were given and mean nothing here. */
  readonly ignored: readonly string[];
}

/** What to do: run, or print a text and end with a code (2 for a command line that is wrong). */
export type CommandLine =
  | { readonly is: "run"; readonly flags: Flags }
  | { readonly is: "print"; readonly text: string; readonly code: 0 | 2 };

/** Flags of the peer that have nothing to act on here; accepted so that its manifests keep working. */
const meaningless = [
  "--ingress-threads <n>",
  "--ephemeral-metadata-threads <n>",
  "--ephemeral-metadata-update-pod-retries <n>",
  "--kloglevel <n>",
  "--enable-pprof-address <address>",
];

/** Reads the arguments that follow the program's name. */
export function readFlags(args: readonly string[], version: string): CommandLine {
  const printed: string[] = [];
  const write = (text: string): number => printed.push(text);
  const command = commandOf(version).exitOverride().configureOutput({ writeOut: write, writeErr: write });
  try {
    command.parse(args, { from: "user" });
    const flags = flagsOf(command);
    if (flags.controllers !== "" && flags.controllers !== "analysis") {
      throw new InvalidArgumentError(`unsupported controller: ${flags.controllers}`);
    }
    const { leaderElectionLeaseDuration: lease, leaderElectionRenewDeadline: deadline } = flags;
    if (!(lease > deadline && deadline > 1.2 * flags.leaderElectionRetryPeriod)) {
      throw new InvalidArgumentError(
        "the lease duration must exceed the renew deadline, and that 1.2 retry periods",
      );
    }
    return { is: "run", flags };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    const text = printed.join("") || `error: ${error.message}\n`;
    return { is: "print", text, code: error.exitCode === 0 ? 0 : 2 };
  }
}

function commandOf(version: string): Command {
  const command = new Command("lotse")
    .description("A progressive-delivery controller for Kubernetes.")
    .version(version, "--version", "print the version")
    .allowExcessArguments(false)
    .option(
      "--instance-id <id>",
      "look after the objects that carry this instance id, instead of those without",
      "",
    )
    .option("--rollout-resync <seconds>", "look at everything again after this time", count, 900)
    .option("--rollout-threads <n>", "rollouts worked on at a time", positive, 10)
    .option("--analysis-threads <n>", "analysis runs worked on at a time", positive, 30)
    .option("--experiment-threads <n>", "experiments worked on at a time", positive, 10)
    .option("--service-threads <n>", "Services worked on at a time", positive, 10)
    .option("--controllers <name>", "run only this controller; the one possible value is analysis", "");
  for (const add of [addKubeconfig, addProcess, addAnalysis, addRouting]) add(command);
  for (const flags of meaningless) command.addOption(new Option(flags, "without effect").hideHelp());
  return command;
}

function addKubeconfig(command: Command): void {
  command.addOption(
    bool("--namespaced", "watch one namespace only: that of -n, of the context or of the pod").default(false),
  );
  command
    .option("-n, --namespace <name>", "the namespace for --namespaced")
    .option("--kubeconfig <file>", "the kubeconfig; else $KUBECONFIG, ~/.kube/config or the service account")
    .option("--context <name>", "the context of the kubeconfig")
    .option("--cluster <name>", "the cluster of the kubeconfig")
    .option("--user <name>", "the user of the kubeconfig")
    .option("-s, --server <url>", "the address of the API server")
    .option("--token <token>", "a bearer token for the API server")
    .option("--as <user>", "act as this user")
    .option("--certificate-authority <file>", "the certificates that the API server must have")
    .option("--client-certificate <file>", "a client certificate")
    .option("--client-key <file>", "the key of the client certificate")
    .option("--tls-server-name <name>", "the name in the certificate of the API server")
    .addOption(bool("--insecure-skip-tls-verify", "do not check the certificate of the API server"));
}

function addProcess(command: Command): void {
  command
    .option("--qps <n>", "requests to the API server in a second; 0 is no limit", count, 1_000)
    .option("--burst <n>", "requests to the API server at once", count, 2_000)
    .addOption(new Option("--loglevel <level>", "how much to log").choices(levels).default("info"))
    .addOption(new Option("--logformat <format>", "text or json").choices(formats).default(""))
    .option("--metricsPort <port>", "the port of /metrics", port, 8090)
    .addOption(new Option("--metricsport <port>", "deprecated: --metricsPort").argParser(port).hideHelp())
    .option("--healthzPort <port>", "the port of /healthz", port, 8080)
    .addOption(bool("--leader-elect", "only one of several processes works").default(true))
    .option(
      "--leader-election-lease-duration <duration>",
      "how long others wait for a silent leader",
      span,
      span("15s"),
    )
    .option(
      "--leader-election-renew-deadline <duration>",
      "how long the leader tries to renew",
      span,
      span("10s"),
    )
    .option("--leader-election-retry-period <duration>", "the time between two tries", span, span("2s"))
    .addOption(
      bool("--self-service-notification-enabled", "read notification settings of each namespace too").default(
        false,
      ),
    );
}

function addAnalysis(command: Command): void {
  command
    .option(
      "--analysis-deny-cidr <network>",
      "a network that metric providers may not ask, beside those that they never may; repeatable",
      networks,
    )
    .option(
      "--analysis-allow-host <host>",
      "a host that they may ask whatever its address; *.example.com is all below it; repeatable",
      gathered,
    );
}

function addRouting(command: Command): void {
  command
    .option("--alb-ingress-classes <class>", "ingress classes of the AWS controller; repeatable", gathered)
    .option("--nginx-ingress-classes <class>", "ingress classes of nginx; repeatable", gathered)
    .addOption(bool("--aws-verify-target-group", "verify the weights of AWS target groups").default(false))
    .addOption(bool("--alb-verify-weight", "deprecated: --aws-verify-target-group").hideHelp())
    .option(
      "--aws-target-group-binding-api-version <version>",
      "of TargetGroupBinding",
      "elbv2.k8s.aws/v1beta1",
    )
    .option("--alb-tag-key-resource-id <key>", "the tag of AWS resources", "ingress.k8s.aws/resource")
    .option("--istio-api-version <version>", "of VirtualService and DestinationRule", "v1alpha3")
    .option("--ingress-api-version <version>", "of Ingress", "")
    .option("--traffic-split-api-version <version>", "of TrafficSplit", "v1alpha1")
    .option("--ambassador-api-version <version>", "of Mapping", "getambassador.io/v2")
    .option("--traefik-api-group <group>", "of TraefikService", "traefik.io")
    .option("--traefik-api-version <version>", "of TraefikService", "traefik.io/v1alpha1")
    .option("--appmesh-crd-version <version>", "of the App Mesh kinds", "v1beta2");
}

function flagsOf(command: Command): Flags {
  const { metricsport, albVerifyWeight, ...rest } = command.opts<Record<string, unknown>>();
  const given = command.options.filter(
    (option) => command.getOptionValueSource(option.attributeName()) === "cli",
  );
  const ignored = given
    .filter((option) => meaningless.includes(option.flags))
    .map((option) => option.long ?? "");
  return {
    ...rest,
    metricsPort: metricsport ?? rest["metricsPort"],
    awsVerifyTargetGroup: rest["awsVerifyTargetGroup"] === true || albVerifyWeight === true,
    analysisDenyCidr: rest["analysisDenyCidr"] ?? [],
    analysisAllowHost: rest["analysisAllowHost"] ?? [],
    albIngressClasses: rest["albIngressClasses"] ?? ["alb"],
    nginxIngressClasses: rest["nginxIngressClasses"] ?? ["nginx"],
    ignored,
  } as unknown as Flags;
}

/** A flag as Go has them: `--flag`, `--flag=true`, `--flag=false`. */
function bool(name: string, about: string): Option {
  return new Option(`${name} [bool]`, about).preset(true).argParser((text: string | boolean) => {
    if (/^(true|t|1)$/i.test(String(text))) return true;
    if (/^(false|f|0)$/i.test(String(text))) return false;
    throw new InvalidArgumentError("It is true or false.");
  });
}

function count(text: string): number {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new InvalidArgumentError("It is a number.");
  return Number(text);
}

function positive(text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw new InvalidArgumentError("It is a whole number, at least 1.");
  return Number(text);
}

function port(text: string): number {
  if (!/^\d+$/.test(text) || Number(text) > 65_535)
    throw new InvalidArgumentError("It is a port: 0 to 65535.");
  return Number(text);
}

function span(text: string): Millis {
  try {
    return duration(text);
  } catch (error) {
    if (error instanceof Problem)
      throw new InvalidArgumentError(`It is a duration such as 15s (${error.message}).`);
    throw error;
  }
}

function gathered(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, ...text.split(",")];
}

function networks(text: string, before?: readonly string[]): readonly string[] {
  try {
    outboundOf({ denied: text.split(","), allowedHosts: [] });
  } catch (error) {
    if (error instanceof Problem) throw new InvalidArgumentError(error.message);
    throw error;
  }
  return gathered(text, before);
}
