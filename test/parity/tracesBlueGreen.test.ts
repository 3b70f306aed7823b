import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { blueGreen } from "./settings.ts";
import { created, deployed } from "./users.ts";

/*
 * The golden traces of rollout-core 24 for blue-green. A ReplicaSet is born at its first size; what the peer
 * does in passes that change conditions only is part of the next status write.
 */

const manual = { autoPromotionEnabled: false };
const paused = "phase=Paused pause=BlueGreenPause";

test("core trace 24.1: first deployment of blue-green", async () => {
  const { world } = await created(blueGreen(3));
  world.expect(["V1=3", "p→V1 stable=V1 phase=Progressing", "a→V1 phase=Healthy"]);
  equal(world.status.duration?.completionStatus, undefined);
});

test("core trace 15.7: an update that promotes itself", async () => {
  const { world, user } = await deployed(blueGreen(3));
  await user.setImage("web:2", 60);
  world.expect([
    "V2=3",
    "p→V2 phase=Progressing",
    "a→V2 stable=V2 phase=Healthy",
    "V1.until=92s",
    "V1=0 V1.until=",
  ]);
  deepEqual(world.failures, []);
});

test("core trace 24.7: promoted by a person", async () => {
  const { world, user } = await deployed(blueGreen(3, manual));
  await user.setImage("web:2");
  world.expect(["V2=3", "p→V2 phase=Progressing", paused]);
  await user.resume(60);
  world.expect(["phase=Progressing a→V2", "stable=V2 phase=Healthy", "V1.until=94s", "V1=0 V1.until="]);
});

test("core trace 24.7: with a preview of one pod", async () => {
  const { world, user } = await deployed(blueGreen(3, { ...manual, previewReplicaCount: 1 }));
  await user.setImage("web:2");
  world.expect(["V2=1", "p→V2 phase=Progressing", paused]);
  await user.resume();
  world.expect([
    "phase=Progressing",
    "checkpoint=yes",
    "V2=3",
    "a→V2 stable=V2 phase=Healthy checkpoint=",
    "V1.until=94s",
  ]);
});

test("core trace 24.7: fast rollback within the delay", async () => {
  const { world, user } = await deployed(blueGreen(3, manual));
  await user.setImage("web:2");
  await user.resume();
  await user.setImage("web:1");
  world.expect(["p→V1 phase=Progressing", "V1.until= a→V1 stable=V1 phase=Healthy", "V2.until=96s"]);
  equal(world.replicaSets[0]?.metadata.annotations?.["rollout.argoproj.io/revision"], "3");
});

test("core trace 24.7: fast rollback with a preview of one pod keeps all pods", async () => {
  const { world, user } = await deployed(blueGreen(3, { ...manual, previewReplicaCount: 1 }));
  await user.setImage("web:2");
  await user.resume();
  await user.setImage("web:1");
  world.expect(["p→V1 phase=Progressing", "V1.until= a→V1 stable=V1 phase=Healthy", "V2.until=96s"]);
});

test("core trace 24.7: aborted while paused, then retried", async () => {
  const { world, user } = await deployed(blueGreen(3, manual));
  await user.setImage("web:2");
  await user.resume();
  await user.setImage("web:3");
  world.expect(["V3=3", "p→V3 phase=Progressing", paused]);
  await user.abort(40);
  world.expect(["phase=Degraded pause= V3.until=98s", "V1=0", "V3=0"]);
  equal(world.facts().get("V1.until"), "94s");
  await user.retry();
  world.expect(["phase=Progressing", "V3=3 V3.until=", paused]);
});

test("core trace 24.7: aborted without a delay, then retried", async () => {
  const { world, user } = await deployed(blueGreen(3, { ...manual, abortScaleDownDelaySeconds: 0 }));
  await user.setImage("web:2");
  await user.abort(40);
  world.expect(["phase=Degraded pause="]);
  await user.retry();
  world.expect(["phase=Progressing", paused]);
  deepEqual(world.failures, []);
});
