import { conditionOf } from "../../reconcile/conditions.ts";
import type { Decided } from "../planOf.ts";
import type { View } from "../view.ts";
import { measured } from "./analyses.ts";
import { podTroubles } from "./pods.ts";
import { timeIn, type Wait, waitFor } from "./wait.ts";

/** The wait for a person, whatever the strategy: after an abort, held, or asked about an analysis. */
export function heldWait(view: View, decided: Decided): Wait | undefined {
  const { spec, status } = view;
  if (decided.verdict.aborted) return abortedWait(view, decided);
  if (spec.paused === true) {
    const since = timeIn(conditionOf(status.conditions, "Paused")?.lastTransitionTime);
    return waitFor("someone to resume it (spec.paused)", { since, next: ["it goes on where it was"] });
  }
  const asked = (status.pauseConditions ?? []).find(({ reason }) => reason.startsWith("Inconclusive"));
  if (asked === undefined || decided.verdict.clears) return undefined;
  const what = asked.reason === "InconclusiveExperiment" ? "experiment" : "analysis";
  return waitFor(`someone to decide about an inconclusive ${what}`, {
    since: timeIn(asked.startTime),
    why: inconclusive(view),
    next: ["when it is promoted: it goes on", "when it is aborted: stable has all the traffic again"],
    stuck: true,
  });
}

function abortedWait(view: View, { traffic, pods, verdict }: Decided): Wait {
  const { status, stableRS, R } = view;
  const said = verdict.detail ?? conditionOf(status.conditions, "Progressing")?.message;
  const why = [...(said === undefined ? [] : [said]), ...podTroubles(view)];
  const until = pods.until;
  const carries = traffic.carried ?? 0;
  const common = {
    since: timeIn(status.abortedAt),
    until,
    ends: until === undefined ? undefined : "the pods of the aborted version go",
    stuck: true,
  };
  if (carries > 0) {
    const short = `stable has ${stableRS?.available ?? 0} of ${R} pods available`;
    const next = ["stable has all the traffic"];
    return waitFor("the traffic to go back to stable", { ...common, why: [short, ...why], next });
  }
  const next = [
    "when it is retried: the update begins again at its first step",
    "or another version is released",
  ];
  return waitFor("someone to retry it, or to release another version", { ...common, why, next });
}

/** What the run says that was inconclusive. */
function inconclusive({ seen, status }: View): readonly string[] {
  const { canary, blueGreen } = status;
  const runs = [
    canary?.currentStepAnalysisRunStatus,
    canary?.currentBackgroundAnalysisRunStatus,
    blueGreen?.prePromotionAnalysisRunStatus,
    blueGreen?.postPromotionAnalysisRunStatus,
  ];
  const names = runs.filter((run) => run?.status === "Inconclusive").map((run) => run?.name);
  return seen.runs.filter(({ metadata }) => names.includes(metadata.name)).flatMap(measured);
}
