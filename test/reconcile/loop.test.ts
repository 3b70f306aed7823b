import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { later, seconds } from "../../src/api/time.ts";
import type { Effect } from "../../src/reconcile/effect.ts";
import { turn } from "../../src/sim/clock.ts";
import { key, loopOf, nothing, scale, statusOf } from "./fakeLoop.ts";
import { broken, conflict, objectOf, replicaSets, rollouts } from "./fakes.ts";

/** A write that is refused each time. */
const lost: Effect = { do: "create", object: objectOf(replicaSets, "old"), why: "it is there already" };

test("every object is looked at when the loop starts, and a settled one once", async () => {
  const { looks, advance, client, clock } = loopOf(() => nothing);
  await advance(100_000);
  deepEqual([looks, client.sent, clock.next()], [[0], [], undefined]);
});

test("changes of the object and of what it is woken by have it looked at, old owners included", async () => {
  const { cache, looks, advance } = loopOf(() => nothing);
  await advance(10);
  cache.apply({ type: "modified", object: objectOf(rollouts, "web", { resourceVersion: "2" }) });
  await advance(20);
  cache.apply({ type: "modified", object: objectOf(replicaSets, "old", { resourceVersion: "3" }) });
  await advance(30);
  cache.apply({ type: "modified", object: objectOf(replicaSets, "old", { resourceVersion: "4" }) });
  await advance(40);
  deepEqual(looks, [0, 10, 20, 20, 30]); // at 20 both `web`, the old owner, and the unknown new one
});

test("where only a new generation wakes, a change of the status does not", async () => {
  const { cache, looks, advance } = loopOf(() => nothing, { byGeneration: true });
  const versions: [at: number, metadata: Record<string, unknown>][] = [
    [10, { resourceVersion: "3", generation: 1 }],
    [20, { resourceVersion: "4", generation: 1 }],
    [30, { resourceVersion: "5", generation: 2 }],
    [40, { resourceVersion: "6", generation: 2, uid: "another" }],
  ];
  for (const [at, metadata] of versions) {
    await advance(at);
    cache.apply({ type: "modified", object: objectOf(replicaSets, "old", metadata) });
  }
  await advance(50);
  cache.apply({
    type: "deleted",
    object: objectOf(replicaSets, "old", { resourceVersion: "7", generation: 2 }),
  });
  await advance(60);
  deepEqual([...new Set(looks)], [0, 10, 30, 40, 50]);
});

test("a write has its key looked at again, until nothing is written", async () => {
  const { client, looks, outcomes, advance } = loopOf((look) =>
    look.count === 1
      ? { effects: [scale], status: statusOf(look, { step: 1 }, true) }
      : { effects: [], status: statusOf(look, { step: 1 }, true) },
  );
  await advance(1000);
  deepEqual(
    [client.sent, looks],
    [
      ["patch old", "patch/status web"],
      [0, 0],
    ],
  );
  deepEqual(
    outcomes.map(({ status, done }) => [status, done.length]),
    [
      ["written", 1],
      [undefined, 0],
    ],
  );
});

test("the next look comes at the instant that the plan asks for", async () => {
  const { looks, advance } = loopOf(({ count, now }) =>
    count < 3 ? { effects: [], requeueAt: later(now, seconds(30)) } : nothing,
  );
  await advance(200_000);
  deepEqual(looks, [0, 30_000, 60_000]);
});

test("a plan that asks for an instant that is not later backs off", async () => {
  const { looks, advance } = loopOf(({ now }) => ({ effects: [], requeueAt: now }));
  await advance(20);
  deepEqual(looks, [0, 1, 3, 7, 15]);
});

test("a problem is looked at again with back-off, and at once when the object changes", async () => {
  const { cache, looks, failures, advance } = loopOf(() => ({ effects: [], problem: "no such Service" }));
  await advance(10);
  cache.apply({ type: "modified", object: objectOf(rollouts, "web", { resourceVersion: "2" }) });
  await advance(14);
  deepEqual([looks, failures], [[0, 1, 3, 7, 10], []]);
});

test("an error is reported, and the key is looked at again with back-off", async () => {
  const { looks, failures, advance } = loopOf(() => nothing, {
    observe: async () => {
      if (looks.length < 3) throw new Error("unreachable");
    },
  });
  await advance(1000);
  deepEqual(
    [looks, failures],
    [
      [0, 1, 3],
      ["Error: unreachable", "Error: unreachable"],
    ],
  );
});

test("an error of the decision is reported too", async () => {
  const { looks, failures, advance } = loopOf(({ count }) => {
    if (count === 1) throw new TypeError("odd");
    return nothing;
  });
  await advance(1000);
  deepEqual([looks, failures], [[0, 1], ["TypeError: odd"]]);
});

test("a failed effect backs off; the next look knows of it", async () => {
  const known: (string | undefined)[] = [];
  const { client, looks, failures, advance } = loopOf(({ ports }) => {
    known.push(ports.last(key)?.failed?.error.reason);
    return known.length < 3 ? { effects: [scale] } : nothing;
  });
  client.errors.push(["patch old", broken]);
  await advance(1000);
  deepEqual([known, failures], [[undefined, "InternalError", undefined], []]);
  deepEqual(looks, [0, 1, 1]);
});

test("a conflict is no error: the key is looked at again at once, from what is there now", async () => {
  const versions: unknown[] = [];
  const { client, failures, looks, advance, recorder } = loopOf((look) => {
    versions.push(look.rollout.metadata.resourceVersion);
    return { effects: [], status: statusOf(look, { step: 1 }, true) };
  });
  client.add(objectOf(rollouts, "web", { resourceVersion: "40" })); // the watch has not told yet
  await advance(1000);
  deepEqual(client.sent, ["patch/status web", "get web", "patch/status web"]);
  deepEqual([versions, failures, recorder.events], [["1", "40", "101"], [], ["web Hasstep"]]);
  deepEqual(looks, [0, 0, 0]);
});

test("conflicts in a row back off", async () => {
  const { client, looks, advance } = loopOf((look) => ({
    effects: [],
    status: statusOf(look, { step: 1 }, true),
  }));
  for (let n = 0; n < 4; n++) client.errors.push(["patch/status web", conflict]);
  await advance(1000);
  deepEqual(looks, [0, 1, 3, 7, 15, 15]);
});

test("a key that is gone is forgotten with its readings", async () => {
  let aborted = false;
  const { loop, cache, client, advance } = loopOf(({ ports, count }) => {
    ports.readings.take(key, "1", { pool: "host" }, (signal) => {
      signal.addEventListener("abort", () => {
        aborted = true;
      });
      return new Promise(() => {});
    });
    return { effects: count === 1 ? [scale] : [] };
  });
  await advance(1);
  deepEqual([loop.last(key)?.done.length, loop.counts.readings, client.sent], [0, 1, ["patch old"]]);
  cache.apply({ type: "deleted", object: objectOf(rollouts, "web", { resourceVersion: "9" }) });
  await advance(2);
  deepEqual([loop.last(key), loop.counts.readings, aborted], [undefined, 0, true]);
});

test("a look that takes longer than a minute is reported", async () => {
  let open = () => {};
  const { failures, advance, clock } = loopOf(() => nothing, {
    observe: () =>
      new Promise((resolve) => {
        open = resolve;
      }),
  });
  await advance(59_999);
  deepEqual(failures, []);
  await advance(60_000);
  match(failures[0] ?? "", /more than 60 seconds/);
  open();
  await advance(70_000);
  deepEqual([failures.length, clock.next()], [1, undefined]);
});

test("a paused loop looks at nothing and goes on with what has come meanwhile", async () => {
  const { loop, looks, advance } = loopOf(() => nothing, { paused: true });
  await advance(50);
  deepEqual([looks, loop.idle], [[], false]);
  loop.resume();
  await loop.whenIdle();
  deepEqual([looks, loop.idle], [[50], true]);
});

test("what was begun before a pause writes nothing after it, and is looked at again on resuming", async () => {
  let isSent = false;
  let open = () => {};
  const gate = new Promise<void>((resolve) => {
    open = resolve;
  });
  const second: Effect = { ...scale, why: "again" };
  const { loop, client, advance, outcomes } = loopOf(({ count }) => ({
    effects: count === 1 ? [scale, second] : [],
  }));
  client.before = () => {
    isSent = true;
    return gate;
  };
  await advance(1);
  ok(isSent);
  const paused = loop.pause();
  loop.resume(); // leads again before the old pass has ended
  open();
  await paused;
  await advance(10);
  deepEqual(client.sent, ["patch old"]);
  deepEqual(
    outcomes.map(({ failed }) => failed?.error.reason),
    ["Paused", undefined],
  );
});

test("a stopped loop waits for what was begun and hears nothing more", async () => {
  const { loop, cache, looks, advance, clock } = loopOf(({ now }) => ({
    effects: [],
    requeueAt: later(now, seconds(5)),
  }));
  await advance(1);
  await loop.stop();
  cache.apply({ type: "modified", object: objectOf(rollouts, "web", { resourceVersion: "2" }) });
  loop.wake(key);
  await advance(10_000);
  deepEqual([looks, clock.next()], [[0], undefined]);
});

test("a wake that throws is reported and does not disturb the watch", async () => {
  const { cache, failures, looks, advance } = loopOf(() => nothing);
  await advance(1);
  cache.apply({ type: "added", object: objectOf(replicaSets, "odd", { resourceVersion: "2" }) });
  cache.apply({ type: "modified", object: objectOf(rollouts, "web", { resourceVersion: "3" }) });
  await advance(2);
  deepEqual([failures, looks], [["Error: odd"], [0, 1]]);
});

test("a key whose every look writes is slowed down to once a second", async () => {
  const { client, advance } = loopOf(() => ({ effects: [scale] }));
  await advance(20_000);
  const writes = client.sent.length;
  ok(writes > 40 && writes < 60, `${writes} writes`);
  await turn();
});

test("it is slowed down too where every other look cannot write", async () => {
  const { client, advance } = loopOf(({ count }) => ({ effects: [count % 2 === 0 ? lost : scale] }));
  await advance(20_000);
  const writes = client.sent.filter((request) => request === "patch old").length;
  ok(writes > 20 && writes < 60, `${writes} writes`);
  await turn();
});

test("a thousand keys are looked at once each", async () => {
  const { cache, looks, loop, advance } = loopOf(() => nothing);
  const many = Array.from({ length: 1000 }, (_, n) => objectOf(rollouts, `r${n}`));
  cache.replaceAll(rollouts, many, "2");
  await loop.whenIdle();
  await advance(1);
  equal(looks.length, 1001); // the one that the list has no more, too
});
