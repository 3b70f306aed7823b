import { label } from "../../src/api/labels.ts";
import type { KubeObject } from "../../src/api/object.ts";
import type { Instant } from "../../src/api/time.ts";
import type { Effect } from "../../src/reconcile/effect.ts";
import type { Plan } from "../../src/reconcile/plan.ts";
import { ApiError, type Client } from "../../src/reconcile/ports.ts";
import type { RolloutSnapshot } from "../../src/rollout/snapshot.ts";
import type { Source } from "../../src/sim/feed.ts";
import type { Bug } from "./bug.ts";
import { at, numberAt } from "./json.ts";
import { namespace, rolloutRef } from "./manifests.ts";
import { stableService } from "./routing.ts";
import {
  aborted,
  comparing,
  contended,
  disturbed,
  overtaken,
  pausing,
  rescaled,
  stableLost,
  stepping,
  switching,
} from "./steering.ts";

/** One bug of each class, at least one for each invariant. */
export const bugs: readonly Bug[] = [
  {
    about: "pods that were asked for count as available",
    caughtBy: ["I1"],
    sees: (seen) => ({ ...seen, replicaSets: seen.replicaSets.map(allAvailable) }),
  },
  {
    about: "nobody asks whether the pods of the other side are there",
    caughtBy: ["I1"],
    steer: stableLost,
    sees: (seen) => ({
      ...seen,
      replicaSets: seen.replicaSets.map((set) =>
        hashOf(set) === stableHash(seen) ? allAvailable(set) : set,
      ),
    }),
  },
  {
    about: "the weights that are recorded do not add up",
    caughtBy: ["I1"],
    steer: stepping,
    plans: (plan) => withStatus(plan, ({ canary, ...patch }) => ({ ...patch, canary: unbalanced(canary) })),
  },
  {
    about: "users are sent to a new version before its pods are there",
    caughtBy: ["I1"],
    steer: switching,
    plans: (plan, seen) => ({ ...plan, effects: [...switchedTo(seen.hash, seen), ...plan.effects] }),
  },
  {
    about: "a Service turns to a newer version before its weight falls",
    caughtBy: ["I1"],
    steer: overtaken,
    plans: (plan) => ({ ...plan, effects: plan.effects.toSorted(servicesFirst) }),
  },
  {
    about: "a version of an experiment gets its share before its pods are there",
    caughtBy: ["I1"],
    steer: comparing,
    sees: (seen) => ({ ...seen, experiments: seen.experiments.map(allRunning) }),
  },
  {
    about: "an experiment takes its pods away before its traffic",
    caughtBy: ["I1"],
    steer: comparing,
    seesExperiment: (seen) => ({ ...seen, rollout: undefined }),
  },
  {
    about: "an aborted canary loses its pods before its traffic",
    caughtBy: ["I2"],
    steer: aborted,
    plans: (plan, seen) =>
      isAborted(seen) ? { ...plan, effects: [...goneCanary(seen), ...kept(plan)] } : plan,
  },
  {
    about: "a new size of the whole takes the pods of stable first",
    caughtBy: ["I2"],
    steer: rescaled,
    plans: (plan, seen) => ({ ...plan, effects: [...plan.effects, ...halvedStable(seen)] }),
  },
  {
    about: "an abort leaves the router alone",
    caughtBy: ["I3"],
    steer: aborted,
    plans: (plan, seen) => (isAborted(seen) ? { ...plan, effects: plan.effects.filter(isNoIngress) } : plan),
  },
  {
    about: "each look calls a new ReplicaSet by another name",
    caughtBy: ["I4"],
    steer: disturbed,
    plans: (plan, _seen, now) => ({ ...plan, effects: plan.effects.map((effect) => renamed(effect, now)) }),
  },
  {
    about: "a step that is done takes the next one with it",
    caughtBy: ["I4"],
    steer: stepping,
    plans: (plan) =>
      withStatus(plan, (patch) =>
        patch["currentStepIndex"] === 1 ? { ...patch, currentStepIndex: 2 } : patch,
      ),
  },
  {
    about: "old versions keep their pods",
    caughtBy: ["I4"],
    steer: stepping,
    plans: (plan) => ({ ...plan, effects: plan.effects.filter((effect) => !isEmptying(effect)) }),
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
  {
    about: "a conflict counts as written (I8)",
    caughtBy: ["I6", "I4"],
    steer: contended,
    client: carefree,
  },
];

function hashOf(set: KubeObject): string | undefined {
  return set.metadata.labels?.[label.podHash];
}

function stableHash({ object }: RolloutSnapshot): unknown {
  return at(object, "status", "stableRS");
}

function isAborted({ object }: RolloutSnapshot): boolean {
  return at(object, "status", "abort") === true;
}

function allAvailable(set: KubeObject): KubeObject {
  const size = numberAt(set, "spec", "replicas");
  const status = { replicas: size, readyReplicas: size, availableReplicas: size };
  return { ...set, status: { ...(set["status"] as object | undefined), ...status } };
}

function allRunning(experiment: KubeObject): KubeObject {
  const status = (experiment["status"] ?? {}) as { readonly templateStatuses?: readonly object[] };
  const templateStatuses = (status.templateStatuses ?? []).map((one) => ({ ...one, availableReplicas: 1 }));
  return { ...experiment, status: { ...status, phase: "Running", templateStatuses } };
}

type Patch = Readonly<Record<string, unknown>>;

function withStatus(plan: Plan, change: (patch: Patch) => Patch): Plan {
  const { status } = plan;
  return status?.patch === undefined ? plan : { ...plan, status: { ...status, patch: change(status.patch) } };
}

function unbalanced(canary: unknown): unknown {
  const weight = at(canary, "weights", "stable", "weight");
  if (typeof weight !== "number") return canary;
  const { weights, ...rest } = canary as { weights: { stable: object } };
  return { ...rest, weights: { ...weights, stable: { ...weights.stable, weight: weight + 1 } } };
}

function switchedTo(hash: string, seen: RolloutSnapshot): readonly Effect[] {
  const isThere = seen.replicaSets.some((set) => hashOf(set) === hash);
  if (!isThere || stableHash(seen) === undefined || stableHash(seen) === hash) return [];
  const ref = { apiVersion: "v1", kind: "Service", namespace, name: stableService };
  const body = { spec: { selector: { [label.podHash]: hash } } };
  return [{ do: "patch", ref, type: "merge", body, why: "a bug" }];
}

function servicesFirst(one: Effect, other: Effect): number {
  const rank = (effect: Effect) => (effect.do !== "create" && effect.ref.kind === "Service" ? 0 : 1);
  return rank(one) - rank(other);
}

function goneCanary(seen: RolloutSnapshot): readonly Effect[] {
  const canary = seen.replicaSets.find((set) => hashOf(set) === seen.hash);
  return canary === undefined || stableHash(seen) === seen.hash ? [] : [sized(canary, 0)];
}

function kept({ effects }: Plan): readonly Effect[] {
  return effects.filter(({ do: verb }) => verb !== "patch");
}

/** Half of the stable pods, while another size is asked for than they were scaled for. */
function halvedStable(seen: RolloutSnapshot): readonly Effect[] {
  const stable = seen.replicaSets.find((set) => hashOf(set) === stableHash(seen));
  const size = numberAt(stable, "spec", "replicas");
  const isNew = size > 0 && size !== numberAt(seen.object, "spec", "replicas");
  return stable === undefined || !isNew ? [] : [sized(stable, Math.floor(size / 2))];
}

function sized({ apiVersion, kind, metadata }: KubeObject, replicas: number): Effect {
  const ref = { apiVersion, kind, namespace, name: metadata.name };
  return { do: "patch", ref, type: "merge", body: { spec: { replicas } }, why: "a bug" };
}

function isEmptying(effect: Effect): boolean {
  return (
    effect.do === "patch" && effect.ref.kind === "ReplicaSet" && at(effect.body, "spec", "replicas") === 0
  );
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

function carefree(client: Client): Client {
  return {
    ...client,
    async patch(ref, request) {
      try {
        return await client.patch(ref, request);
      } catch (error) {
        const isConflict = error instanceof ApiError && error.code === 409;
        const found = isConflict ? await client.get(ref) : undefined;
        if (found === undefined) throw error;
        return found;
      }
    },
  };
}
