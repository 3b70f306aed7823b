import { Problem } from "../api/problem.ts";
import type { RolloutStatus } from "../api/rolloutStatus.ts";
import type { Effect } from "../reconcile/effect.ts";
import { formerServices, managedNames } from "../traffic/note.ts";
import type { AdditionalDestination, ManagedRoute, Wanted } from "../traffic/router.ts";
import { tellingRefusal } from "../traffic/trouble.ts";
import { lastWeight, scaleInForce, weightAt } from "./canaryWeight.ts";
import { atDesired, canaryAvailable, stableCarries, stepDown } from "./counts.ts";
import { experimentDestinations } from "./experiments.ts";
import { managedRoutes } from "./routes.ts";
import type { Verdict } from "./verdict.ts";
import type { View } from "./view.ts";

type Weights = NonNullable<NonNullable<RolloutStatus["canary"]>["weights"]>;

/** How traffic should flow now, and whether the routers carry that already. */
export interface Traffic {
  /** The canary's share of `M` that is wanted. */
  readonly weight: number;
  /** The writes that the routers need for it; none when they carry it. */
  readonly effects: readonly Effect[];
  /** Whether the routers were seen to carry what is wanted. True without router. */
  readonly holds: boolean;
  /** The canary's highest share that a router was seen to carry; undefined without router. */
  readonly carried: number | undefined;
  /** `status.canary.weights`: only what was seen. */
  readonly recorded: Weights | undefined;
  /** What keeps a router from doing it. */
  readonly problem: string | undefined;
}

/** What the routers are to do: nothing leaves this record but `Wanted` values. */
interface Intent {
  readonly weight: number;
  readonly canaryHash: string;
  readonly additional: readonly AdditionalDestination[];
  readonly routes: readonly ManagedRoute[];
}

const untouched = { effects: [], problem: undefined };

/** Decides the traffic of a canary (rollout-core 14, traffic-cli-ops 1.5). Never towards missing pods. */
export function trafficFor(view: View, verdict: Verdict): Traffic {
  const { routers } = view.seen;
  const weights = view.status.canary?.weights;
  if (view.canary === undefined || routers.length === 0) {
    return { ...untouched, weight: 0, holds: true, carried: undefined, recorded: undefined };
  }
  const intent = intentOf(view, verdict);
  const wanted = wantedOf(view, intent, verdict);
  const carried = carriedNow(view, wanted);
  const { effects, problem } = writesFor(view, wanted);
  const holds = effects.length === 0 && problem === undefined;
  // What flows already is recorded also where stable could not carry it any more: no weight is passed over.
  const isSent = holds && intent.weight > 0;
  if (!isSent && !stableCarries(view, intent.weight, verdict.aborted)) {
    return { ...untouched, weight: intent.weight, holds: false, carried, recorded: weights };
  }
  return {
    weight: intent.weight,
    effects,
    holds,
    carried,
    recorded: holds ? recordOf(view, wanted, weights) : weights,
    problem,
  };
}

/** Whether the routers are left as they are because stable has not the pods for the share it would get. */
export function waitsForStable({ holds, effects, problem }: Traffic): boolean {
  return !holds && effects.length === 0 && problem === undefined;
}

/** The first situation that holds (rollout-core 14.2). */
function intentOf(view: View, verdict: Verdict): Intent {
  const { status, promoted, newRS, index, steps, M } = view;
  const to = (weight: number, more: Partial<Intent> = {}): Intent => ({
    weight,
    canaryHash: newRS?.hash ?? "",
    additional: [],
    routes: [],
    ...more,
  });
  const experiments = { additional: experimentDestinations(view) };
  const recorded = status.canary?.weights?.canary;
  if (rollsBackSlowly(view)) {
    return to(stepDown(view, verdict.aborted), {
      canaryHash: recorded?.podTemplateHash ?? "",
      routes: managedRoutes(view),
    });
  }
  if (promoted) return to(0);
  if (verdict.aborted) return to(stepDown(view, true));
  if (canaryAvailable(view) === 0) return to(0, experiments);
  if (verdict.promoteFull) return to(fullWeight(view));
  if (index === undefined) return to(0);
  if (scaleInForce(view, false)?.replicas === 0) return to(0, experiments); // traffic goes before the pods
  const routes = managedRoutes(view);
  const before = lastWeight(steps, index);
  // A canary that gives traffic back gives it back first: its pods stay until then.
  const givesBack = weightAt(view, index) < before;
  // Pods that are missing raise no weight, also where a person has moved the index on.
  const kept = Math.min(before, recorded?.weight ?? 0);
  if (!givesBack && !atDesired(view)) return to(kept, { ...experiments, routes });
  return index < steps.length ? to(weightAt(view, index), { ...experiments, routes }) : to(M, { routes });
}

/** On full promotion the recorded weight stays; with a dynamic stable scale it follows the available pods. */
function fullWeight({ dynamic, R, M, newRS, status }: View): number {
  if (!dynamic) return status.canary?.weights?.canary.weight ?? 0;
  return R === 0 ? 0 : Math.min(M, Math.floor((M * (newRS?.available ?? 0)) / R));
}

/** Going back to stable with a dynamic stable scale: the split stays until stable has grown (14.2 row 1). */
export function rollsBackSlowly({ status, promoted, dynamic, newRS, R }: View): boolean {
  const hash = status.canary?.weights?.canary.podTemplateHash;
  return dynamic && promoted && hash !== undefined && hash !== newRS?.hash && (newRS?.available ?? 0) < R;
}

/** How traffic should flow now. */
export function wantedNow(view: View, verdict: Verdict): Wanted {
  return wantedOf(view, intentOf(view, verdict), verdict);
}

function wantedOf(view: View, intent: Intent, verdict: Verdict): Wanted {
  const { canary, seen, namespace, name, M, stableRS, status } = view;
  const pair = canary?.pingPong;
  const side = status.canary?.stablePingPong === "ping" ? "ping" : "pong";
  const routed = seen.routers.flatMap(({ objects }) => objects);
  return {
    namespace,
    rollout: { name, uid: seen.object.metadata.uid ?? "" },
    canaryService: canary?.canaryService ?? "",
    stableService: canary?.stableService ?? "",
    pingPong:
      pair === undefined ? undefined : { ping: pair.pingService, pong: pair.pongService, stable: side },
    max: M,
    stableHash: stableRS?.hash ?? "",
    ...managedNames(canary?.trafficRouting?.managedRoutes, routed, seen.key),
    former: formerServices(status.canary?.weights?.additional, routed, seen.key),
    unready: verdict.aborted || rollsBackSlowly(view) ? undefined : unreadyOf(view),
    ...intent,
  };
}

/** A ReplicaSet of either version that is not fully available. */
function unreadyOf({ newRS, stableRS }: View): string | undefined {
  return [newRS, stableRS].find((set) => set !== undefined && set.available < set.size)?.name;
}

function carriedNow({ seen }: View, wanted: Wanted): number | undefined {
  const shares = seen.routers.map(({ router, config, objects }) => router.carries(config, objects, wanted));
  return shares.reduce((most, share) => (share === undefined ? most : Math.max(most ?? 0, share)), undefined);
}

/** The writes of each router in turn; one that cannot holds back those after it. */
function writesFor(
  { seen }: View,
  wanted: Wanted,
): { effects: readonly Effect[]; problem: string | undefined } {
  const effects: Effect[] = [];
  for (const { name, router, config, objects } of seen.routers) {
    try {
      const by = { router: name, config, ...(router.cluster ? { cluster: router.cluster } : {}) };
      effects.push(...tellingRefusal(name, router.route(config, objects, { ...wanted, by })));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      return { effects, problem: error.message };
    }
  }
  return { effects, problem: undefined };
}

/** The record of what the routers carry; the old one when it says the same. */
function recordOf(view: View, wanted: Wanted, old: Weights | undefined): Weights {
  const { canaryService, stableService, canaryHash, stableHash, weight, max, additional } = wanted;
  const taken = additional.reduce((sum, destination) => sum + destination.weight, 0);
  const side = (share: number, serviceName: string, podTemplateHash: string) => ({
    weight: share,
    ...(serviceName === "" ? {} : { serviceName }),
    ...(podTemplateHash === "" ? {} : { podTemplateHash }),
  });
  const other = (one: AdditionalDestination) => side(one.weight, one.serviceName, one.podTemplateHash);
  const next: Weights = {
    canary: side(weight, canaryService, canaryHash),
    ...(additional.length === 0 ? {} : { additional: additional.map(other) }),
    stable: side(max - weight - taken, stableService, stableHash),
  };
  const isSame = old !== undefined && sameWeights(old, next);
  const verified = verifiedNow(view, isSame ? old : undefined);
  if (isSame && verified === old.verified) return old;
  return verified === undefined ? next : { ...next, verified };
}

/**
 * Whether the weights are verified: what AWS says where it is asked, else what was said of the same weights
 * before. What a router carries that confirms itself is verified (traffic-cli-ops 2.11.5).
 */
function verifiedNow({ seen }: View, old: Weights | undefined): boolean | undefined {
  const asked = seen.aws?.weight;
  if (asked?.gates === true) return asked.verified ?? old?.verified;
  if (old !== undefined) return old.verified;
  return seen.routers.some(({ router }) => router.confirms === true) ? true : undefined;
}

/** Whether two records say the same; whether they were verified does not count. */
export function sameWeights(
  { verified: _one, ...one }: Weights,
  { verified: _other, ...other }: Weights,
): boolean {
  return JSON.stringify(ordered(one)) === JSON.stringify(ordered(other));
}

function ordered({ canary, stable, additional = [] }: Omit<Weights, "verified">) {
  const parts = (side: Weights["canary"]) => [
    side.weight,
    side.serviceName ?? "",
    side.podTemplateHash ?? "",
  ];
  return [parts(canary), parts(stable), additional.map(parts)];
}

/** The event for a change of the recorded weights (rollout-core 14.5), or undefined when nothing changed. */
export function weightEvent(old: Weights | undefined, next: Weights | undefined) {
  if (next === undefined || next === old || (old !== undefined && sameWeights(old, next))) return undefined;
  const from = old?.canary.weight;
  const moved =
    from === undefined
      ? `to ${next.canary.weight}`
      : from === next.canary.weight
        ? ""
        : `from ${from} to ${next.canary.weight}`;
  const list = (weights: Weights | undefined) =>
    (weights?.additional ?? [])
      .map((side) => `{${side.weight} ${side.serviceName ?? ""} ${side.podTemplateHash ?? ""}}`)
      .join(" ");
  const extra = list(old) === list(next) ? "" : `, additional: [${list(next)}]`;
  return {
    type: "Normal",
    reason: "TrafficWeightUpdated",
    message: `Traffic weight updated ${moved}${extra}`,
  } as const;
}
