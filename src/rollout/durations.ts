import { instant, rfc3339, since } from "../api/time.ts";
import { conditionOf } from "../reconcile/conditions.ts";
import type { Move } from "./move.ts";
import type { Status } from "./status.ts";
import type { View } from "./view.ts";

type Duration = NonNullable<Status["duration"]>;

/** How long the update takes, with the time it waited for people (rollout-core 22). */
export function durationOf(view: View, next: Status, move: Move): Duration | undefined {
  const begun = beginning(view, next, move);
  if (begun === undefined) return undefined;
  return ended(view, next, move, counted(view, next, begun));
}

function beginning(view: View, next: Status, move: Move): Duration | undefined {
  const { status, now } = view;
  const old = status.duration;
  const running = old?.rolloutStartedAt !== undefined && old.finishedAt === undefined;
  const changed = move.reset || (status.currentPodHash ?? "") === "";
  const fresh: Duration = { rolloutStartedAt: rfc3339(now) };
  if (running) return changed ? restarted(view, old, fresh) : old;
  return (changed && !isDone(view, status.stableRS)) || isRetried(view, next) ? fresh : old;
}

/** A change during an update: back to an older version it is still the same one, else another one begins. */
function restarted({ rollback, fastRollback, status, hash }: View, old: Duration, fresh: Duration): Duration {
  if (!rollback || status.currentPodHash === hash) return fresh;
  return { ...old, completionStatus: fastRollback ? "FastRolledBack" : "RolledBack" };
}

function isDone({ newRS, hash, R }: View, stableHash: string | undefined): boolean {
  return stableHash === hash && (newRS?.available ?? 0) >= R;
}

function isRetried({ status }: View, next: Status): boolean {
  const shown = conditionOf(status.conditions, "Progressing")?.reason === "RolloutAborted";
  return shown && next.abort !== true && next.stableRS !== next.currentPodHash;
}

function counted(view: View, next: Status, duration: Duration): Duration {
  const waits = waitsForPeople(view, next);
  const { manualPauseStartedAt: since_, ...rest } = duration;
  if (waits) return { ...rest, manualPauseStartedAt: since_ ?? rfc3339(view.now) };
  if (since_ === undefined) return rest;
  const waited = Math.round(since(instant(since_), view.now) / 1000);
  return { ...rest, totalManualPauseDurationSeconds: (rest.totalManualPauseDurationSeconds ?? 0) + waited };
}

function waitsForPeople({ spec, steps, blueGreen }: View, next: Status): boolean {
  if (next.abort === true) return false;
  const step = steps[next.currentStepIndex ?? steps.length];
  return (
    spec.paused === true ||
    (next.pauseConditions ?? []).some(({ reason }) => {
      if (reason === "CanaryPauseStep") return step?.pause !== undefined && step.pause.duration === undefined;
      if (reason === "BlueGreenPause") return blueGreen?.autoPromotionEnabled === false;
      return true;
    })
  );
}

function ended(view: View, next: Status, move: Move, duration: Duration): Duration {
  if (duration.finishedAt !== undefined) return duration;
  const completionStatus = duration.completionStatus ?? ending(view, move);
  return {
    ...duration,
    ...(completionStatus !== undefined && { completionStatus }),
    ...((move.aborted || isDone(view, next.stableRS)) && { finishedAt: rfc3339(view.now) }),
  };
}

/** How it ended. A first version of blue-green is stable before its duration begins: that says nothing. */
function ending({ status, hash }: View, move: Move): string | undefined {
  if (move.aborted) return "Aborted";
  if (move.promote === undefined || status.stableRS === hash || status.duration === undefined)
    return undefined;
  return status.promoteFull === true ? "FastPromoted" : "Promoted";
}
