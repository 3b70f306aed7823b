import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { annotation } from "../../src/api/labels.ts";
import { millis } from "./clock.ts";
import { basic, oneMore, routed } from "./settings.ts";
import { deployed, rolloutOf, serviceOf } from "./users.ts";
import { World, web } from "./world.ts";

const quarter = [{ setWeight: 25 }, { pause: {} }];
const pausing = basic(4, { ...oneMore, steps: quarter });

test("core trap 11: sizes change in the order stable, new, others", async () => {
  const { world, user } = await deployed(pausing);
  await user.setImage("web:2");
  await user.scale(8);
  const scaled = world.events.filter(({ reason }) => reason === "ScalingReplicaSet");
  deepEqual(
    scaled.map(({ message }) => message.replace(/web-\S+/, "web")),
    [
      "Scaled up ReplicaSet web (revision 1) from 3 to 6",
      "Scaled up ReplicaSet web (revision 2) from 1 to 2",
    ],
  );
});

test("core trap 12: the newest canary grows first, the one between goes before stable returns", async () => {
  const { world, user } = await deployed(pausing);
  await user.setImage("web:2");
  await user.setImage("web:3");
  const sizes = world.milestones.filter(({ name }) => /^V\d$/.test(name));
  deepEqual(
    sizes.map(({ name, value }) => `${name}=${value}`),
    ["V3=1", "V2=0"],
  );
});

test("core trap 17: a rollback window counts the ReplicaSets between", async () => {
  const steps = [{ setWeight: 25 }, { pause: {} }];
  const { world, user } = await deployed({
    spec: { replicas: 4, rollbackWindow: { revisions: 3 }, strategy: { canary: { steps } } },
  });
  const update = async (version: number) => {
    await user.setImage(`web:${version}`);
    const paused = world.status.phase === "Paused";
    if (paused) await user.resume(5);
    return paused;
  };
  for (const version of [2, 3, 4, 5]) equal(await update(version), true);
  equal(await update(1), true, "three are between 5 and 1");
  equal(await update(5), true, "5 is newer than 1");
  equal(await update(2), false, "two are between 5 and 2");
  ok(world.events.some(({ message }) => message.endsWith(": Rollback within window")));
  equal(world.status.phase, "Healthy");
});

test("core trap 18: an abort within the rollback window does not stick", async () => {
  const { world, user } = await deployed({ spec: { ...pausing.spec, rollbackWindow: { revisions: 3 } } });
  await user.setImage("web:2");
  await user.resume(5);
  world.fate = (image) => (image === "web:1" ? { available: 0 } : {});
  await user.setImage("web:1");
  await user.abort();
  equal(world.status.abort, undefined);
});

test("core trap 19: an abort of a promoted Rollout vanishes", async () => {
  const { world, user } = await deployed(pausing);
  await user.abort();
  equal(world.status.abort, undefined);
  deepEqual(
    world.milestones.filter(({ name }) => name === "phase"),
    [],
  );
});

test("core trap 20: an abort goes back to the first step", async () => {
  const { world, user } = await deployed(
    basic(4, { steps: [{ setWeight: 25 }, { setWeight: 50 }, { pause: {} }] }),
  );
  await user.setImage("web:2");
  equal(world.status.currentStepIndex, 2);
  await user.abort();
  equal(world.status.currentStepIndex, 0);
  await user.retry();
  deepEqual(
    world.reasons.filter((reason) => reason === "RolloutStepCompleted"),
    ["RolloutStepCompleted", "RolloutStepCompleted"],
  );
});

test("core trap 21: a retry is told first, then the update goes on", async () => {
  const { world, user } = await deployed(pausing);
  await user.setImage("web:2");
  await user.abort();
  await user.retry();
  const told = world.writes.filter(({ body }) => JSON.stringify(body).includes("RolloutRetry"));
  const [first] = world.writes;
  deepEqual([told.length > 0, told[0]], [true, first]);
  deepEqual([world.status.phase, world.status.abortedAt], ["Paused", undefined]);
});

test("core trap 23: a basic canary is aborted without delay, its Service returns to stable", async () => {
  const { world, user } = await deployed({
    ...basic(4, { ...oneMore, steps: quarter, canaryService: "c", stableService: "s" }),
    services: ["s", "c"],
  });
  await user.setImage("web:2");
  equal(world.selected("c"), "V2");
  await user.abort();
  world.expect(["V1=4 phase=Degraded index=0 pause= c→V1", "V2=0"]);
});

test("core trap 38: a paused step does not keep replicas from following", async () => {
  const { world, user } = await deployed(pausing);
  await user.setImage("web:2");
  await user.scale(8);
  deepEqual([world.sizes, world.status.phase], [[6, 2], "Paused"]);
});

test("core trap 37: a canary that a person holds is not scaled", async () => {
  const { world, user } = await deployed(pausing);
  await user.spec({ paused: true });
  equal(world.status.message, "manually paused");
  await user.scale(8);
  deepEqual(world.sizes, [4]);
  await user.spec({ paused: false });
  deepEqual([world.sizes, world.status.phase], [[8], "Healthy"]);
});

for (const duration of ["5", 5, "5s"]) {
  test(`core trap 39: a pause of ${JSON.stringify(duration)} lasts five seconds`, async () => {
    const { world, user } = await deployed(basic(4, { steps: [{ setWeight: 25 }, { pause: { duration } }] }));
    await user.setImage("web:2", 4);
    equal(world.status.phase, "Paused");
    await world.pass(3);
    equal(world.status.currentStepIndex, 2);
  });
}

test("core trap 39: a pause of 0 pauses and ends; one that is no duration is invalid", async () => {
  const { world, user } = await deployed(
    basic(4, { steps: [{ setWeight: 25 }, { pause: { duration: 0 } }] }),
  );
  await user.setImage("web:2", 3);
  ok(world.reasons.includes("RolloutPaused"));
  equal(world.status.phase, "Healthy");
  await user.steps([{ pause: { duration: "5x" } }]);
  ok(world.status.message?.includes("spec.strategy.steps[0].pause.duration: Invalid value: -1"));
});

test("core trap 40: promoting twice at once also skips a pause that follows", async () => {
  const { world, user } = await deployed(
    basic(4, { steps: [{ setWeight: 25 }, { pause: {} }, { pause: {} }, { setWeight: 50 }, { pause: {} }] }),
  );
  await user.setImage("web:2");
  world.stop();
  await user.resume(0);
  await user.status({ pauseConditions: null, currentStepIndex: 2 }, 0);
  world.restart();
  await world.pass(5);
  equal(world.status.currentStepIndex, 4);
});

test("core trap 41: a resume outlives the controller", async () => {
  const { world, user } = await deployed(pausing);
  await user.setImage("web:2");
  world.stop();
  await user.resume(0);
  world.restart();
  await world.pass(5);
  deepEqual([world.status.phase, world.sizes], ["Healthy", [0, 4]]);
});

test("core trap 68: a new ReplicaSet that was deleted comes back under its name", async () => {
  const { world, user } = await deployed(
    routed(4, { steps: [{ setWeight: 25 }, { setWeight: 50 }, { pause: {} }] }),
  );
  await user.setImage("web:2");
  const name = world.replicaSets[1]?.metadata.name;
  world.fate = (image) => (image === "web:2" ? { after: millis(5000) } : {});
  await user.deleteSet("V2", 1);
  ok(
    world.milestones.some(({ name: fact, value }) => fact === "w" && value === "0/100"),
    world.story,
  );
  equal(world.status.currentStepIndex, 2);
  equal(world.replicaSets[1]?.metadata.name, name);
  await world.pass(10);
  deepEqual([world.sizes, world.facts().get("w")], [[4, 2], "50/50"]);
});

test("core trap 69: without the stable ReplicaSet the new version is promoted at once", async () => {
  const { world, user } = await deployed(pausing);
  await user.setImage("web:2");
  await user.deleteSet("V1");
  deepEqual([world.status.phase, world.sizes], ["Healthy", [4]]);
  ok(world.events.some(({ message }) => message.endsWith(": Initial deploy")));
});

test("core trap 86: a broken stable version does not block the update", async () => {
  const { world, user } = await deployed(basic(4, { ...oneMore, steps: [] }));
  world.fate = (image) => (image === "web:1" ? { available: 0 } : {});
  await world.followAll();
  await user.setImage("web:2", 5);
  deepEqual([world.sizes, world.status.phase], [[0, 4], "Healthy"]);
});

test("core trap 86: nor does it where a step gives pods back", async () => {
  const steps = [{ setWeight: 90 }, { setWeight: 0 }];
  const { world, user } = await deployed(basic(5, { maxSurge: 2, maxUnavailable: 2, steps }));
  world.fate = (image) => (image === "web:1" ? { available: 0 } : {});
  await world.followAll();
  await user.setImage("web:2", 30);
  deepEqual([world.sizes, world.status.phase], [[0, 5], "Healthy"]);
});

for (const [replicas, surge, want] of [
  [4, "100%", [3, 4]],
  [10, 1, [10, 1]],
] as const) {
  test(`core trap 87: a canary that crashes stops after the surge of ${surge} on ${replicas}`, async () => {
    const strategy = { maxSurge: surge, maxUnavailable: surge === 1 ? 0 : "25%", steps: [] };
    const { world, user } = await deployed(basic(replicas, strategy));
    world.fate = (image) => (image === "web:2" ? { available: 0 } : {});
    await user.setImage("web:2", 30);
    deepEqual(world.sizes, want);
  });
}

test("core trap 88: scaling in during the last step does not block the promotion", async () => {
  const { world, user } = await deployed(routed(4, { steps: [{ setWeight: 100 }, { pause: {} }] }));
  await user.setImage("web:2");
  await user.scale(2, 0);
  await user.resume(5);
  equal(world.status.phase, "Healthy");
});

test("core trap 89: a Rollout that is being deleted is left alone", async () => {
  const world = new World();
  const rollout = rolloutOf(pausing.spec);
  const held = { ...rollout, metadata: { ...rollout.metadata, finalizers: ["example.com/hold"] } };
  await world.act(() => world.client.create(held), 5);
  await world.client.create(serviceOf("x"));
  await world.act(async () => {
    await world.client.delete(web, {});
    await world.client.patch(web, { type: "merge", body: { spec: { replicas: 9 } } });
  });
  deepEqual([world.writes, world.sizes], [[], [4]]);
});

test("core trap 90: what notifications remember is not copied", async () => {
  const { world, user } = await deployed(pausing);
  await user.edit({ metadata: { annotations: { [annotation.notified]: "{}" } } });
  deepEqual([world.writes, world.annotation(0, annotation.notified)], [[], undefined]);
});
