import { type Instant, instant, rfc3339, since } from "../api/time.ts";
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
  const { status, now, newRS, R, rollback, fastRollback } = view;
  const old = status.duration;
  const running = old?.rolloutStartedAt !== undefined && old.finishedAt === undefined;
  const changed = move.reset || (status.currentPodHash ?? "") === "";
  const there = next.stableRS === next.currentPodHash && (newRS?.available ?? 0) >= R;
  const fresh: Duration = { rolloutStartedAt: rfc3339(now) };
  if (running && changed) {
    return rollback && status.currentPodHash !== view.hash
      ? { ...old, completionStatus: fastRollback ? "FastRolledBack" : "RolledBack" }
      : fresh;
  }
  if (running) return old;
  if (changed && !there) return fresh;
  const shown = conditionOf(status.conditions, "Progressing")?.reason;
  return shown === "RolloutAborted" && next.abort !== true && next.stableRS !== next.currentPodHash
    ? fresh
    : old;
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
  const { status, now, newRS, R } = view;
  const how = move.aborted
    ? "Aborted"
    : move.promote !== undefined && status.stableRS !== view.hash
      ? status.promoteFull === true
        ? "FastPromoted"
        : "Promoted"
      : undefined;
  const completionStatus = duration.completionStatus ?? how;
  const done = move.aborted || (next.stableRS === next.currentPodHash && (newRS?.available ?? 0) >= R);
  return {
    ...duration,
    ...(completionStatus !== undefined && { completionStatus }),
    ...(done && { finishedAt: rfc3339(now as Instant) }),
  };
}
