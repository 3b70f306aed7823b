import type { Instant } from "../../src/api/time.ts";
import type { ExperimentSnapshot } from "../../src/experiment/snapshot.ts";
import type { Plan } from "../../src/reconcile/plan.ts";
import type { Client } from "../../src/reconcile/ports.ts";
import type { RolloutSnapshot } from "../../src/rollout/snapshot.ts";
import type { Source } from "../../src/sim/feed.ts";
import type { History } from "./history.ts";

/** A mistake that is put into the controller on purpose, to see that its invariant catches it. */
export interface Bug {
  readonly about: string;
  /** The invariants that catch it: one of them must. */
  readonly caughtBy: readonly string[];
  /** Leads a random history to where the bug lives. */
  steer?(history: History): History;
  /** What the decision is made to believe. */
  sees?(seen: RolloutSnapshot): RolloutSnapshot;
  /** What the decision about an Experiment is made to believe. */
  seesExperiment?(seen: ExperimentSnapshot): ExperimentSnapshot;
  /** What is made of the decision. */
  plans?(plan: Plan, seen: RolloutSnapshot, now: Instant): Plan;
  /** What becomes of requests. */
  client?(client: Client): Client;
  /** What becomes of the watches. */
  source?(source: Source): Source;
}
