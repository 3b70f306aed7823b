import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { later, type Millis, seconds, since } from "../../src/api/time.ts";
import type { Client } from "../../src/reconcile/ports.ts";
import type { Status } from "../../src/rollout/status.ts";
import { ourDefinitions } from "../../src/sim/play.ts";
import type { Fate } from "../../src/sim/podFate.ts";
import { World } from "../../src/sim/world.ts";

const namespace = "shop";
const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", namespace, name: "web" };
const definitions = ourDefinitions();

/** A rollout of three pods whose second image has a fate of its own. */
class Stage {
  readonly world: World;
  fate: Fate = { is: "ready", after: seconds(3) };
  /** How often pods were listed. */
  lists = 0;

  constructor() {
    this.world = new World({
      definitions,
      pods: { fate: (pod) => (imageOf(pod) === "web:2" ? this.fate : { is: "ready", after: seconds(3) }) },
      measure: () => Promise.reject(new Error("nothing is measured here")),
      disturb: (_world, client, source) => ({ client: this.#counting(client), source }),
    });
  }

  #counting(client: Client): Client {
    return {
      ...client,
      list: (kind, selection) => {
        if (kind.kind === "Pod") this.lists += 1;
        return client.list(kind, selection);
      },
    };
  }

  async begin(spec: object): Promise<void> {
    const { apiVersion, kind, name } = rollout;
    const canary = { steps: [{ setWeight: 50 }, { pause: {} }] };
    const strategy = { canary };
    const selector = { matchLabels: { app: "web" } };
    const all = { replicas: 3, selector, template: template(1), strategy, ...spec };
    await this.world.client.create({ apiVersion, kind, metadata: { name, namespace }, spec: all });
    await this.pass(30);
  }

  async update(): Promise<void> {
    await this.world.client.patch(rollout, { type: "merge", body: { spec: { template: template(2) } } });
  }

  async pass(span: number): Promise<void> {
    await this.world.runUntil(later(this.world.clock.now(), seconds(span)));
  }

  get status(): Status {
    return (this.world.get(rollout)?.["status"] ?? {}) as Status;
  }

  condition(type: string): string | undefined {
    const found = this.status.conditions?.find((one) => one.type === type);
    return found === undefined ? undefined : `${found.status} ${found.reason}`;
  }

  get warnings(): readonly string[] {
    return this.world.events.filter(({ note }) => note.type === "Warning").map(({ note }) => note.reason);
  }
}

function imageOf({ spec }: KubeObject): string {
  return (spec as { containers: readonly { image: string }[] }).containers[0]?.image ?? "";
}

function template(tag: number): object {
  return {
    metadata: { labels: { app: "web" } },
    spec: { containers: [{ name: "web", image: `web:${tag}` }] },
  };
}

for (const [is, reason] of [
  ["crash", "CrashLoopBackOff"],
  ["noImage", "ImagePullBackOff"],
  ["unschedulable", "Unschedulable"],
] as const) {
  test(`canary pods of the fate ${is} are named, and forgotten when they are well`, async () => {
    const stage = new Stage();
    await stage.begin({});
    deepEqual([stage.condition("PodsFailing"), stage.lists], [undefined, 0]);
    stage.fate = { is };
    await stage.update();
    await stage.pass(9);
    equal(stage.lists, 0);
    await stage.pass(3);
    equal(stage.condition("PodsFailing"), `True ${reason}`);
    await stage.pass(1000);
    // After 10, 20, 40, 80, 160, 320 seconds, and so again after the deadline of 600 seconds.
    deepEqual([stage.warnings, stage.lists], [["PodsFailing"], 12]);
    equal(stage.status.phase, "Degraded");
    stage.fate = { is: "ready", after: seconds(3) };
    stage.world.wakePods();
    await stage.pass(10);
    deepEqual([stage.condition("PodsFailing"), stage.status.phase], [undefined, "Paused"]);
    deepEqual(stage.world.failures, []);
  });
}

/**
 * Has the canary become ready and unready again in turn, until the update has ended; the seconds that took.
 */
async function flap(stage: Stage, spec: object): Promise<number> {
  await stage.begin({ progressDeadlineSeconds: 120, ...spec });
  const start = stage.world.clock.now();
  stage.fate = { is: "unready" };
  await stage.update();
  for (let turns = 0; turns < 30 && stage.status.abort !== true; turns += 1) {
    await stage.pass(25);
    stage.fate = stage.fate.is === "unready" ? { is: "ready", after: 0 as Millis } : { is: "unready" };
    stage.world.wakePods();
  }
  return since(start, stage.world.clock.now()) / 1000;
}

test("readiness that flaps does not push the deadline of an abort out for ever", async () => {
  const stage = new Stage();
  const minReadySeconds = 60; // so that the canary never becomes available
  const took = await flap(stage, { minReadySeconds, progressDeadlineAbort: true });
  equal(stage.status.abort, true);
  ok(took <= 200, `${took} seconds`);
  deepEqual([stage.status.phase, stage.world.failures], ["Degraded", []]);
});

test("readiness that flaps is progress where nothing is aborted, as with the peer", async () => {
  const stage = new Stage();
  await flap(stage, { minReadySeconds: 60 });
  deepEqual([stage.status.phase, stage.condition("Progressing")], ["Progressing", "True ReplicaSetUpdated"]);
});
