import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import type { Instant } from "../../src/api/time.ts";
import { ApiError, type Client, type Selection } from "../../src/reconcile/ports.ts";
import { ReadingPool } from "../../src/reconcile/readings.ts";
import { neededPods } from "../../src/rollout/observePods.ts";
import { pod } from "../support/rolloutSeen.ts";
import { condition, type Midway, midway, newHash, secondsIn, timeAt } from "./seen.ts";

const missing: Midway = {
  new: "3/1",
  status: { conditions: [condition("Progressing", "True", "ReplicaSetUpdated")] },
};

/** A controller that looks at pods, so many seconds in. */
class Looker {
  readonly asked: Selection[] = [];
  woken = 0;
  fails = false;
  #now: Instant = secondsIn(0);
  readonly #readings: ReadingPool;

  constructor() {
    const clock = { now: () => this.#now, at: () => () => {} };
    this.#readings = new ReadingPool({ clock, wake: () => void this.woken++ });
  }

  /** What a look finds; the second one in a row, when what it has begun has arrived. */
  async look(given: Midway, at: number): Promise<readonly KubeObject[] | undefined> {
    await this.ask(given, at);
    await new Promise(setImmediate);
    return this.ask(given, at);
  }

  ask(given: Midway, at: number) {
    this.#now = secondsIn(at);
    const list = (_kind: object, selection: Selection) => {
      this.asked.push(selection);
      return this.fails
        ? Promise.reject(new ApiError(500, "InternalError", "no"))
        : Promise.resolve([{ ...pod("a", { hash: newHash }), spec: { nodeName: "n" } }]);
    };
    const clock = { now: () => this.#now, at: () => () => {} };
    return neededPods(midway(given), {
      clock,
      client: { list } as unknown as Client,
      readings: this.#readings,
    });
  }
}

test("pods are not listed before they are overdue", async () => {
  const looker = new Looker();
  equal(await looker.look(missing, 9), undefined);
  equal(await looker.look({ ...missing, new: "3/3" }, 900), undefined);
  deepEqual(looker.asked, []);
});

test("overdue pods of the version are listed once a look, and nobody waits for it", async () => {
  const looker = new Looker();
  equal(await looker.ask(missing, 10), undefined);
  await new Promise(setImmediate);
  equal(looker.woken, 1);
  const found = await looker.ask(missing, 12);
  deepEqual(
    found?.map(({ metadata }) => metadata.name),
    ["a"],
  );
  equal(found?.[0]?.["spec"], undefined);
  await looker.look(missing, 19);
  const labelSelector = `app=web,rollouts-pod-template-hash=${newHash}`;
  deepEqual(looker.asked, [{ namespace: "shop", labelSelector }]);
  await looker.look(missing, 20);
  equal(looker.asked.length, 2);
});

test("a list of pods that fails is tried again at the next look", async () => {
  const looker = new Looker();
  looker.fails = true;
  equal(await looker.look(missing, 10), undefined);
  looker.fails = false;
  equal(await looker.look(missing, 15), undefined);
  equal((await looker.look(missing, 20))?.length, 1);
});

test("a restart that is due lists all pods at once", async () => {
  const looker = new Looker();
  const found = await looker.ask({ ...missing, spec: { restartAt: timeAt(-60) } }, 10);
  deepEqual([found?.length, looker.asked], [1, [{ namespace: "shop", labelSelector: "app=web" }]]);
});
