import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { routed } from "./settings.ts";
import { created, deployed } from "./users.ts";

/*
 * The golden traces of rollout-core 24 with a traffic router. A ReplicaSet is born at its first size; weights
 * are recorded once they were read back; what the peer does in passes that change conditions only is part of
 * the next status write.
 */

const threeSteps = routed(4, { steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 75 }] });
const half = routed(4, { steps: [{ setWeight: 50 }, { pause: {} }] });
const dynamic = routed(4, {
  dynamicStableScale: true,
  steps: [{ setWeight: 25 }, { pause: {} }, { setWeight: 75 }, { pause: {} }],
});

const paused = "phase=Paused pause=CanaryPauseStep";

test("core trace 24.1: first deployment of a routed canary", async () => {
  const { world } = await created(threeSteps);
  world.expect(["V1=4", "phase=Progressing index=0", "stable=V1 index=3", "phase=Healthy s→V1 c→V1 w=0/100"]);
  equal(world.status.duration?.completionStatus, "Promoted");
});

test("core trace 24.2: routed canary from the first weight to the end", async () => {
  const { world, user } = await deployed(threeSteps);
  await user.setImage("web:2");
  world.expect(["V2=1", "index=0 phase=Progressing", "c→V2 w=25/75 index=1", paused]);

  await user.resume(60);
  world.expect([
    "phase=Progressing",
    "index=2",
    "V2=3",
    "w=75/25 index=3",
    "V2=4",
    "w=100/0 stable=V2 phase=Healthy",
    "s→V2 w=0/100",
    "V1.until=94s",
    "V1=0 V1.until=",
  ]);
  deepEqual(world.failures, []);
});

test("core trace 24.4: abort and retry of a routed canary", async () => {
  const { world, user } = await deployed(half);
  await user.setImage("web:2");
  world.expect(["V2=2", "index=0 phase=Progressing", "c→V2 w=50/50 index=1", paused]);

  await user.abort(60);
  world.expect(["w=0/100 c→V1 index=0 phase=Degraded pause= V2.until=94s", "V2=0"]);

  await user.retry();
  world.expect(["phase=Progressing", "V2.until= V2=2", `c→V2 w=50/50 index=1 ${paused}`]);
  deepEqual(world.failures, []);
});

test("core trace 24.5: dynamic stable scale up, then aborted", async () => {
  const { world, user } = await deployed(dynamic);
  await user.setImage("web:2");
  world.expect(["V2=1", "index=0 phase=Progressing", "c→V2 w=25/75 index=1", "V1=3", paused]);
  await user.resume();
  world.expect(["phase=Progressing index=2", "V2=3", "w=75/25 index=3", "V1=1", paused]);
  await user.abort();
  world.expect(["V1=3 index=0 phase=Degraded pause=", "w=25/75 V2=1", "V1=4", "w=0/100 V2=0 c→V1"]);
  deepEqual(world.failures, []);
});

test("core trace 24.5: dynamic stable scale promoted in full", async () => {
  const { world, user } = await deployed(dynamic);
  await user.setImage("web:2");
  await user.promoteFull(60);
  world.expect([
    "index=4 pause= phase=Progressing V2=4",
    "w=100/0 stable=V2 phase=Healthy",
    "w=0/100 s→V2",
    "V1=0",
  ]);
});

test("core trace 24.5: dynamic stable scale back to stable", async () => {
  const { world, user } = await deployed(dynamic);
  await user.setImage("web:2");
  await user.resume();
  await user.setImage("web:1", 60);
  world.expect(["index=4 pause= phase=Progressing", "V1=4", "phase=Healthy w=0/100 c→V1", "V2=0"]);
  deepEqual(world.failures, []);
});

test("core trace 24.6: full promotion of a routed canary, then back to stable midway", async () => {
  const { world, user } = await deployed(threeSteps);
  await user.setImage("web:2");
  await user.promoteFull(60);
  world.expect([
    "index=3 pause= V2=4 phase=Progressing",
    "stable=V2 phase=Healthy",
    "s→V2 w=0/100",
    "V1.until=94s",
    "V1=0 V1.until=",
  ]);

  await user.setImage("web:3");
  world.expect(["V3=1", "index=0 phase=Progressing", "c→V3 w=25/75 index=1", paused]);
  await user.setImage("web:2", 60);
  world.expect(["index=3 pause= phase=Healthy", "c→V2 w=0/100", "V3.until=156s", "V3=0 V3.until="]);
  deepEqual(world.failures, []);
});
