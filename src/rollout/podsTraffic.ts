import type { Pods, Sizes } from "./podsBasic.ts";

/** The whole of what is split: pods, and the weight that means all traffic. */
interface Whole {
  /** `spec.replicas`. */
  readonly replicas: number;
  /** `trafficRouting.maxTrafficWeight`, 100 unless given. */
  readonly max: number;
}

/** What the sizes of a canary with traffic routing depend on. */
export interface TrafficInput extends Whole {
  /** The weight that the canary's pods follow (rollout-core 12.1). */
  readonly weight: number;
  /** The number that a `setCanaryScale` in force gives; then `weight` does not count. */
  readonly canaryReplicas?: number | undefined;
  /** `minPodsPerReplicaSet`. */
  readonly minPods?: number | undefined;
  /** `dynamicStableScale`: stable shrinks as the canary grows. */
  readonly dynamic: boolean;
  /** The shares of traffic that are known to flow; undefined when none are. */
  readonly weights?: { readonly canary: number; readonly stable: number } | undefined;
  /** Whether the update was aborted. */
  readonly aborted: boolean;
}

/** The pods that carry a weight, rounded up. */
export function podsForWeight(weight: number, { replicas, max }: Whole): number {
  return Math.ceil((weight * replicas) / max);
}

/**
 * The sizes of a canary with traffic routing: canary pods for its weight, stable ones in full. With a dynamic
 * stable scale stable has pods for the rest of the weight, and neither side fewer than the traffic needs that
 * flows to it (the canary's only matters after an abort). Source: rollout-core 12.5.
 */
export function trafficCounts(input: TrafficInput): Sizes {
  const { replicas, max, weight, canaryReplicas, dynamic, weights, aborted } = input;
  const canary = canaryReplicas ?? atLeastMin(podsForWeight(weight, input), input);
  if (!dynamic) return { canary, stable: replicas };

  const rest = podsForWeight(max - (canaryReplicas === undefined ? weight : 0), input);
  const stable = Math.max(rest, weights === undefined ? 0 : podsForWeight(weights.stable, input));
  const needed = weights === undefined || !aborted ? 0 : podsForWeight(weights.canary, input);
  return { canary: atLeastMin(Math.max(canary, needed), input), stable: atLeastMin(stable, input) };
}

function atLeastMin(count: number, { replicas, minPods }: TrafficInput): number {
  return count === 0 || minPods === undefined ? count : Math.max(count, Math.min(minPods, replicas));
}

/** `replicaProgressThreshold`: how many of the wanted canary pods are enough. */
export interface Threshold {
  /** `Percent` of the wanted pods; anything else counts pods. */
  readonly type: string;
  readonly value: number;
}

/** Whether so many available pods are enough by the threshold; none wanted is always enough by percent. */
export function enough(available: number, wanted: number, { type, value }: Threshold): boolean {
  if (type !== "Percent") return available >= value;
  return wanted === 0 || (available / wanted) * 100 + 1e-10 >= value;
}

/** What is compared with the sizes that are wanted. */
export interface CountsSeen {
  readonly newRS: Pods | undefined;
  /** The stable ReplicaSet; `total` is the number of its pods that exist. */
  readonly stableRS: { readonly size: number; readonly total: number } | undefined;
  /** Available pods of all other ReplicaSets; give 0 with traffic routing, where they do not count. */
  readonly othersAvailable: number;
  /** `dynamicStableScale`: stable does not count. */
  readonly dynamic: boolean;
  /** A negative value is no threshold. */
  readonly threshold?: Threshold | undefined;
}

/**
 * Whether the pods are as wanted, so that a step that sets a weight or a scale is done: the canary's all
 * available, or enough by the threshold; the stable ones created; the others gone. Source: rollout-core 12.6.
 *
 * Without traffic router, `wanted` is the target (`basicTarget`), not the sizes allowed next: the peer
 * compares with those, and a threshold then ends a step on the way.
 */
export function atDesiredCounts(seen: CountsSeen, wanted: Sizes): boolean {
  const { newRS = { size: 0, available: 0 }, stableRS, othersAvailable, dynamic, threshold } = seen;
  const canaryThere =
    threshold === undefined || threshold.value < 0
      ? newRS.size === wanted.canary && newRS.available === wanted.canary
      : enough(newRS.available, wanted.canary, threshold);
  const stableThere = dynamic || (stableRS?.size === wanted.stable && stableRS.total === wanted.stable);
  return canaryThere && stableThere && othersAvailable === 0;
}

/** What an aborted canary with a dynamic stable scale steps down from. */
export interface AbortInput extends Whole {
  readonly canaryAvailable: number;
  readonly stableAvailable: number;
  /** Whether `abortScaleDownDelaySeconds` is given and not 0: canary pods stay whatever their number. */
  readonly keepsCanary: boolean;
  /** The values of all `setWeight` steps, in order. */
  readonly setWeights: readonly number[];
}

/**
 * The weight to go back to when a canary with a dynamic stable scale is aborted: that of the last step which
 * needs fewer pods than stable lacks (or than the canary has, unless its pods are kept); 0 when there is
 * none. Source: rollout-core 12.7.
 */
export function abortWeight(input: AbortInput): number {
  const { replicas, canaryAvailable, stableAvailable, keepsCanary, setWeights } = input;
  const lacking = replicas - stableAvailable;
  const have = keepsCanary ? lacking : Math.max(lacking, canaryAvailable);
  return setWeights.findLast((weight) => podsForWeight(weight, input) < have) ?? 0;
}

/**
 * The weight that a canary with a dynamic stable scale may carry while it goes back to stable: down to
 * `target`, but not before stable has pods for the rest, and never up. Both ReplicaSets exist; without
 * replicas it is 0. Source: rollout-core 14.4.
 *
 * @param target what it goes down to: `abortWeight`, or the ordinary weight when it was not aborted @param
 * recorded the canary's weight that was recorded last; undefined when there is none
 */
export function stepDownWeight(
  { replicas, max, stableAvailable }: Whole & { readonly stableAvailable: number },
  target: number,
  recorded: number | undefined,
): number {
  if (replicas === 0) return 0;
  const carried = Math.floor((max * stableAvailable) / replicas);
  const left = Math.max(0, max - carried);
  if (recorded === undefined) return Math.max(left, target);
  if (target <= 0) return Math.min(left, recorded);
  return carried < max - target ? recorded : Math.min(target, recorded);
}
