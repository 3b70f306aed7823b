import { type Instant, instant, later, type Millis, seconds } from "../api/time.ts";
import { conditionOf } from "../reconcile/conditions.ts";
import type { View } from "./view.ts";

/** A look at the pods of a version that should have been available by now. */
export interface PodsLook {
  /** When it is due; undefined before the first one. */
  readonly due: Instant | undefined;
  /** When the one after it is due. */
  readonly next: Instant;
}

/** How long pods take usually, beside their `minReadySeconds`. */
const usual = seconds(10);

/** How often the time between two looks doubles: up to 640 seconds. */
const doublings = 6;

/**
 * The look at the pods of the current version that was due last: the first 10 seconds after the last
 * progress, each next one when twice the time has passed, at most 640 seconds later. Undefined while no pod
 * is missing.
 */
export function podsLook({ newRS, status, spec, now, changed }: View): PodsLook | undefined {
  const moved = conditionOf(status.conditions, "Progressing")?.lastUpdateTime;
  if (changed || moved === undefined) return undefined; // what is known is about another version
  if (newRS === undefined || newRS.available >= newRS.size) return undefined;
  const allReady = newRS.ready >= newRS.size;
  const since = later(instant(moved), seconds(allReady ? (spec.minReadySeconds ?? 0) : 0));
  const spans = Math.floor((now - since) / usual);
  if (spans < 1) return { due: undefined, next: later(since, usual) };
  const span = (usual * 2 ** Math.min(doublings, 31 - Math.clz32(spans))) as Millis;
  const begun = Math.floor((now - since) / span) * span;
  return { due: later(since, begun as Millis), next: later(since, (begun + span) as Millis) };
}
