import { type Instant, instant, later, seconds } from "../api/time.ts";
import { type Conditions, conditionOf, refresh, without } from "../reconcile/conditions.ts";
import { deadlineApplies, movedOn } from "./progressing.ts";
import type { Status } from "./status.ts";
import type { View } from "./view.ts";

const type = "Advanced";

/** The most that an update has reached since its step began. */
interface Best {
  /** Replicas wanted; with another number everything begins anew. */
  readonly wanted: number;
  /** Pods of the new version that were asked for, ready, available; available ones of stable. */
  readonly counts: readonly number[];
}

/**
 * The condition `Advanced`: when an update that may be aborted by its deadline last reached more than ever
 * since its step began. Pods that come and go are progress only the first time (decisions:
 * progress-deadline).
 */
export function advanced(view: View, next: Status, conditions: Conditions): Conditions {
  if (!isCounted(view, next, conditions)) return without(conditions, type);
  const now = bestNow(view);
  const before = bestIn(conditions);
  const isNew = before === undefined || before.wanted !== now.wanted || movedOn(view, next);
  if (!isNew && !exceeds(now, before)) return conditions;
  const best = isNew ? now : higher(now, before);
  return refresh(conditions, { type, status: "True", reason: "BestSoFar", message: textOf(best) }, view.now);
}

/** When an update that does not get further is to be aborted; undefined where nothing counts. */
export function advanceDeadline({ spec }: View, conditions: Conditions): Instant | undefined {
  const condition = conditionOf(conditions, type);
  if (condition === undefined || spec.progressDeadlineAbort !== true) return undefined;
  return later(instant(condition.lastUpdateTime), seconds(spec.progressDeadlineSeconds ?? 600));
}

/**
 * Whether the persisted status says that this update has got no further for too long, and nor does it now.
 */
export function isBehind(view: View): boolean {
  const { conditions = [] } = view.status;
  const until = advanceDeadline(view, conditions);
  const before = bestIn(conditions);
  if (until === undefined || before === undefined || until >= view.now) return false;
  const now = bestNow(view);
  return now.wanted === before.wanted && !exceeds(now, before);
}

function isCounted(view: View, next: Status, conditions: Conditions): boolean {
  const { stableRS = "", currentPodHash } = next;
  const isUpdate = stableRS !== "" && stableRS !== currentPodHash && next.abort !== true;
  return view.spec.progressDeadlineAbort === true && isUpdate && deadlineApplies(view, next, conditions);
}

function bestNow({ R, newRS, stableRS }: View): Best {
  const { size = 0, ready = 0, available = 0 } = newRS ?? {};
  return { wanted: R, counts: [size, ready, available, stableRS?.available ?? 0] };
}

function exceeds(now: Best, before: Best): boolean {
  return now.counts.some((count, at) => count > (before.counts[at] ?? 0));
}

function higher(now: Best, before: Best): Best {
  return { ...now, counts: now.counts.map((count, at) => Math.max(count, before.counts[at] ?? 0)) };
}

/** The text carries the numbers: the condition has no other field that the peer's CRD would keep. */
function textOf({ wanted, counts: [size = 0, ready = 0, available = 0, stable = 0] }: Best): string {
  return (
    `At best of ${wanted} replicas since the step began: ${size} of the new version asked for, ` +
    `${ready} ready, ${available} available; ${stable} of stable available`
  );
}

function bestIn(conditions: Conditions): Best | undefined {
  const numbers = conditionOf(conditions, type)?.message.match(/\d+/g)?.map(Number) ?? [];
  const [wanted, ...counts] = numbers;
  return wanted === undefined || counts.length !== 4 ? undefined : { wanted, counts };
}
