import { controllerOf, type KubeObject } from "../../src/api/object.ts";
import type { Instant } from "../../src/api/time.ts";
import { Cache } from "../../src/reconcile/cache.ts";
import type { Effect } from "../../src/reconcile/effect.ts";
import type { Kind } from "../../src/reconcile/kind.ts";
import { startLoop } from "../../src/reconcile/loop.ts";
import type { Outcome, Plan, StatusWrite } from "../../src/reconcile/plan.ts";
import type { Ports, Reading, Witness } from "../../src/reconcile/ports.ts";
import { VirtualClock } from "../../src/sim/clock.ts";
import { FakeClient, FakeRecorder, note, objectOf, refFor, replicaSets, rollouts } from "./fakes.ts";

export const start = 1_000_000 as Instant;
export const key = "prod/web";
export const scale: Effect = {
  do: "patch",
  ref: refFor(replicaSets, "old"),
  type: "merge",
  body: { spec: 1 },
  why: "shrink",
};
export const nothing: Plan = { effects: [] };

/** What a test sees at a look. */
export interface Look {
  readonly rollout: KubeObject;
  readonly ports: Ports;
  readonly now: Instant;
  /** How many looks there have been, this one included. */
  readonly count: number;
}

export interface Setting {
  observe?(ports: Ports, key: string): Promise<void>;
  isUrgent?(reading: Reading): boolean;
  readonly paused?: boolean;
  /** Whether only a new generation of a ReplicaSet wakes its Rollout. */
  readonly byGeneration?: boolean;
}

/** The Rollout that controls an object. */
function keys(object: KubeObject): readonly string[] {
  if (object.metadata.name === "odd") throw new Error("odd");
  return [`prod/${controllerOf(object)?.name}`];
}

/**
 * A loop over Rollouts, woken by their ReplicaSets, with `web` and `old`; `looks` has the milliseconds since
 * the start.
 */
export function loopOf(decide: (look: Look) => Plan, setting: Setting = {}) {
  const clock = new VirtualClock(start);
  const web = objectOf(rollouts, "web");
  const old = objectOf(replicaSets, "old", {
    ownerReferences: [{ ...rollouts, name: "web", uid: "web", controller: true }],
  });
  const client = new FakeClient().add(web, old);
  const cache = new Cache();
  cache.replaceAll(rollouts, [web], "1");
  cache.replaceAll(replicaSets, [old], "1");
  const looks: number[] = [];
  const outcomes: Outcome[] = [];
  const failures: string[] = [];
  const kind: Kind<{ rollout: KubeObject; ports: Ports }> = {
    name: "rollout",
    of: rollouts,
    wokenBy: [{ kind: replicaSets, byGeneration: setting.byGeneration ?? false, keys }],
    ...(setting.isUrgent && { isUrgent: setting.isUrgent }),
    async observe(of, ports) {
      looks.push(clock.now() - start);
      await setting.observe?.(ports, of);
      const rollout = cache.get(refFor(rollouts, of.slice(5)));
      return rollout && { rollout, ports };
    },
    decide: (seen, now) => decide({ ...seen, now, count: looks.length }),
  };
  const witness: Witness = {
    reconciled: (_kind, _key, _plan, outcome) => outcomes.push(outcome),
    failed: (_kind, _key, error) => failures.push(String(error)),
  };
  const recorder = new FakeRecorder();
  const paused = setting.paused ?? false;
  const loop = startLoop({ kind, ports: { clock, client }, cache, recorder, witness, workers: 8, paused });
  const advance = (millis: number) => clock.advance((start + millis) as Instant);
  return { loop, clock, client, cache, recorder, looks, outcomes, failures, advance };
}

/** The status write that makes `status.<field>` of the Rollout what is wanted, when it is not. */
export function statusOf({ rollout }: Look, wanted: Record<string, unknown>, urgent: boolean): StatusWrite {
  const { status = {} } = rollout as { status?: Record<string, unknown> };
  const patch = Object.fromEntries(Object.entries(wanted).filter(([name, value]) => status[name] !== value));
  const differs = Object.keys(patch).length > 0;
  const version = rollout.metadata.resourceVersion ?? "";
  const events = differs ? [note(`Has${Object.keys(patch).join()}`)] : [];
  return {
    ref: refFor(rollouts, "web"),
    version,
    subresource: "status",
    patch: differs ? patch : undefined,
    urgent,
    events,
  };
}
