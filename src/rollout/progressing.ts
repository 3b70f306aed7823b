import type { Phase } from "../analysis/types.ts";
import { type Instant, instant, later, seconds } from "../api/time.ts";
import { type Condition, type Conditions, conditionOf, refresh, set } from "../reconcile/conditions.ts";
import { recordedRun } from "./analysisPlaces.ts";
import { isCompleted } from "./analysisRuns.ts";
import type { Status } from "./status.ts";
import type { View } from "./view.ts";

/** What the `Progressing` condition is about: the new ReplicaSet, or the Rollout as long as there is none. */
export function subjectOf({ newRS, name }: View): string {
  return newRS === undefined ? `Rollout "${name}"` : `ReplicaSet "${newRS.name}"`;
}

/**
 * The `Progressing` condition of a full status write (rollout-core 7.3): aborted, healthy, progress made,
 * timed out; the first that holds.
 */
export function progressing(
  view: View,
  next: Status,
  conditions: Conditions,
  facts: { healthy: boolean; paused: boolean; turnedUnhealthy: boolean; abortDetail: string | undefined },
): Conditions {
  const { now } = view;
  const subject = subjectOf(view);
  if (next.abort === true) return set(conditions, aborted(view, facts.abortDetail), now);
  if (facts.healthy) {
    // A pause before the end is told instead; the peer tells both in turn, for ever.
    if (facts.paused && next.stableRS !== next.currentPodHash) return conditions;
    const message = `${subject} has successfully progressed.`;
    return set(
      conditions,
      { type: "Progressing", status: "True", reason: "NewReplicaSetAvailable", message },
      now,
    );
  }
  if (facts.turnedUnhealthy || madeProgress(view, next)) {
    const lost =
      facts.turnedUnhealthy && next.stableRS !== undefined && next.stableRS === next.currentPodHash;
    const saying = lost
      ? { reason: "ReplicaSetNotAvailable", message: "Rollout does not have minimum availability" }
      : { reason: "ReplicaSetUpdated", message: `${subject} is progressing.` };
    return refresh(conditions, { type: "Progressing", status: "True", ...saying }, now);
  }
  if (!deadlineApplies(view, next, conditions) || !timedOut(view, conditions)) return conditions;
  const message = `${subject} has timed out progressing.`;
  return set(
    conditions,
    { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message },
    now,
  );
}

function aborted({ revision }: View, detail: string | undefined) {
  const message = abortMessage(revision, detail);
  return { type: "Progressing", status: "False", reason: "RolloutAborted", message };
}

/** `Rollout aborted update to revision N`, with the cause when it is known. */
export function abortMessage(revision: number, detail: string | undefined): string {
  return `Rollout aborted update to revision ${revision}${detail === undefined ? "" : `: ${detail}`}`;
}

/** Whether anything moved since the persisted status (rollout-core 7.3, "progress made"). */
export function madeProgress(view: View, next: Status): boolean {
  const { status: old } = view;
  const count = (
    status: Status,
    field: "replicas" | "updatedReplicas" | "readyReplicas" | "availableReplicas",
  ) => status[field] ?? 0;
  const oldPods = (status: Status) => count(status, "replicas") - count(status, "updatedReplicas");
  return (
    count(next, "updatedReplicas") !== count(old, "updatedReplicas") ||
    oldPods(next) < oldPods(old) ||
    count(next, "readyReplicas") > count(old, "readyReplicas") ||
    count(next, "availableReplicas") > count(old, "availableReplicas") ||
    movedOn(view, next)
  );
}

/** Whether the update got to another step, version or Service since the persisted status. */
export function movedOn({ status: old, canary }: View, next: Status): boolean {
  return canary === undefined ? switched(old, next) : stepped(old, next);
}

function switched(old: Status, next: Status): boolean {
  const same = (field: "activeSelector" | "previewSelector") =>
    (old.blueGreen?.[field] ?? "") === (next.blueGreen?.[field] ?? "");
  const judged = promotionRuns.some(
    (type) => recordedRun(old, type)?.status !== recordedRun(next, type)?.status,
  );
  return !same("activeSelector") || !same("previewSelector") || judged;
}

const promotionRuns = ["PrePromotion", "PostPromotion"] as const;

/** Whether blue-green waits for an analysis. */
function isAnalysed(status: Status): boolean {
  const runs = promotionRuns.map((type) => recordedRun(status, type));
  return runs.some((run) => run !== undefined && !isCompleted(run.status as Phase));
}

function stepped(old: Status, next: Status): boolean {
  const bothKnown = typeof old.currentStepIndex === "number" && typeof next.currentStepIndex === "number";
  return (
    (old.stableRS ?? "") !== (next.stableRS ?? "") ||
    (bothKnown && old.currentStepIndex !== next.currentStepIndex) ||
    (old.currentStepHash ?? "") !== (next.currentStepHash ?? "")
  );
}

/**
 * Whether the progress deadline runs at all (rollout-core 7.3 row 4, 17.1): not at a step that waits by
 * design, not while paused or, in blue-green, analysed, not while an older ReplicaSet waits for its own
 * deadline. One that is down to 0 does not count (trap 26).
 */
export function deadlineApplies(
  { steps, status, otherRSs }: View,
  next: Status,
  conditions: Conditions,
): boolean {
  const step = steps[next.currentStepIndex ?? status.currentStepIndex ?? steps.length];
  const exempt = step?.pause !== undefined || step?.analysis !== undefined || step?.experiment !== undefined;
  const paused = conditionOf(conditions, "Paused")?.status === "True";
  const waiting = otherRSs.some((set) => set.deadline !== undefined && set.size > 0);
  return !exempt && !paused && !waiting && !isAnalysed(status) && !isAnalysed(next);
}

/** Whether the time to make progress is over (rollout-core 17.1). */
export function timedOut(view: View, conditions: Conditions): boolean {
  const condition = conditionOf(conditions, "Progressing");
  if (condition?.reason === "ProgressDeadlineExceeded") return true;
  const until = deadlineOf(view, conditions);
  return until !== undefined && until < view.now;
}

/** The instant after which the rollout counts as stuck; undefined while nothing runs that could time out. */
export function deadlineOf({ spec }: View, conditions: Conditions): Instant | undefined {
  const condition = conditionOf(conditions, "Progressing");
  if (condition === undefined || ["RolloutAborted", "RolloutPaused"].includes(condition.reason))
    return undefined;
  return later(instant(condition.lastUpdateTime), seconds(spec.progressDeadlineSeconds ?? 600));
}

/**
 * What a pause, a resume or a retry does to the conditions (rollout-core 10.2). The peer writes this before
 * everything else in a pass of its own; here it is part of the same write, before and after the rest.
 */
export function pauseConditions(view: View, status: Status, conditions: Conditions): Conditions {
  const { spec, now } = view;
  const paused = spec.paused === true || (status.pauseConditions ?? []).length > 0;
  const reason = conditionOf(conditions, "Progressing")?.reason;
  const abortShown = reason === "RolloutAborted";
  const promoted = status.stableRS === status.currentPodHash;
  let next = conditions;
  const say = (saying: Pick<Condition, "type" | "status" | "reason" | "message">) => {
    next = set(next, saying, now);
  };
  if (paused !== (reason === "RolloutPaused") && !abortShown && !promoted) {
    const [why, message] = paused
      ? ["RolloutPaused", "Rollout is paused"]
      : ["RolloutResumed", "Rollout is resumed"];
    say({ type: "Progressing", status: "Unknown", reason: why, message });
  }
  if (status.abort !== true && abortShown) {
    const message = "Retrying Rollout after abort";
    say({ type: "Progressing", status: "Unknown", reason: "RolloutRetry", message });
  }
  if (paused !== (conditionOf(conditions, "Paused")?.status === "True") && !abortShown) {
    const said = paused ? "True" : "False";
    say({ type: "Paused", status: said, reason: "RolloutPaused", message: "Rollout is paused" });
  }
  return next;
}
