import type { KubeObject } from "../../src/api/object.ts";
import type { Instant } from "../../src/api/time.ts";
import type { Effect } from "../../src/reconcile/effect.ts";
import type { Plan } from "../../src/reconcile/plan.ts";
import type { RolloutSnapshot } from "../../src/rollout/snapshot.ts";
import { noFaults } from "../../src/sim/faults.ts";
import type { Source } from "../../src/sim/feed.ts";
import type { History } from "./history.ts";
import { at } from "./invariants.ts";
import { rolloutRef } from "./manifests.ts";

/** A mistake that is put into the controller on purpose, to see that its invariant catches it. */
export interface Bug {
  readonly about: string;
  /** The invariants that catch it: one of them must. */
  readonly caughtBy: readonly string[];
  /** Leads a random history to where the bug lives. */
  steer?(history: History): History;
  /** What the decision is made to believe. */
  sees?(seen: RolloutSnapshot): RolloutSnapshot;
  /** What is made of the decision. */
  plans?(plan: Plan, seen: RolloutSnapshot, now: Instant): Plan;
  /** What becomes of the watches. */
  source?(source: Source): Source;
}

/** A routed canary that is aborted in the middle of an update, without faults. */
function aborted({ setup, rates, ...history }: History): History {
  const steps = [{ setWeight: 50 }, { pause: 0 }];
  const acts = [
    { wait: 1, act: { is: "image", image: 1 } },
    { wait: 15, act: { is: "action", action: { do: "abort" } } },
    { wait: 15, act: { is: "heal" } },
  ] as const;
  const setting = { ...setup, strategy: "routed", steps, replicas: 4, background: false } as const;
  return { ...history, setup: setting, rates: noFaults, acts };
}

/** A canary with nothing but a pause, without faults. */
function pausing({ setup, ...history }: History): History {
  const setting = { ...setup, strategy: "basic", steps: [{ pause: 20 }], background: false } as const;
  return { ...history, setup: setting, rates: noFaults, acts: [] };
}

/** The same with many faults. */
function disturbed(history: History): History {
  return { ...history, rates: { ...history.rates, lost: 0.2, stale: 0.3, crash: 0.1, dropped: 0.1 } };
}

/** One bug for each invariant. */
export const bugs: readonly Bug[] = [
  {
    about: "pods that were asked for count as available",
    caughtBy: ["I1"],
    sees: (seen) => ({ ...seen, replicaSets: seen.replicaSets.map(allAvailable) }),
  },
  {
    about: "an aborted canary loses its pods before its traffic",
    caughtBy: ["I2"],
    steer: aborted,
    plans: (plan, seen) =>
      at(seen.object, "status", "abort") === true
        ? {
            ...plan,
            effects: [...goneCanary(seen), ...plan.effects.filter(({ do: verb }) => verb !== "patch")],
          }
        : plan,
  },
  {
    about: "an abort leaves the router alone",
    caughtBy: ["I3"],
    steer: aborted,
    plans: (plan, seen) =>
      at(seen.object, "status", "abort") === true
        ? { ...plan, effects: plan.effects.filter(isNoIngress) }
        : plan,
  },
  {
    about: "each look calls a new ReplicaSet by another name",
    caughtBy: ["I4"],
    steer: disturbed,
    plans: (plan, _seen, now) => ({ ...plan, effects: plan.effects.map((effect) => renamed(effect, now)) }),
  },
  {
    about: "a look notes when it was",
    caughtBy: ["I5"],
    plans: (plan, seen, now) => ({ ...plan, effects: [...plan.effects, ...noteOf(seen, now)] }),
  },
  {
    about: "nobody looks again when a pause is over",
    caughtBy: ["I6"],
    steer: pausing,
    plans: ({ requeueAt: _when, ...plan }) => plan,
  },
  {
    about: "a watch whose past is forgotten does not list again",
    caughtBy: ["I6", "I4"],
    steer: disturbed,
    source: blindAfterForgetting,
  },
];

function allAvailable(set: KubeObject): KubeObject {
  const size = Number(at(set, "spec", "replicas") ?? 0);
  const status = { replicas: size, readyReplicas: size, availableReplicas: size };
  return { ...set, status: { ...(set["status"] as object | undefined), ...status } };
}

function goneCanary(seen: RolloutSnapshot): readonly Effect[] {
  const canary = seen.replicaSets.find(
    (set) => set.metadata.labels?.["rollouts-pod-template-hash"] === seen.hash,
  );
  const { name = "", namespace = "" } = canary?.metadata ?? {};
  if (canary === undefined || at(seen.object, "status", "stableRS") === seen.hash) return [];
  const ref = { apiVersion: "apps/v1", kind: "ReplicaSet", namespace, name };
  return [{ do: "patch", ref, type: "merge", body: { spec: { replicas: 0 } }, why: "a bug" }];
}

function isNoIngress(effect: Effect): boolean {
  return effect.do === "create" || effect.ref.kind !== "Ingress";
}

function renamed(effect: Effect, now: Instant): Effect {
  if (effect.do !== "create" || effect.object.kind !== "ReplicaSet") return effect;
  const { object } = effect;
  const metadata = { ...object.metadata, name: `${object.metadata.name}-${now % 100_000}` };
  return { ...effect, object: { ...object, metadata } };
}

function noteOf({ object }: RolloutSnapshot, now: Instant): readonly Effect[] {
  const seen = String(Math.floor(now / 10_000));
  if (object.metadata.annotations?.["seen"] === seen) return [];
  const body = { metadata: { annotations: { seen } } };
  return [{ do: "patch", ref: rolloutRef, type: "merge", body, why: "a bug" }];
}

function blindAfterForgetting(source: Source): Source {
  return {
    list: (kind, selection) => source.list(kind, selection),
    watch(kind, selection, since, onEvent, onEnd) {
      try {
        return source.watch(kind, selection, since, onEvent, onEnd);
      } catch {
        return () => {};
      }
    },
  };
}
