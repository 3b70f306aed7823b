import type { Effect, EventNote } from "../reconcile/effect.ts";
import type { AdditionalDestination } from "../traffic/router.ts";
import { isCompleted, phaseOf } from "./analysisRuns.ts";
import type { View } from "./view.ts";

/** What the experiment of a step says, and what is to be done about experiments. */
export interface ExperimentState {
  /** `status.canary.currentExperiment`. */
  readonly current: string | undefined;
  readonly succeeded: boolean;
  readonly inconclusive: boolean;
  /** Why the rollout is to be aborted, in the reference's words. */
  readonly abort: string | undefined;
  readonly effects: readonly Effect[];
  readonly events: readonly EventNote[];
}

/** Ends experiments that do not count any more. Steps with experiments are refused as not built yet (`validate.ts`). */
export function experimentFor({ seen }: View, _off: boolean): ExperimentState {
  const running = seen.experiments.filter((one) => !isCompleted(phaseOf(one)));
  const effects = running
    .filter((one) => (one["spec"] as { terminate?: boolean } | undefined)?.terminate !== true)
    .map((one): Effect => {
      const { apiVersion, kind, metadata } = one;
      const ref = { apiVersion, kind, namespace: metadata.namespace ?? "", name: metadata.name };
      return {
        do: "patch",
        ref,
        type: "merge",
        body: { spec: { terminate: true } },
        why: "this experiment is over",
      };
    });
  return { current: undefined, succeeded: false, inconclusive: false, abort: undefined, effects, events: [] };
}

/** The shares of the running experiment's versions (analysis 5.7). */
export function experimentDestinations(_view: View): readonly AdditionalDestination[] {
  return [];
}
