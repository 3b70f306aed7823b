import { meetsThreshold } from "./counts.ts";
import { isRescaled } from "./heldBack.ts";
import { type Move, stay } from "./move.ts";
import { isTurned } from "./services.ts";
import { checkStep } from "./steps/index.ts";
import type { Verdict } from "./verdict.ts";
import { isAwaited } from "./verification.ts";
import type { View } from "./view.ts";
import type { Traffic } from "./weight.ts";

/**
 * Whether a canary moves on (rollout-core 13.3): promoted, aborted, a step done, or a pause begun.
 * `podsAtRest` says that no ReplicaSet is being resized: only then a pause begins in the look that ended the
 * step before.
 */
export function canaryMove(view: View, verdict: Verdict, traffic: Traffic, podsAtRest: boolean): Move {
  const { steps, spec, promoted } = view;
  const end = steps.length === 0 ? undefined : steps.length;
  const index = verdict.clears ? end : view.index;
  const promote = promotion(view, verdict, traffic, index);
  if (promote !== undefined) return stay(end, { promote, clears: true });
  if (verdict.aborted) return stay(promoted || steps.length === 0 ? end : 0, { aborted: true });
  const here = stay(index, { clears: verdict.clears });
  const step = index === undefined ? undefined : steps[index];
  if (step === undefined || spec.paused === true || verdict.pauses.length > 0) {
    return { ...here, keepsResume: step?.pause !== undefined && view.status.controllerPause === true };
  }
  return stepMove(view, verdict, traffic, here, podsAtRest);
}

function stepMove(view: View, verdict: Verdict, traffic: Traffic, here: Move, podsAtRest: boolean): Move {
  const { steps } = view;
  const index = here.index ?? 0;
  const step = steps[index];
  if (step === undefined) return here;
  const progress = checkStep({ view, verdict, traffic }, step);
  switch (progress.is) {
    case "waiting":
      return { ...here, until: progress.until };
    case "pausing":
      return podsAtRest ? { ...here, pauses: [progress.reason] } : here;
    case "done": {
      const begins = podsAtRest && step.pause === undefined && beginsToPause(view, index + 1);
      const pauses = begins ? ["CanaryPauseStep"] : [];
      return { ...here, index: index + 1, completed: index, unpauses: ["CanaryPauseStep"], pauses };
    }
  }
}

/** Whether the step at the index begins to pause the rollout as soon as it is reached. */
function beginsToPause({ steps, status }: View, index: number): boolean {
  const quiet = status.controllerPause !== true && (status.pauseConditions ?? []).length === 0;
  return quiet && steps[index]?.pause !== undefined;
}

/** Why the new version becomes stable now: the first test that holds (rollout-core 13.5). */
function promotion(
  view: View,
  verdict: Verdict,
  traffic: Traffic,
  index: number | undefined,
): string | undefined {
  const { stableRS, steps, inWindow, fastRollback } = view;
  if (!view.promoted && (isRescaled(view) || isTooLarge(view))) return undefined; // sizes come first
  if (stableRS === undefined) return "Initial deploy";
  if (verdict.aborted || !isReady(view, traffic)) return undefined;
  if (verdict.promoteFull) return "Full promotion requested";
  if (fastRollback) return inWindow ? "Rollback within window" : "Fast rollback";
  const atEnd = steps.length === 0 || index === steps.length;
  return atEnd ? `Completed all ${steps.length} canary steps` : undefined;
}

/** Whether stable still has pods of a larger number of replicas: until they are gone no weight is raised. */
function isTooLarge({ traffic, stableRS, R }: View): boolean {
  return traffic && stableRS !== undefined && Math.max(stableRS.size, stableRS.total) > R;
}

/** Whether the new version has the pods to become stable, and no router has still to be written to. */
function isReady(view: View, { effects, problem }: Traffic): boolean {
  const { newRS, R, promoted, seen } = view;
  if (isAwaited(seen.aws?.weight)) return false;
  if (newRS === undefined || (newRS.available < R && !meetsThreshold(view, newRS, R))) return false;
  return promoted || (effects.length === 0 && problem === undefined && isTurned(view));
}
