import type { Logger } from "pino";
import { istioGroup } from "../api/istioRouting.ts";
import type { Access } from "../kube/access.ts";
import { clientOf } from "../kube/client.ts";
import { Discovery } from "../kube/discovery.ts";
import { apart } from "../kube/farCluster.ts";
import { Election, leaseName } from "../kube/lease.ts";
import { rateLimit } from "../kube/rate.ts";
import { type Transport, transportOf } from "../kube/transport.ts";
import type { Pace } from "../kube/watch.ts";
import type { Client, Clock } from "../reconcile/ports.ts";
import { serveHealth } from "../server/health.ts";
import { serveMetrics } from "../server/metrics.ts";
import type { Served } from "../server/serve.ts";
import type { NameMatch } from "../telemetry/analysisMetrics.ts";
import { Metrics } from "../telemetry/metrics.ts";
import type { Build } from "../telemetry/processMetrics.ts";
import { fenced } from "./fence.ts";
import type { Flags } from "./flags.ts";
import { type IstioCluster, istioCluster } from "./istioCluster.ts";
import { Leading } from "./lead.ts";
import { leaseNamespace } from "./leaseNamespace.ts";
import { controllerNamespace } from "./ownNamespace.ts";
import type { Table } from "./table.ts";

/** What the controller process is made of. */
export interface ControllerOptions {
  readonly flags: Flags;
  readonly build: Build;
  readonly access: Access;
  /** The namespace of the kubeconfig, for `--namespaced`. */
  readonly namespace: string;
  readonly clock: Clock;
  readonly log: Logger;
  /**
   * The kinds to look after; the client writes only while this process leads, and so must every other one.
   * `istioCluster` names us in the cluster that Istio's objects are in, where that is another one.
   */
  readonly table: (client: Client, mayWrite: () => boolean, istioCluster?: string) => Table;
  readonly matches: NameMatch;
  readonly pace?: Partial<Pace>;
}

/** A controller that runs. */
export interface Controller {
  readonly ports: { readonly metrics: number; readonly healthz: number };
  /** Resolves to the exit code: 0 after `stop`, 1 when the lease was lost or the start failed. */
  readonly ended: Promise<number>;
  /** Finishes what was begun, gives the lease back, and ends. */
  stop(): void;
}

/** Starts the controller: serves health and metrics at once, and works when it is the leader. */
export async function startController(options: ControllerOptions): Promise<Controller> {
  const { flags, build, log, access } = options;
  for (const flag of flags.ignored) log.warn({ flag }, "This flag has no effect");
  const metrics = new Metrics({ build, matches: options.matches });
  const servers = await serveBoth(flags, metrics);
  const open = (to: Access): Transport =>
    transportOf({
      access: to,
      userAgent: `lotse/${build.version}`,
      limit: rateLimit(flags.qps, flags.burst),
      ended: ({ request: { about }, status }) => about && metrics.requested({ ...about, status }),
    });
  const transport = open(access);
  const stopping = Promise.withResolvers<void>();
  const ended = run(options, { metrics, open, transport, stopping: stopping.promise })
    .catch((error: unknown) => {
      log.error({ error: error instanceof Error ? error.stack : String(error) }, "The controller failed");
      return 1;
    })
    .then(async (code) => {
      metrics.stop();
      transport.close();
      await Promise.all(servers.map((server) => server.close()));
      log.info({ code }, "Controller stopped");
      return code;
    });
  const [healthz, scrape] = servers;
  return { ended, ports: { metrics: scrape.port, healthz: healthz.port }, stop: () => stopping.resolve() };
}

async function serveBoth(
  flags: Flags,
  metrics: Metrics,
): Promise<readonly [healthz: Served, metrics: Served]> {
  const healthz = await serveHealth(flags.healthzPort);
  try {
    return [healthz, await serveMetrics(flags.metricsPort, () => metrics.text())];
  } catch (error) {
    await healthz.close();
    throw error;
  }
}

interface Parts {
  readonly metrics: Metrics;
  /** Opens the way to another API server. */
  readonly open: (access: Access) => Transport;
  readonly transport: Transport;
  readonly stopping: Promise<void>;
}

/** Waits for the lease, leads until told to stop or until the lease is lost; resolves to the exit code. */
async function run(options: ControllerOptions, parts: Parts): Promise<number> {
  const { transport, stopping } = parts;
  const discovery = new Discovery(transport);
  let isOver = false;
  const asked = stopping.then(() => {
    isOver = true;
    return "stop" as const;
  });
  const election = await Promise.race([asked, electionOf(options, transport, discovery, () => isOver)]);
  if (election === "stop") return 0;
  const won =
    election === undefined ? "won" : await Promise.race([asked, election.won().then(() => "won" as const)]);
  const lost = election?.lost.then(() => "lost" as const) ?? new Promise<never>(() => {});
  const ends = Promise.race([asked, lost]);
  const istio =
    won === "stop" ? won : await Promise.race([ends, istioOf(options, parts, discovery, () => isOver)]);
  if (istio === "stop" || istio === "lost") {
    await election?.release();
    return istio === "stop" ? 0 : 1;
  }
  try {
    return await lead(options, parts, { election, istio, ends });
  } finally {
    istio?.transport.close();
  }
}

/** The cluster that Istio's objects are in, when it is another one; AnalysisRuns alone need none. */
async function istioOf(
  { flags, log, namespace }: ControllerOptions,
  { open, transport }: Parts,
  discovery: Discovery,
  isOver: () => boolean,
): Promise<IstioCluster | undefined> {
  if (flags.controllers === "analysis") return undefined;
  return istioCluster({
    client: clientOf(transport, discovery),
    namespace: flags.namespaced ? namespace : controllerNamespace(),
    log,
    open,
    retryPeriod: flags.leaderElectionRetryPeriod,
    isOver,
  });
}

interface Term {
  readonly election: Election | undefined;
  readonly istio: IstioCluster | undefined;
  readonly ends: Promise<"stop" | "lost">;
}

/** Leads until the term ends; resolves to the exit code. */
async function lead(
  options: ControllerOptions,
  { metrics, transport: near }: Parts,
  { election, istio, ends }: Term,
): Promise<number> {
  const { flags, log } = options;
  const transport = istio === undefined ? near : apart(istioGroup, istio.transport, near);
  const discovery = new Discovery(transport);
  const mayWrite = () => election?.held ?? true;
  const client = fenced(clientOf(transport, discovery), mayWrite);
  const leading = new Leading({
    ...options,
    client,
    metrics,
    table: options.table(client, mayWrite, istio?.id),
    scope: { namespace: flags.namespaced ? options.namespace : undefined, instanceId: flags.instanceId },
    parts: { transport, discovery, log, ...(options.pace ? { pace: options.pace } : {}) },
    resync: flags.rolloutResync,
  });
  const failed = leading.start().then(() => new Promise<never>(() => {}));
  if ((await Promise.race([ends, failed])) === "lost") {
    log.error("Lost the lease: another process may lead now");
    await leading.halt();
    return 1;
  }
  log.info("Stopping: finishing what was begun");
  await leading.stop();
  await election?.release();
  return 0;
}

/** The election, or undefined when there is none. Its requests do not wait behind ordinary ones. */
async function electionOf(
  options: ControllerOptions,
  transport: Transport,
  discovery: Discovery,
  isOver: () => boolean,
): Promise<Election | undefined> {
  const { flags, log } = options;
  if (!flags.leaderElect) return undefined;
  const client = clientOf(transport, discovery, { urgent: true });
  const name = leaseName(flags.instanceId);
  const namespace = await leaseNamespace({
    client,
    log,
    own: controllerNamespace(),
    other: options.namespace,
    lease: name,
    retryPeriod: flags.leaderElectionRetryPeriod,
    isOver,
  });
  return new Election({
    client,
    namespace,
    name,
    log,
    times: {
      duration: flags.leaderElectionLeaseDuration,
      renewDeadline: flags.leaderElectionRenewDeadline,
      retryPeriod: flags.leaderElectionRetryPeriod,
    },
  });
}
