import { pattern } from "../analysis/expression/regex.ts";
import { analysisRunKind, measuringJobs } from "../analysis/index.ts";
import { Problem } from "../api/problem.ts";
import { eventReason } from "../api/reasons.ts";
import { experimentKind } from "../experiment/index.ts";
import type { Surroundings } from "../providers/provider.ts";
import type { Client } from "../reconcile/ports.ts";
import { namedBy, rolloutKind, rolloutShapes } from "../rollout/index.ts";
import { serviceKind } from "../rollout/serviceCleanup.ts";
import type { Flags } from "./flags.ts";
import { measuring } from "./measuring.ts";
import type { Reconciled, Table } from "./table.ts";

/** Every kind that the controller looks after. A new one is a line here. */
export function tableOf(
  client: Client,
  flags: Flags,
  surroundings: Surroundings,
  jobCluster?: Client | undefined,
): Table {
  const runs: Reconciled = {
    kind: analysisRunKind({ measure: measuring({ client, flags, surroundings, jobCluster }) }),
    workers: flags.analysisThreads,
  };
  const jobs = { ...measuringJobs, always: true };
  if (flags.controllers === "analysis") return { kinds: [runs], shapes: [jobs] };

  const rollouts: Reconciled = {
    kind: rolloutKind(),
    workers: flags.rolloutThreads,
    wokenByUsed: namedBy,
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
  const shapes = rolloutShapes.map((shape) => ({
    ...shape,
    always: true,
    ...(shape.kind.kind.startsWith("Cluster") ? { scope: "cluster" as const } : {}),
  }));
  return { kinds: [rollouts, runs, experiments, services], shapes: [...shapes, jobs] };
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
