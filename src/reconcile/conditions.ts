import { type Instant, rfc3339 } from "../api/time.ts";

/** One entry of `status.conditions`. */
export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
  readonly lastUpdateTime: string;
  readonly lastTransitionTime: string;
}

/** What a condition should say. */
export type Saying = Pick<Condition, "type" | "status" | "reason" | "message">;

export type Conditions = readonly Condition[];

/** The condition of a type, if it is there. */
export function conditionOf(conditions: Conditions | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

/**
 * Sets a condition (rollout-core 7.1): one of the same status and reason stays as it is, text and times
 * included; else the new one goes to the end of the list and inherits the transition time unless its status
 * changed.
 */
export function set(conditions: Conditions, saying: Saying, now: Instant): Conditions {
  const old = conditionOf(conditions, saying.type);
  if (old?.status === saying.status && old.reason === saying.reason) return conditions;
  return refresh(conditions, saying, now);
}

/** Sets a condition and renews its update time even when status and reason are the same (7.3 row 3). */
export function refresh(conditions: Conditions, saying: Saying, now: Instant): Conditions {
  const old = conditionOf(conditions, saying.type);
  const time = rfc3339(now);
  const lastTransitionTime = old?.status === saying.status ? old.lastTransitionTime : time;
  return [...without(conditions, saying.type), { ...saying, lastUpdateTime: time, lastTransitionTime }];
}

/** Removes then sets anew: both times are now (an `InvalidSpec` whose message changed). */
export function replace(conditions: Conditions, saying: Saying, now: Instant): Conditions {
  return set(without(conditions, saying.type), saying, now);
}

/** The list without that type. */
export function without(conditions: Conditions, type: string): Conditions {
  return conditions.some((condition) => condition.type === type)
    ? conditions.filter((condition) => condition.type !== type)
    : conditions;
}
