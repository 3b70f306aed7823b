import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { seconds } from "../../src/api/time.ts";
import { basic, blueGreen, routed } from "./settings.ts";
import { created, deployed } from "./users.ts";
import type { Beginning } from "./world.ts";

const four = basic(4, { steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 50 }, { pause: {} }] });

/** The writes of a world in short. */
function writes({ writes: all }: { writes: readonly { verb: string; kind: string; status: boolean }[] }) {
  return all.map(({ verb, kind, status }) => `${verb} ${kind}${status ? " status" : ""}`);
}

test("budget: a first deployment takes at most 5 writes", async () => {
  const { world } = await created(four, 30);
  equal(world.status.phase, "Healthy");
  ok(world.writes.length <= 5, writes(world).join());
});

for (const [name, after] of [
  ["pods that are there at once", 0],
  ["pods that take two seconds", 2],
] as const) {
  test(`budget: an update of four pods in four steps takes at most 16 writes, with ${name}`, async () => {
    const { world, user } = await deployed(four);
    if (after > 0) world.fate = () => ({ after: seconds(after) });
    await user.setImage("web:2", 30);
    const counts = [world.writes.length];
    await user.resume(30);
    counts.push(world.writes.length);
    await user.resume(30);
    counts.push(world.writes.length);
    equal(world.status.phase, "Healthy");
    const sum = counts.reduce((one, other) => one + other);
    ok(sum <= 16, `${counts.join("+")}: ${writes(world).join()}`);
  });
}

const settings: readonly [name: string, setting: Beginning, pauses: boolean][] = [
  ["canary", four, true],
  ["canary with router", routed(4, { steps: [{ setWeight: 25 }, { pause: {} }] }), true],
  [
    "canary with a dynamic stable",
    routed(4, { dynamicStableScale: true, steps: [{ setWeight: 25 }, { pause: {} }] }),
    true,
  ],
  ["blue-green", blueGreen(4, { autoPromotionEnabled: false }), true],
  ["blue-green that promotes itself", blueGreen(4), false],
];
for (const [name, setting, pauses] of settings) {
  test(`budget: ${name} at rest is never written to, nor when the controller starts again`, async () => {
    const { world, user } = await deployed(setting);
    const quiet = async () => {
      world.forget();
      await world.pass(3600);
      deepEqual(writes(world), []);
      world.restart();
      await world.pass(3600);
      deepEqual([writes(world), world.reasons], [[], []]);
    };
    await quiet();
    await user.setImage("web:2", 120);
    equal(world.status.phase, pauses ? "Paused" : "Healthy");
    await quiet();
    if (!pauses) return;
    await user.abort(120);
    equal(world.status.phase, "Degraded");
    await quiet();
  });
}
