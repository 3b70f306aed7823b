import type { CanaryStep } from "../../api/steps.ts";
import { meetsThreshold, stableCarries } from "../counts.ts";
import type { Decided } from "../planOf.ts";
import { checkStep, stepText } from "../steps/index.ts";
import type { View } from "../view.ts";
import { analysisWait, background, measured } from "./analyses.ts";
import { podsWait } from "./pods.ts";
import { deadlineIn, lastMoved, timeIn, type Wait, waitFor } from "./wait.ts";

/** What a canary that nobody holds waits for; undefined when it waits for nothing. */
export function canaryWait(view: View, decided: Decided): Wait | undefined {
  const { steps, promoted, newRS, R } = view;
  const { move } = decided;
  const step = move.index === undefined ? undefined : steps[move.index];
  if (step !== undefined && !promoted) return stepWait(view, decided, step, move.index ?? 0);
  if (newRS !== undefined && newRS.available < R && !meetsThreshold(view, newRS, R)) {
    return podsWait(view, `all ${R} pods of the new version`, {
      next: promoted ? [] : [becomesStable(view)],
    });
  }
  return promoted ? undefined : (routerWait(view, decided, [becomesStable(view)]) ?? undefined);
}

function stepWait(view: View, decided: Decided, step: CanaryStep, index: number): Wait | undefined {
  const { steps } = view;
  const following = steps[index + 1];
  const next = [
    following === undefined
      ? becomesStable(view)
      : `step ${index + 2}/${steps.length} (${stepText(following)})`,
    ...background(decided.verdict),
  ];
  const progress = checkStep({ view, ...decided }, step);
  if (progress.is !== "waiting") return undefined;
  if (step.pause !== undefined) return pauseWait(view, progress.for, progress.until, next);
  if (step.analysis !== undefined) return analysisWait(view, decided.verdict, "Step", next);
  if (step.experiment !== undefined) return experimentWait(view, decided, progress.for, next);
  return routerWait(view, decided, next) ?? podsWait(view, progress.for, { next });
}

function pauseWait(view: View, what: string, until: Wait["until"], next: readonly string[]): Wait {
  const paused = view.status.pauseConditions?.find(({ reason }) => reason === "CanaryPauseStep");
  const ends = until === undefined ? undefined : "the step is done";
  return waitFor(what, { since: timeIn(paused?.startTime), until, ends, next });
}

function experimentWait(view: View, { verdict }: Decided, what: string, next: readonly string[]): Wait {
  const { current } = verdict.experiment;
  const found = view.seen.experiments.find(({ metadata }) => metadata.name === current);
  const { phase = "", message = "" } = (found?.["status"] ?? {}) as { phase?: string; message?: string };
  const said = [phase, message].filter((part) => part !== "").join(": ");
  return waitFor(what, {
    since: timeIn(found?.metadata.creationTimestamp),
    why: said === "" ? [] : [`the experiment is ${said}`],
    next: [...next, "an abort when it fails"],
  });
}

/**
 * The wait for the routers, or for stable to be able to carry its share; undefined when they hold the weight.
 */
function routerWait(view: View, { traffic, verdict }: Decided, next: readonly string[]): Wait | undefined {
  const { stableRS, M } = view;
  if (traffic.holds) return undefined;
  const common = { since: lastMoved(view), next };
  if (traffic.problem !== undefined) {
    return waitFor("the router", { ...common, ...deadlineIn(view), why: [traffic.problem], stuck: true });
  }
  if (!stableCarries(view, traffic.weight, verdict.aborted)) {
    const pods = stableRS?.available ?? 0;
    const share = `stable has ${pods} pods available: too few for ${M - traffic.weight} of ${M}`;
    const wait = podsWait(view, "stable to carry its share of the traffic", common);
    return { ...wait, why: [share, ...wait.why] };
  }
  const why = [`the router carries ${traffic.carried ?? "no weight"}, wanted is ${traffic.weight}`];
  return waitFor("the router to carry the weight", { ...common, ...deadlineIn(view), why });
}

function becomesStable({ revision }: View): string {
  return `revision ${revision} becomes stable`;
}

/** What a background analysis has measured so far. */
export function beside(view: View, { verdict }: Decided): readonly string[] {
  const run = verdict.analyses.runs.get("Background");
  const lines = measured(view.seen.runs.find(({ metadata }) => metadata.name === run?.name));
  return lines.map((line) => `background analysis: ${line}`);
}
