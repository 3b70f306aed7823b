import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { key, loopOf, statusOf } from "./fakeLoop.ts";
import { broken, objectOf, replicaSets, rollouts } from "./fakes.ts";

test("a status that is not urgent waits a second and is then written once", async () => {
  const { client, looks, outcomes, advance, recorder, clock } = loopOf((look) => ({
    effects: [],
    status: statusOf(look, { ready: 3 }, false),
  }));
  await advance(999);
  deepEqual([client.sent, recorder.events, outcomes[0]?.status], [[], [], "held"]);
  await advance(5000);
  deepEqual([client.sent, recorder.events], [["patch/status web"], ["web Hasready"]]);
  deepEqual([looks, clock.next()], [[0, 1000, 1000], undefined]);
});

test("a held status goes with the first urgent one", async () => {
  const { cache, client, advance } = loopOf((look) => {
    const isUrgent = look.count > 1;
    return { effects: [], status: statusOf(look, isUrgent ? { ready: 3, step: 1 } : { ready: 3 }, isUrgent) };
  });
  await advance(400);
  cache.apply({ type: "modified", object: objectOf(replicaSets, "old", { resourceVersion: "2" }) });
  await advance(401);
  deepEqual(client.bodies, [{ metadata: { resourceVersion: "1" }, status: { ready: 3, step: 1 } }]);
});

test("later changes do not prolong the second", async () => {
  const { cache, client, advance } = loopOf((look) => ({
    effects: [],
    status: statusOf(look, { ready: look.count }, false),
  }));
  for (const millis of [300, 600, 900]) {
    await advance(millis);
    cache.apply({
      type: "modified",
      object: objectOf(replicaSets, "old", {
        resourceVersion: `${millis}`,
        ownerReferences: [{ ...rollouts, name: "web", uid: "web", controller: true }],
      }),
    });
  }
  await advance(999);
  deepEqual(client.sent, []);
  await advance(1000);
  deepEqual(client.sent, ["patch/status web"]);
});

test("a difference that vanishes while it is held is not written, and the next one waits a second of its own", async () => {
  const wanted = [{ ready: 1 }, {}, { ready: 2 }, { ready: 2 }];
  const { loop, client, advance } = loopOf((look) => ({
    effects: [],
    status: statusOf(look, wanted[look.count - 1] ?? { ready: 2 }, false),
  }));
  await advance(500);
  loop.wake(key);
  await advance(800); // it would have been written at 1000
  loop.wake(key);
  await advance(1799);
  deepEqual(client.sent, []);
  await advance(1800);
  deepEqual(client.bodies, [{ metadata: { resourceVersion: "1" }, status: { ready: 2 } }]);
});

test("a held status whose write failed does not wait another second, but backs off", async () => {
  const { client, looks, advance } = loopOf((look) => ({
    effects: [],
    status: statusOf(look, { ready: 3 }, false),
  }));
  for (let n = 0; n < 3; n++) client.errors.push(["patch/status web", broken]);
  await advance(1020);
  deepEqual(looks, [0, 1000, 1001, 1003, 1007, 1007]);
  deepEqual(client.sent.length, 4);
});
