import { earliest, type Instant, instant, later, rfc3339, seconds } from "../api/time.ts";
import { isReferenced } from "./referenced.ts";
import { type Replicas, total } from "./replicaSet.ts";
import type { Change } from "./resize.ts";
import { servedByPair } from "./services.ts";
import { isAwaited } from "./verification.ts";
import type { View } from "./view.ts";
import type { Traffic } from "./weight.ts";

/** What becomes of ReplicaSets that are neither new nor stable. */
export interface Leavers {
  readonly changes: readonly Change[];
  /** When the next of their deadlines passes. */
  readonly until: Instant | undefined;
}

/** The deadline of a ReplicaSet; one that cannot be read counts as passed. */
export function deadlineOf({ deadline }: Replicas): Instant | undefined {
  if (deadline === undefined) return undefined;
  try {
    return instant(deadline);
  } catch {
    return 0 as Instant;
  }
}

/** How a delay ends for one ReplicaSet. */
type Delay = {
  readonly size: number;
  readonly deadline?: string | null;
  readonly until?: Instant;
  readonly why: string;
};

/** Gives each leaving ReplicaSet its time, newest first, as many as the limit allows (rollout-core 18.2). */
export class Delays {
  readonly #now: Instant;
  readonly #seconds: number;
  readonly #limit: number;
  #count = 0;

  constructor(now: Instant, delaySeconds: number, limit: number | undefined) {
    this.#now = now;
    this.#seconds = delaySeconds;
    this.#limit = limit ?? Number.POSITIVE_INFINITY;
  }

  /** What happens to this one; `keep` is the size it has until its deadline. */
  next(set: Replicas, keep: number): Delay {
    const until = deadlineOf(set);
    if (until === undefined) {
      if (this.#count >= this.#limit || this.#seconds === 0)
        return { size: 0, why: "it is not needed any more" };
      this.#count += 1;
      const end = later(this.#now, seconds(this.#seconds));
      return { size: set.size, deadline: rfc3339(end), until: end, why: `it is kept for ${this.#seconds}s` };
    }
    this.#count += 1;
    if (this.#count > this.#limit) return { size: 0, why: "newer ones take its place" };
    if (until > this.#now) return { size: keep, until, why: "it is kept until its deadline" };
    return { size: 0, why: "its deadline has passed" };
  }
}

/** The other ReplicaSets of a canary (rollout-core 18.4). */
export function canaryLeavers(view: View, { carried }: Traffic): Leavers {
  const { otherRSs, allRSs, R, budget, now, canary, traffic } = view;
  if (total(otherRSs, "size") === 0) return { changes: [], until: undefined };
  const sizes = unhealthyCut(otherRSs);
  if (sizes === undefined) return { changes: [], until: undefined };
  const staying = allRSs.reduce((sum, { available, size }) => sum + Math.min(available, size), 0);
  let left = staying - (R - budget.unavailable);
  const delays = new Delays(now, canary?.scaleDownDelaySeconds ?? 30, canary?.scaleDownDelayRevisionLimit);
  const changes: Change[] = [];
  const ends: Instant[] = [];
  const unconfirmed = isAwaited(view.seen.aws?.targets);
  // Of no pods none is needed.
  const served = servedByPair(view, carried);
  const isNeeded = (set: Replicas) =>
    traffic && R > 0 && (isReferenced(view, set) || served.includes(set.hash));
  const going = otherRSs.filter(
    (set) => set.size > 0 && !isNeeded(set) && !(unconfirmed && set.deadline === undefined),
  );
  for (const set of going) {
    const size = sizes.get(set) ?? set.size;
    const { until, ...delay } = left <= 0 ? cut(size) : leave(view, set, size, left, delays);
    const target = Math.min(delay.size, size);
    if (until !== undefined) ends.push(until);
    left -= size - target;
    changes.push({ set, ...delay, size: target, ...leaving(view, target, delay) });
  }
  return { changes, until: earliest(...ends) };
}

function cut(size: number): Delay {
  return { size, why: "its other pods are not available" };
}

/** Without a router as many pods go as are not needed; with one, all of them when their time has come. */
function leave(view: View, set: Replicas, size: number, left: number, delays: Delays): Delay {
  return view.traffic ? routedDelay(view, set, delays) : { size: Math.max(0, size - left), why: "drain it" };
}

/** What leaves entirely forgets its deadline; the sizes of the Rollout are noted whenever one is scaled. */
function leaving({ R }: View, target: number, { deadline }: Delay): Pick<Change, "deadline" | "desired"> {
  return target === 0 ? { deadline: null, desired: R } : { deadline };
}

/**
 * Between versions one goes at once; a former stable one has its delay, except where stable shrinks anyway.
 */
function routedDelay({ promoted, dynamic }: View, set: Replicas, delays: Delays): Delay {
  if (!promoted && set.deadline === undefined) return { size: 0, why: "no traffic goes to it" };
  return dynamic ? { size: 0, why: "no traffic goes to it" } : delays.next(set, set.size);
}

/**
 * ReplicaSets with pods that are not available are cut to those that are, oldest first. Undefined when one
 * still has pods that are going: then nothing is scaled in this look.
 */
function unhealthyCut(others: readonly Replicas[]): ReadonlyMap<Replicas, number> | undefined {
  if (others.some((set) => set.size < set.reported)) return undefined;
  return new Map(others.map((set) => [set, set.available]));
}
