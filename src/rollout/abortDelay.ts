import { type Instant, later, rfc3339, seconds } from "../api/time.ts";
import type { Replicas } from "./replicaSet.ts";
import { deadlineOf } from "./scaleDown.ts";
import type { View } from "./view.ts";

/** How the ReplicaSet of an aborted version is kept for a while. */
export interface AbortDelay {
  readonly size: number;
  /** The deadline to set now; undefined leaves it. */
  readonly deadline: string | undefined;
  readonly until: Instant | undefined;
  readonly why: string;
}

/**
 * The delay before an aborted version is scaled down (rollout-core 18.3); undefined where none applies.
 * Unlike the peer's it also holds for delays longer than the resync period (trap 25).
 */
export function abortDelay(view: View, newRS: Replicas, aborted: boolean): AbortDelay | undefined {
  const { canary, blueGreen, traffic, dynamic, stableRS, R, now } = view;
  const given =
    blueGreen === undefined ? canary?.abortScaleDownDelaySeconds : blueGreen.abortScaleDownDelaySeconds;
  const applies =
    aborted && stableRS !== undefined && stableRS !== newRS && (blueGreen !== undefined || traffic);
  if (!applies || given === 0 || (dynamic && given === undefined)) return undefined;
  const until = deadlineOf(newRS);
  const kept = { size: newRS.size, deadline: undefined, why: "the aborted version is kept for a while" };
  if (until === undefined) {
    if (stableRS.available < R) return { ...kept, until: undefined };
    const end = later(now, seconds(given ?? 30));
    return { ...kept, deadline: rfc3339(end), until: end };
  }
  if (until > now) return { ...kept, until };
  return until === 0
    ? undefined
    : { size: 0, deadline: undefined, until: undefined, why: "the delay after the abort is over" };
}
