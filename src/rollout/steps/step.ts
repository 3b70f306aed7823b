import type { CanaryStep } from "../../api/steps.ts";
import type { Instant } from "../../api/time.ts";
import { hasPodsForStep, isStableDown } from "../counts.ts";
import type { Verdict } from "../verdict.ts";
import type { View } from "../view.ts";
import { type Traffic, waitsForStable } from "../weight.ts";

/** Whether the rollout may move on from a step. */
export type Progress =
  | { readonly is: "done" }
  | { readonly is: "waiting"; readonly for: string; readonly until?: Instant | undefined }
  | { readonly is: "pausing"; readonly reason: string };

/** The step is over. */
export const done: Progress = { is: "done" };

/** The step is not over yet; `until` is the first instant at which that may change by itself. */
export function waiting(what: string, until?: Instant): Progress {
  return { is: "waiting", for: what, until };
}

/** What a step may look at. */
export interface StepView {
  readonly view: View;
  readonly verdict: Verdict;
  readonly traffic: Traffic;
}

/**
 * Whether the routers cannot be asked for what the step wants, because stable has no pod for its share, and
 * the update goes on without that: it may be what repairs stable (trap 50). The new version has the pods of
 * the step then, or more that still carry traffic.
 */
export function goesOnWithout({ view, traffic }: StepView): boolean {
  return waitsForStable(traffic) && isStableDown(view) && hasPodsForStep(view, traffic);
}

/** A kind of canary step: how it is named in events, and when it is done. */
export interface StepKind<Spec> {
  /** The step as `RolloutStepCompleted` names it (rollout-core 13.3). */
  text(spec: Spec): string;
  check(at: StepView, spec: Spec): Progress;
}

/** The keys that users write. */
export type StepKey = keyof CanaryStep;

/** A step kind for the key; this only fixes the type of its spec. */
export function step<Key extends StepKey>(_key: Key, kind: StepKind<NonNullable<CanaryStep[Key]>>) {
  return kind;
}
