import type { Templates } from "../analysis/reach.ts";
import type { ExperimentSpec, ExperimentStatus } from "../api/experiment.ts";
import type { KubeObject } from "../api/object.ts";
import type { Outcome } from "../reconcile/plan.ts";

/** Everything that one look at an Experiment found. The decision reads nothing else. */
export interface ExperimentSnapshot {
  readonly object: KubeObject;
  readonly spec: ExperimentSpec;
  /** Why the spec cannot be carried out; nothing is reconciled then. */
  readonly invalid: string | undefined;
  /** The ReplicaSets and AnalysisRuns that it controls, with those that only the API server knows yet. */
  readonly replicaSets: readonly KubeObject[];
  readonly runs: readonly KubeObject[];
  /** The Services that its templates ask for, by name, whoever they belong to. */
  readonly services: ReadonlyMap<string, KubeObject>;
  /** The analysis templates that it can reach. */
  readonly templates: Templates;
  /** The Rollout that it belongs to. */
  readonly rollout: KubeObject | undefined;
  /** What has the name of something that was to be created in the previous pass. */
  readonly obstacle: KubeObject | undefined;
  /** What became of the previous plan in this process. */
  readonly last: Outcome | undefined;
}

/** The status of an Experiment; empty before its first look. */
export function statusOf(experiment: KubeObject): ExperimentStatus {
  return (experiment["status"] ?? {}) as ExperimentStatus;
}
