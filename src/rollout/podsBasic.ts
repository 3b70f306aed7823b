import type { Budget } from "./budget.ts";

/** How many pods each side is to have. */
export interface Sizes {
  readonly canary: number;
  readonly stable: number;
}

/** The pods of one ReplicaSet: how many it asks for, and how many of them are available. */
export interface Pods {
  readonly size: number;
  readonly available: number;
}

/** What the sizes of a canary without traffic router depend on. */
export interface BasicInput {
  /** `spec.replicas`. */
  readonly replicas: number;
  /** The canary's wanted share of the pods, 0 to 100 (rollout-core 12.1). */
  readonly weight: number;
  readonly budget: Budget;
  /** The ReplicaSet of the current template; undefined before it exists. */
  readonly newRS: Pods | undefined;
  /**
   * The ReplicaSet promoted last: undefined before the first, the very same object as newRS when it is that.
   */
  readonly stableRS: Pods | undefined;
  /** Pods that all other ReplicaSets ask for. */
  readonly others: number;
}

/** The weight that means all pods. */
const all = 100;

/**
 * How `replicas` pods are best split for a weight of `max`. With a surge there may be one more, so that both
 * sides come closer; for a weight between, both sides get a pod, also where without surge a tie just below
 * all of them (75 % of 2) leaves the peer's canary none (trap 52). Source: rollout-core 12.2, Appendix A.
 */
export function approximate(replicas: number, weight: number, max: number, surge: number): Sizes {
  const most = Math.max(0, replicas - 1);
  let best: Sizes = { canary: most, stable: replicas - most };
  let least = Number.POSITIVE_INFINITY;
  for (const [canary, total] of splits(replicas, weight, max, surge)) {
    const off = Math.abs((canary * max) / total - weight);
    if (off < least) {
      least = off;
      best = { canary, stable: total - canary };
    }
  }
  return best;
}

function splits(
  replicas: number,
  weight: number,
  max: number,
  surge: number,
): [canary: number, total: number][] {
  if (replicas === 0) return [];
  const up = Math.ceil((replicas * weight) / max);
  const down = Math.floor((replicas * weight) / max);
  const zeroAllowed = weight === max || weight === 0 || (replicas === 1 && surge === 0);
  const tied = (total: number) => (total * (weight / max)) % 1 === 0.5;
  const downAllowed = down !== 0 || zeroAllowed;

  const found: [canary: number, total: number][] = [];
  if (up < replicas || zeroAllowed) found.push([up, replicas]);
  if (!tied(replicas) && downAllowed) found.push([down, replicas]);
  if (surge > 0) {
    found.push([up, replicas + 1]);
    if (!tied(replicas + 1) && downAllowed) found.push([down, replicas + 1]);
  }
  return found;
}

/**
 * The sizes that a canary without traffic router ends at for its weight; everything when there is nothing to
 * replace.
 */
export function basicTarget({ replicas, weight, budget, newRS, stableRS }: BasicInput): Sizes {
  if (stableRS === undefined || stableRS === newRS) return { canary: replicas, stable: 0 };
  return approximate(replicas, weight, all, budget.surge);
}

/**
 * The sizes that newRS and stableRS may have next on the way to their target: first they grow as far as the
 * surge allows, stable before new; once the other ReplicaSets are empty, one of them shrinks as far as enough
 * pods stay available. While the canary grows, unavailable stable pods may go freely, so that a broken stable
 * version does not block the update; while it shrinks, the reverse. Source: rollout-core 12.3.
 *
 * When newRS is stableRS, its size is the canary's and the stable's is 0. The peer counts that ReplicaSet
 * twice, which can take more pods than asked when it shrinks while pods are missing; here it ends at
 * `replicas`.
 */
export function basicSizes(input: BasicInput): Sizes {
  const target = basicTarget(input);
  const grown = grow(input, target);
  return input.others > 0 ? grown : shrink(input, target, grown);
}

function grow({ replicas, budget, newRS, stableRS, others }: BasicInput, target: Sizes): Sizes {
  const distinct = stableRS !== newRS ? stableRS : undefined;
  const canary = newRS?.size ?? 0;
  const stable = distinct?.size ?? 0;
  const room = replicas + budget.surge - canary - stable - others;
  const forStable = distinct === undefined ? 0 : between(target.stable - stable, room);
  const forCanary = newRS === undefined ? 0 : between(target.canary - canary, room - forStable);
  return { canary: canary + forCanary, stable: stable + forStable };
}

function shrink({ replicas, budget, newRS, stableRS }: BasicInput, target: Sizes, grown: Sizes): Sizes {
  const distinct = stableRS !== newRS ? stableRS : undefined;
  const increasing = newRS === undefined || target.canary >= newRS.size;
  const atLeast = replicas - budget.unavailable;
  const limits: Limits = { atLeast, atMost: replicas + budget.surge };
  const spare = counted(newRS, !increasing) + counted(distinct, increasing) - atLeast;
  if (spare <= 0) return grown;
  if (!increasing) {
    const size = newRS.size > target.canary ? Math.max(target.canary, newRS.size - spare) : grown.canary;
    const { drain, keep } = adjust(newRS, size, distinct, grown.stable, limits);
    return { canary: drain, stable: keep };
  }
  if (distinct === undefined) return grown;
  const size = distinct.size > target.stable ? Math.max(target.stable, distinct.size - spare) : grown.stable;
  const { drain, keep } = adjust(distinct, size, newRS, grown.canary, limits);
  return { canary: keep, stable: drain };
}

interface Limits {
  /** Pods that must stay available. */
  readonly atLeast: number;
  /** Pods that there may be. */
  readonly atMost: number;
}

/** Where both sides together would be too many or leave too few available, one gives way to the other. */
function adjust(draining: Pods, size: number, kept: Pods | undefined, keptSize: number, limits: Limits) {
  if (kept === undefined) return { drain: size, keep: keptSize };
  let keep = keptSize - above(keptSize + size, limits.atMost);
  const available = Math.min(draining.available, size) + Math.min(kept.available, keep);
  keep += Math.min(above(kept.available, keep), above(limits.atLeast, available));
  return { drain: size - above(keep + size, limits.atMost), keep };
}

/**
 * The pods of a ReplicaSet that count as serving: the available ones, or all when it may lose any of them.
 */
function counted(pods: Pods | undefined, any: boolean): number {
  if (pods === undefined) return 0;
  return any || pods.size < pods.available ? pods.size : pods.available;
}

function above(count: number, limit: number): number {
  return Math.max(0, count - limit);
}

function between(wanted: number, room: number): number {
  return Math.max(0, Math.min(wanted, room));
}
