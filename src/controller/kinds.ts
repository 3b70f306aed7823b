import { pattern } from "../analysis/expression/regex.ts";
import { analysisRunKind, measuringJobs, runShape } from "../analysis/index.ts";
import { istioGroup } from "../api/istioRouting.ts";
import { Problem } from "../api/problem.ts";
import { eventReason } from "../api/reasons.ts";
import { seconds } from "../api/time.ts";
import { experimentKind } from "../experiment/index.ts";
import { loadBalancersOf } from "../providers/loadBalancers.ts";
import type { Surroundings } from "../providers/provider.ts";
import type { Client } from "../reconcile/ports.ts";
import { rolloutKind, rolloutShapesFor } from "../rollout/index.ts";
import { routingKind } from "../rollout/routingCleanup.ts";
import { serviceKind } from "../rollout/serviceCleanup.ts";
import type { VerifierOptions } from "../rollout/verifier.ts";
import { type Routers, routersFor } from "../traffic/index.ts";
import type { Flags } from "./flags.ts";
import { measuring } from "./measuring.ts";
import type { Reconciled, Table } from "./table.ts";
import { wallClock } from "./wallClock.ts";

/** Where the controller works. */
export interface Place {
  /** The one namespace, or undefined for all. */
  readonly namespace?: string | undefined;
  /** Names us in the cluster that Istio's objects are in, where that is another one. */
  readonly istioCluster?: string | undefined;
}

/** Every kind that the controller looks after, in one namespace or in all. A new one is a line here. */
export function tableOf(
  client: Client,
  flags: Flags,
  surroundings: Surroundings,
  jobCluster?: Client | undefined,
  { namespace, istioCluster }: Place = {},
): Table {
  const runs: Reconciled = {
    kind: analysisRunKind({ measure: measuring({ client, flags, surroundings, jobCluster }) }),
    workers: flags.analysisThreads,
  };
  const jobs = { ...measuringJobs, always: true };
  if (flags.controllers === "analysis") return { kinds: [runs], shapes: [runShape, jobs] };

  const table = routersBy(flags, istioCluster);
  const rollouts: Reconciled = {
    kind: rolloutKind(table, verifyingBy(flags, surroundings)),
    workers: flags.rolloutThreads,
    greeting: ({ status, metadata: { name, namespace } }) =>
      status === undefined
        ? {
            type: "Normal",
            reason: eventReason.added,
            message: `Rollout resource added to informer: ${namespace}/${name}`,
          }
        : undefined,
    farewell: ({ metadata: { name, namespace } }) => ({
      type: "Normal",
      reason: eventReason.deleted,
      message: `Rollout ${name}/${namespace} is deleted.`,
    }),
  };
  const experiments: Reconciled = { kind: experimentKind(), workers: flags.experimentThreads };
  const services: Reconciled = { kind: serviceKind(), workers: flags.serviceThreads };
  const routing: Reconciled = { kind: routingKind(table, namespace), workers: flags.serviceThreads };
  const shapes = rolloutShapesFor(table).map((shape) => ({
    ...shape,
    always: true,
    ...(shape.kind.kind.startsWith("Cluster") ? { scope: "cluster" as const } : {}),
  }));
  return { kinds: [rollouts, runs, experiments, services, routing], shapes: [...shapes, jobs] };
}

/**
 * How AWS is asked to confirm weights and targets; undefined unless a flag wants that. A number of seconds in
 * `ROLLOUT_VERIFY_RETRY_INTERVAL` says how often; what is none is passed over (trap T-41).
 */
export function verifyingBy(flags: Flags, surroundings: Surroundings): VerifierOptions | undefined {
  if (!flags.awsVerifyTargetGroup) return undefined;
  const every = Number(surroundings.variables["ROLLOUT_VERIFY_RETRY_INTERVAL"] ?? "");
  return {
    loadBalancers: loadBalancersOf({ surroundings, clock: wallClock, tagKey: flags.albTagKeyResourceId }),
    bindings: flags.awsTargetGroupBindingApiVersion,
    ...(Number.isInteger(every) && every > 0 ? { interval: seconds(every) } : {}),
  };
}

/** The routers with the API versions that the flags name (traffic-cli-ops 7.1). */
export function routersBy(flags: Flags, istioCluster?: string | undefined): Routers {
  const versions = {
    istio: `${istioGroup}/${flags.istioApiVersion}`,
    smi: flags.trafficSplitApiVersion,
    ambassador: flags.ambassadorApiVersion,
    appMesh: flags.appmeshCrdVersion,
    traefik: traefikVersion(flags),
  };
  return routersFor(versions, istioCluster);
}

/** The version with the group that is named; a version that names its group itself has that. */
function traefikVersion({ traefikApiGroup, traefikApiVersion }: Flags): string {
  const [version = "", ...group] = traefikApiVersion.split("/").toReversed();
  return group.length === 0 || traefikApiGroup !== "traefik.io"
    ? `${traefikApiGroup}/${version}`
    : traefikApiVersion;
}

/** Whether a rule of `dryRun`, which is a regular expression, names a metric; what is none names nothing. */
export function namesMetric(rule: string, metric: string): boolean {
  try {
    return pattern(rule).test(metric);
  } catch (error) {
    if (error instanceof Problem) return false;
    throw error;
  }
}
