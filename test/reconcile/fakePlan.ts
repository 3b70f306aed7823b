import type { KubeObject } from "../../src/api/object.ts";
import { applyPlan } from "../../src/reconcile/apply.ts";
import { Cache } from "../../src/reconcile/cache.ts";
import type { Effect, Patch } from "../../src/reconcile/effect.ts";
import type { StatusWrite } from "../../src/reconcile/plan.ts";
import { FakeClient, FakeRecorder, note, objectOf, pods, refFor, replicaSets, rollouts } from "./fakes.ts";

export const owned = { ownerReferences: [{ ...rollouts, name: "web", uid: "web", controller: true }] };
export const rollout = objectOf(rollouts, "web");
export const old = objectOf(replicaSets, "old", owned);

export const create: Effect = {
  do: "create",
  object: objectOf(replicaSets, "new", owned),
  why: "start",
  event: note("Created"),
};
export const scale: Patch = {
  do: "patch",
  ref: refFor(replicaSets, "old"),
  type: "merge",
  body: { spec: 1 },
  why: "shrink",
  event: note("Scaled"),
};
export const annotate: Patch = {
  do: "patch",
  ref: refFor(rollouts, "web"),
  type: "merge",
  body: { metadata: { annotations: {} } },
  why: "mark",
};
export const remove: Effect = {
  do: "delete",
  ref: refFor(replicaSets, "old"),
  why: "gone",
  event: note("Deleted"),
};
export const evict: Effect = { do: "evict", ref: refFor(pods, "p"), why: "restart", event: note("Evicted") };
export const status: StatusWrite = {
  ref: refFor(rollouts, "web"),
  version: "1",
  subresource: "status",
  patch: { step: 1 },
  urgent: true,
  events: [note("Stepped")],
};

export interface Result {
  readonly sent: readonly string[];
  readonly events?: readonly string[];
  /** The outcome in words: what was done, what failed and why, what became of the status. */
  readonly outcome: string;
}

export interface Setting {
  readonly objects?: readonly KubeObject[];
  readonly errors?: readonly [request: string, error: Error][];
  readonly holdStatus?: boolean;
  /** How many writes are allowed. */
  readonly writes?: number;
}

/** Applies a plan to a server with `web` and `old`, all of whose objects are in the cache. */
export async function applied(
  effects: readonly Effect[],
  write: StatusWrite | undefined,
  setting: Setting = {},
) {
  const client = new FakeClient().add(rollout, old, ...(setting.objects ?? []));
  client.errors.push(...(setting.errors ?? []));
  const recorder = new FakeRecorder();
  const cache = new Cache();
  for (const kind of [rollouts, replicaSets]) {
    cache.replaceAll(
      kind,
      (await client.list()).filter((object) => object.kind === kind.kind),
      "1",
    );
  }
  let left = setting.writes ?? 99;
  const mayWrite = () => left-- > 0;
  const holdStatus = setting.holdStatus ?? false;
  const outcome = await applyPlan(
    { effects, status: write },
    { client, cache, recorder, about: rollout, holdStatus, mayWrite },
  );
  const { failed } = outcome;
  const words = [
    ...outcome.done.map((effect) => effect.do),
    ...(outcome.skipped ?? []).map((effect) => `skipped ${effect.do}`),
    ...(failed
      ? [
          `failed ${typeof failed.effect === "string" ? failed.effect : failed.effect.do} ${failed.error.reason}`,
        ]
      : []),
    ...(outcome.status === undefined ? [] : [outcome.status]),
  ].join(", ");
  return { client, cache, recorder, outcome, words };
}
