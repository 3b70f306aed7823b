import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { basic, blueGreen } from "./settings.ts";
import { created, deployed } from "./users.ts";

/*
 * The golden sequences of events of rollout-core 8. `RolloutAddedToInformer` is sent by the process, not by a
 * look at a Rollout.
 */

const half = basic(1, { steps: [{ setWeight: 50 }, { pause: {} }] });

test("core events: first deployment of a canary", async () => {
  const { world } = await created(half, 10);
  deepEqual(world.reasons, [
    "RolloutUpdated",
    "NewReplicaSetCreated",
    "RolloutNotCompleted",
    "ScalingReplicaSet",
    "RolloutCompleted",
  ]);
});

test("core events: an update of a basic canary, aborted", async () => {
  const { world, user } = await deployed(half);
  await user.setImage("web:2");
  deepEqual(world.reasons, [
    "RolloutUpdated",
    "NewReplicaSetCreated",
    "RolloutNotCompleted",
    "ScalingReplicaSet",
    "RolloutStepCompleted",
    "RolloutPaused",
  ]);
  await user.abort();
  deepEqual(world.reasons, ["ScalingReplicaSet", "RolloutAborted"]);
});

test("core events: blue-green, first deployment and an update that promotes itself", async () => {
  const setting = blueGreen(1, { previewService: null });
  const { world, user } = await created({ ...setting, services: ["a"] }, 10);
  deepEqual(world.reasons, [
    "RolloutUpdated",
    "NewReplicaSetCreated",
    "ScalingReplicaSet",
    "RolloutCompleted",
    "SwitchService",
  ]);
  await user.setImage("web:2");
  deepEqual(world.reasons, [
    "RolloutUpdated",
    "NewReplicaSetCreated",
    "RolloutNotCompleted",
    "ScalingReplicaSet",
    "SwitchService",
    "RolloutCompleted",
  ]);
});

test("core events: a newer version while the preview waits, and its full promotion", async () => {
  const { world, user } = await deployed(blueGreen(1, { autoPromotionEnabled: false }));
  await user.setImage("web:2");
  await user.setImage("web:3");
  deepEqual(world.reasons, [
    "RolloutUpdated",
    "NewReplicaSetCreated",
    "SwitchService",
    "RolloutResumed",
    "ScalingReplicaSet",
    "RolloutPaused",
  ]);
  await user.promoteFull();
  deepEqual(world.reasons, ["SwitchService", "RolloutCompleted", "RolloutResumed"]);
});
