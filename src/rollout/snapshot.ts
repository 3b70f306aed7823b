import type { KubeObject, ObjectRef } from "../api/object.ts";
import type { Rollout } from "../api/rollout.ts";
import type { Millis } from "../api/time.ts";
import type { Outcome } from "../reconcile/plan.ts";
import type { Router } from "../traffic/router.ts";
import type { Verifications } from "./verification.ts";

/** A pod template as JSON: only labels and annotations are read, everything else is passed on. */
export interface Template {
  readonly metadata?: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** One configured traffic router and the objects it asked to see, in its order. */
export interface RouterSeen {
  /** The key under `trafficRouting`, or `plugins.NAME`. */
  readonly name: string;
  readonly router: Router;
  readonly config: unknown;
  readonly refs: readonly ObjectRef[];
  readonly objects: readonly (KubeObject | undefined)[];
}

/** Everything that one look at a Rollout found. The decision reads nothing else. */
export interface RolloutSnapshot {
  readonly key: string;
  readonly rollout: Rollout;
  readonly object: KubeObject;
  /**
   * The pod template and selector in force: inline, or of the workload referred to; undefined when there is
   * none.
   */
  readonly template: Template | undefined;
  readonly selector: Rollout["spec"]["selector"];
  /** Hash of the template (rollout-core 9.2); empty without template. */
  readonly hash: string;
  /** Why the spec is invalid, and after how long to look again; back-off when that is undefined. */
  readonly invalid: { readonly message: string; readonly retryAfter?: Millis } | undefined;
  /** The ReplicaSets it controls. */
  readonly replicaSets: readonly KubeObject[];
  /** ReplicaSets that match and have no owner; ReplicaSets it controls that match no longer. */
  readonly orphans: readonly KubeObject[];
  readonly strays: readonly KubeObject[];
  /**
   * Name of an owned ReplicaSet whose template means the same although its hash differs (rollout-core 9.3).
   */
  readonly twin: string | undefined;
  /** The Services that the strategy names, as far as they exist. */
  readonly services: ReadonlyMap<string, KubeObject>;
  readonly runs: readonly KubeObject[];
  readonly experiments: readonly KubeObject[];
  /**
   * New and stable ReplicaSet with their whole templates, by name: only when an experiment is to be created.
   */
  readonly fullReplicaSets?: ReadonlyMap<string, KubeObject>;
  /** AnalysisTemplates (`ns/name`) and ClusterAnalysisTemplates (`name`) that it can reach. */
  readonly templates: ReadonlyMap<string, KubeObject>;
  readonly routers: readonly RouterSeen[];
  /** What AWS has confirmed; undefined when it is not to be asked. */
  readonly aws?: Verifications | undefined;
  /** The Deployment, ReplicaSet or PodTemplate of `workloadRef`. */
  readonly workload: KubeObject | undefined;
  /** Listed only when a decision needs them: restart, metadata, reasons for a stuck canary. */
  readonly pods: readonly KubeObject[] | undefined;
  /** Names that turned out to belong to others when something of ours was to be created under them. */
  readonly takenNames: ReadonlySet<string>;
  /** What became of the previous plan in this process. */
  readonly last: Outcome | undefined;
}
