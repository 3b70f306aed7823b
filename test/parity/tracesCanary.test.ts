import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { basic, oneMore } from "./settings.ts";
import { deployed } from "./users.ts";

/*
 * The golden traces of rollout-core 24 without traffic router. A ReplicaSet is born at its first size, and
 * what the peer does in passes that change conditions only is part of the next status write.
 */

const quarter = basic(4, { ...oneMore, steps: [{ setWeight: 25 }, { pause: {} }] });

test("core trace 24.3: basic canary, another template, abort, retry", async () => {
  const { world, user } = await deployed(quarter);
  await user.setImage("web:2");
  world.expect([
    "V2=1",
    "index=0 phase=Progressing",
    "V1=3",
    "index=1",
    "phase=Paused pause=CanaryPauseStep",
  ]);

  await user.setImage("web:3");
  world.expect([
    "V3=1",
    "index=0 pause= phase=Progressing",
    "V2=0",
    "index=1",
    "phase=Paused pause=CanaryPauseStep",
  ]);

  await user.abort();
  world.expect(["V1=4 phase=Degraded index=0 pause=", "V3=0"]);
  equal(world.status.message, "RolloutAborted: Rollout aborted update to revision 3");

  await user.retry();
  world.expect(["phase=Progressing", "V3=1", "V1=3", "index=1 phase=Paused pause=CanaryPauseStep"]);
  deepEqual([world.failures, world.status.abortedAt], [[], undefined]);
});

test("core trace 24.8: replicas and steps changed during a pause, then back to stable", async () => {
  const { world, user } = await deployed(quarter);
  await user.setImage("web:2");
  await user.scale(8);
  world.expect(["V1=6", "V2=2"]);
  equal(world.status.phase, "Paused");

  await user.steps([{ setWeight: 50 }, { pause: {} }]);
  world.expect([
    "index=0 pause= phase=Progressing",
    "V2=3",
    "V1=5",
    "V2=4",
    "V1=4",
    "index=1 phase=Paused pause=CanaryPauseStep",
  ]);

  await user.setImage("web:1");
  const swap = [5, 6, 7, 8].flatMap((size) => [`V1=${size}`, `V2=${8 - size}`]);
  world.expect(["index=2 pause= phase=Progressing", ...swap, "phase=Healthy"]);
  deepEqual(world.failures, []);
});

test("core trace 13.7: first deployment of a canary without router", async () => {
  const { world } = await deployed(quarter);
  deepEqual([world.status.phase, world.status.currentStepIndex, world.failures], ["Healthy", 2, []]);
  match(world.status.stableRS ?? "", /^[a-z0-9]{8,10}$/);
});
