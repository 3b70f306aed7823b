import { label } from "../../src/api/labels.ts";
import { type KubeObject, refText } from "../../src/api/object.ts";
import { type Effect, targetOf } from "../../src/reconcile/effect.ts";
import type { Plan } from "../../src/reconcile/plan.ts";
import type { RolloutSnapshot } from "../../src/rollout/snapshot.ts";
import { jsonPatched } from "../../src/sim/patch/jsonPatch.ts";
import { mergePatched } from "../../src/sim/patch/mergePatch.ts";
import { at, numberAt } from "./json.ts";
import {
  type Board,
  type Flows,
  flowsIn,
  moves,
  type Routing,
  selectedBy,
  stableService,
} from "./routing.ts";

/** One ReplicaSet as the look saw it, and the size that its plan gives it. */
export interface Sized {
  readonly hash: string;
  readonly size: number;
  readonly available: number;
  readonly next: number;
}

/** What a look saw and decided, as the invariants speak of it. */
export interface Look {
  readonly seen: RolloutSnapshot;
  readonly plan: Plan;
  readonly R: number;
  /** As it was seen, and after each effect that can move traffic; only the first without a router. */
  readonly moments: readonly [Flows, ...Flows[]];
  readonly newHash: string;
  readonly stableHash: string;
  readonly sets: readonly Sized[];
}

/** Follows a plan effect by effect. */
export function lookOf(seen: RolloutSnapshot, plan: Plan, routing: Routing | undefined): Look {
  return {
    seen,
    plan,
    R: numberAt(seen.object, "spec", "replicas") || 1,
    moments: momentsOf(seen, plan, routing),
    newHash: seen.hash,
    stableHash: String(at(seen.object, "status", "stableRS") ?? ""),
    sets: seen.replicaSets.map((set) => sizedOf(set, plan)),
  };
}

/** The side that plays canary: fixed, or the one of a pair that is not stable. */
export function sidesFor(rollout: KubeObject, { canary, stable, others }: Flows): Flows {
  const isPair = at(rollout, "spec", "strategy", "canary", "pingPong") !== undefined;
  const isSwapped = isPair && at(rollout, "status", "canary", "stablePingPong") !== "ping";
  return isSwapped ? { canary: stable, stable: canary, others } : { canary, stable, others };
}

function momentsOf(
  seen: RolloutSnapshot,
  { effects }: Plan,
  routing: Routing | undefined,
): readonly [Flows, ...Flows[]] {
  const objects = new Map<string, KubeObject>();
  const routed = seen.routers.flatMap((router) => router.objects);
  for (const object of [...routed, ...seen.services.values()]) {
    if (object !== undefined) objects.set(textOf(object), object);
  }
  const board = boardOf(objects);
  const moment = (): Flows => {
    const flows = routing === undefined ? unrouted(seen, board) : flowsIn(routing, board);
    return sidesFor(seen.object, flows);
  };
  const moments: [Flows, ...Flows[]] = [moment()];
  for (const effect of effects) {
    if (!moves(routing, targetOf(effect))) continue;
    carryOut(effect, objects);
    moments.push(moment());
  }
  return moments;
}

/** Without a router all traffic of users goes through one Service; only blue-green lives by that. */
function unrouted({ rollout }: RolloutSnapshot, board: Board): Flows {
  const isBlueGreen = rollout.spec.strategy?.blueGreen !== undefined;
  const stable = { share: isBlueGreen ? 100 : 0, hash: selectedBy(board, stableService) };
  return { canary: { share: 0, hash: undefined }, stable, others: [] };
}

function boardOf(objects: ReadonlyMap<string, KubeObject>): Board {
  return {
    all: () => [...objects.values()],
    get: (kind, name) => objects.get(`${kind} ${name}`),
  };
}

function textOf({ kind, metadata }: KubeObject): string {
  return `${kind} ${metadata.name}`;
}

function carryOut(effect: Effect, objects: Map<string, KubeObject>): void {
  if (effect.do === "create") {
    objects.set(textOf(effect.object), effect.object);
    return;
  }
  const { kind, name } = effect.ref;
  const text = `${kind} ${name}`;
  if (effect.do === "delete") objects.delete(text);
  const found = objects.get(text);
  if (effect.do !== "patch" || found === undefined) return;
  const { type, body } = effect;
  const after = type === "json" ? jsonPatched(found, body) : mergePatched(found, body as object as never);
  objects.set(text, after as KubeObject);
}

function sizedOf(set: KubeObject, { effects }: Plan): Sized {
  const size = numberAt(set, "spec", "replicas");
  const text = refText({ ...set, ...set.metadata });
  const wanted = effects.flatMap((effect) => {
    if (effect.do !== "patch" || effect.ref.kind !== "ReplicaSet" || refText(effect.ref) !== text) return [];
    const next = at(effect.body, "spec", "replicas");
    return typeof next === "number" ? [next] : [];
  });
  return {
    hash: set.metadata.labels?.[label.podHash] ?? "",
    size,
    available: Math.min(size, numberAt(set, "status", "availableReplicas")),
    next: wanted.at(-1) ?? size,
  };
}
