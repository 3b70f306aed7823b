import { scaleWeight } from "./canaryWeight.ts";
import { basicSizes, basicTarget, type Sizes } from "./podsBasic.ts";
import { abortWeight, atDesiredCounts, enough, stepDownWeight, trafficCounts } from "./podsTraffic.ts";
import { type Replicas, total } from "./replicaSet.ts";
import type { View } from "./view.ts";

/** The canary's share that flows, of `M`; what a step compares its pods with. */
type Carried = { readonly carried: number | undefined };

/** Available pods of the new version. */
export function canaryAvailable({ newRS }: View): number {
  return newRS?.available ?? 0;
}

/** Whether the strategy's `replicaProgressThreshold` takes so many pods of a ReplicaSet for enough. */
export function meetsThreshold(
  { canary }: View,
  { available }: Pick<Replicas, "available">,
  wanted: number,
): boolean {
  const threshold = canary?.replicaProgressThreshold;
  return threshold !== undefined && threshold.value >= 0 && enough(available, wanted, threshold);
}

/**
 * Whether stable can carry its share of the traffic (rollout-core 14.3). After an abort it is enough that
 * stable is as available as the strategy ever promises, so that one pod that is not ready leaves nobody on a
 * bad canary (I3). No more traffic than before goes to stable while it has no pod at all.
 */
export function stableCarries(view: View, weight: number, aborted: boolean): boolean {
  const { stableRS, R, M, budget, dynamic, status } = view;
  if (stableRS === undefined) return false;
  const gains = weight < (status.canary?.weights?.canary.weight ?? 0);
  if (gains && R > 0 && stableRS.available === 0) return false;
  const needed = Math.floor(((M - weight) * R) / M);
  const least = aborted && !dynamic ? Math.min(needed, Math.max(1, R - budget.unavailable)) : needed;
  return stableRS.available >= least || meetsThreshold(view, stableRS, needed);
}

/**
 * Whether stable has no available pod at all although it should have some: a dynamic stable version that gave
 * all its traffic away has none by design.
 */
export function isStableDown({ stableRS, R, M, dynamic, status }: View): boolean {
  const givenAway = dynamic && (status.canary?.weights?.canary.weight ?? 0) >= M;
  return stableRS !== undefined && stableRS.available === 0 && R > 0 && !givenAway;
}

/** The weight on the way back to stable (rollout-core 14.4): 0 at once unless stable has to grow first. */
export function stepDown(view: View, aborted: boolean): number {
  const { dynamic, newRS, stableRS, R, M, status } = view;
  if (!dynamic || newRS === undefined || stableRS === undefined) return 0;
  const target = aborted ? dynamicAbortWeight(view) : M;
  const recorded = status.canary?.weights?.canary.weight;
  return stepDownWeight({ replicas: R, max: M, stableAvailable: stableRS.available }, target, recorded);
}

function dynamicAbortWeight({ R, M, newRS, stableRS, canary, steps }: View): number {
  return abortWeight({
    replicas: R,
    max: M,
    canaryAvailable: newRS?.available ?? 0,
    stableAvailable: stableRS?.available ?? 0,
    keepsCanary: (canary?.abortScaleDownDelaySeconds ?? 0) !== 0,
    setWeights: steps.flatMap(({ setWeight }) => setWeight ?? []),
  });
}

/** The sizes that new and stable should have with traffic routing (rollout-core 12.5). */
export function routedSizes(view: View, aborted: boolean, traffic: Carried | undefined): Sizes {
  const { R, M, canary, dynamic } = view;
  const wanted = scaleWeight(view, aborted, () => dynamicAbortWeight(view));
  const carried = traffic?.carried;
  return trafficCounts({
    replicas: R,
    max: M,
    weight: typeof wanted === "number" ? wanted : 0,
    canaryReplicas: typeof wanted === "number" ? undefined : wanted.replicas,
    minPods: canary?.minPodsPerReplicaSet,
    dynamic,
    weights: carried === undefined ? undefined : { canary: carried, stable: M - carried },
    aborted,
  });
}

function basicInput(view: View, aborted: boolean) {
  const { R, budget, newRS, stableRS, otherRSs } = view;
  const weight = scaleWeight(view, aborted, () => 0);
  return {
    replicas: R,
    weight: typeof weight === "number" ? weight : 0,
    budget,
    newRS,
    stableRS,
    others: total(otherRSs, "size"),
  };
}

/**
 * The size that a new version may have beside the pods that there are: none where it gets more as soon as
 * stable has made room for it, so that it is scaled once.
 */
export function basicSizeAtBirth(view: View): number {
  const { canary } = basicSizes(basicInput(view, false));
  return canary === nextBasicSizes(view, false).canary ? canary : 0;
}

/** The sizes that new and stable may have next without a router: stable first, then new beside it (12.3). */
export function nextBasicSizes(view: View, aborted: boolean): Sizes {
  const input = basicInput(view, aborted);
  const { stable, canary } = basicSizes(input);
  const { newRS, stableRS } = input;
  if (stableRS === undefined || stableRS === newRS || stable === stableRS.size) return { stable, canary };
  const beside = basicSizes({ ...input, stableRS: { ...stableRS, size: stable } });
  return { stable, canary: beside.canary };
}

/**
 * What a step without router compares the pods with: where they end, or how far they can get while stable has
 * no pod that could take over, so that a broken stable version does not block an update (trap 86).
 */
function basicGoal(view: View, aborted: boolean): Sizes {
  const isBlocked = isStableDown(view) && view.canary?.replicaProgressThreshold === undefined;
  return isBlocked ? nextBasicSizes(view, aborted) : basicTarget(basicInput(view, aborted));
}

/** Whether the new version has the pods for its step, or more that still carry traffic. */
export function hasPodsForStep(view: View, traffic: Carried): boolean {
  const { canary } = routedSizes(view, false, traffic);
  return (view.newRS?.available ?? 0) >= canary;
}

/** Whether the pods are as the current step wants them (rollout-core 12.6). */
export function atDesired(view: View, traffic?: Carried): boolean {
  const { traffic: routed, newRS, stableRS, otherRSs, dynamic, canary, status } = view;
  const aborted = status.abort === true;
  const wanted = routed ? routedSizes(view, aborted, traffic) : basicGoal(view, aborted);
  return atDesiredCounts(
    {
      newRS,
      stableRS,
      othersAvailable: routed ? 0 : total(otherRSs, "reported"),
      dynamic,
      threshold: canary?.replicaProgressThreshold,
    },
    wanted,
  );
}
