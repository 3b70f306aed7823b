import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { annotation } from "../../src/api/labels.ts";
import { millis } from "./clock.ts";
import { routed } from "./settings.ts";
import { deployed } from "./users.ts";

const half = [{ setWeight: 50 }, { pause: {} }];
const hour = { abortScaleDownDelaySeconds: 3600 };

/** The facts of these names, in the order in which they were observed. */
function only(
  world: { milestones: readonly { name: string; value: string }[] },
  ...names: readonly string[]
) {
  return world.milestones
    .filter(({ name }) => names.includes(name))
    .map(({ name, value }) => `${name}=${value}`);
}

test("core trap 13: a newer template takes the weight away before anything points to it", async () => {
  const { world, user } = await deployed(routed(4, { steps: half }));
  await user.setImage("web:2");
  world.fate = (image) => (image === "web:3" ? { after: millis(5000) } : {});
  await user.setImage("web:3", 20);
  deepEqual(only(world, "w", "c→", "V2"), ["w=0/100", "c→=V3", "w=50/50", "V2=0"]);
});

test("core trap 14: a version between goes at once when nothing refers to it", async () => {
  const { world, user } = await deployed(routed(4, { steps: half }));
  await user.setImage("web:2");
  await user.setImage("web:3");
  deepEqual([world.sizes, world.facts().get("V2.until")], [[4, 0, 2], ""]);
});

test("core trap 15: going back to stable is Healthy at once", async () => {
  const { world, user } = await deployed(routed(4, { steps: half }));
  await user.setImage("web:2");
  await user.setImage("web:1");
  const [first] = world.milestones;
  equal(world.milestones.find(({ name }) => name === "phase")?.value, "Healthy");
  equal(first?.pass, world.milestones.find(({ name }) => name === "phase")?.pass);
  ok(world.reasons.includes("SkipSteps"));
});

test("core trap 22: an abort turns the canary Service to stable once", async () => {
  const { world, user } = await deployed(routed(4, { steps: half }));
  await user.setImage("web:2");
  await user.abort(20);
  deepEqual(world.reasons.filter((reason) => reason === "SwitchService").length, 1);
  equal(world.selected("c"), "V1");
});

test("core trap 24, T-19: without abort delay a canary goes at once, after its traffic", async () => {
  const { world, user } = await deployed(routed(4, { steps: half, abortScaleDownDelaySeconds: 0 }));
  await user.setImage("web:2");
  await user.abort();
  const order = world.writes
    .map(({ kind }) => kind)
    .filter((kind) => ["Ingress", "ReplicaSet"].includes(kind));
  deepEqual([order, world.sizes, world.facts().get("V2.until")], [["Ingress", "ReplicaSet"], [4, 0], ""]);
});

test("core trap 25: an abort delay of an hour keeps the canary for an hour", async () => {
  const { world, user } = await deployed(routed(4, { steps: half, ...hour }));
  await user.setImage("web:2");
  await user.abort(3590);
  deepEqual(world.sizes, [4, 2]);
  await world.pass(20);
  deepEqual(world.sizes, [4, 0]);
});

test("core trap 26: a deadline that has passed does not switch the progress deadline off", async () => {
  const { world, user } = await deployed(routed(4, { steps: half }, { progressDeadlineSeconds: 60 }));
  await user.setImage("web:2");
  await user.abort(60);
  ok(world.annotation(1, annotation.scaleDownDeadline) !== undefined);
  world.fate = (image) => (image === "web:3" ? { available: 0 } : {});
  await user.setImage("web:3", 90);
  ok(world.status.message?.startsWith("ProgressDeadlineExceeded"), world.status.message);
});

test("core trap 27: replicas that change during the abort delay are noted, and traffic goes on", async () => {
  const { world, user } = await deployed(routed(4, { steps: half, ...hour }));
  await user.setImage("web:2");
  await user.abort();
  await user.scale(6);
  deepEqual(world.sizes, [6, 2]);
  deepEqual(
    [0, 1].map((at) => world.annotation(at, annotation.desiredReplicas)),
    ["6", "6"],
  );
  await user.retry();
  deepEqual([world.sizes, world.facts().get("w")], [[6, 3], "50/50"]);
});

test("core trap 28: a delay of 0 seconds scales down now", async () => {
  const { world, user } = await deployed(routed(4, { steps: [], scaleDownDelaySeconds: 0 }));
  await user.setImage("web:2", 5);
  deepEqual([world.sizes, world.facts().get("V1.until")], [[0, 4], ""]);
  await user.setImage("web:3", 0);
  await world.pass(5);
  deepEqual(world.failures, []);
});

test("core trap 29: with a limit of delayed ReplicaSets the newest stay", async () => {
  const { world, user } = await deployed(
    routed(2, { steps: [], scaleDownDelaySeconds: 600, scaleDownDelayRevisionLimit: 1 }),
  );
  await user.setImage("web:2", 5);
  await user.setImage("web:3", 5);
  deepEqual(world.sizes, [0, 2, 2]);
});

test("core trap 30: the old stable version of a canary keeps its own size in its delay", async () => {
  const { world, user } = await deployed(routed(4, { steps: [], scaleDownDelaySeconds: 600 }));
  await user.setImage("web:2", 5);
  await user.scale(6);
  deepEqual(world.sizes, [4, 6]);
});

test("core trap 50: a step waits until stable can carry the rest of its weight", async () => {
  const { world, user } = await deployed(routed(4, { steps: half }));
  world.fate = (image) => (image === "web:1" ? { available: 1 } : {});
  await world.followAll();
  await user.setImage("web:2", 30);
  deepEqual([world.status.currentStepIndex, world.facts().get("w")], [0, "0/100"]);
  world.fate = () => ({});
  await world.act(() => world.followAll());
  deepEqual([world.status.currentStepIndex, world.facts().get("w")], [1, "50/50"]);
});

test("core trap 50: an update goes on where stable has no pod at all, and repairs it", async () => {
  const steps = [{ setWeight: 100 }, { pause: {} }, { setWeight: 50 }, { setCanaryScale: { weight: 50 } }];
  const { world, user } = await deployed(routed(4, { steps }));
  world.fate = (image) => (image === "web:1" ? { available: 0 } : {});
  await world.followAll();
  await user.setImage("web:2", 30);
  deepEqual(
    [world.status.phase, world.status.currentStepIndex, world.facts().get("w")],
    ["Paused", 1, "100/0"],
  );
  await user.resume(60);
  deepEqual([world.status.phase, world.sizes, world.facts().get("w")], ["Healthy", [0, 4], "0/100"]);
});

test("core trap 50: what stable would have to carry stays with the canary while it has no pod", async () => {
  const { world, user } = await deployed(routed(4, { steps: half }));
  world.fate = (image) => (image === "web:1" ? { available: 0 } : {});
  await world.followAll();
  await user.setImage("web:2", 30);
  deepEqual(
    [world.status.phase, world.status.currentStepIndex, world.facts().get("w")],
    ["Paused", 1, "0/100"],
  );
});

test("core trap 50: a dynamic stable version that gave all away is waited for", async () => {
  const steps = [{ setWeight: 100 }, { pause: { duration: 9 } }, { setWeight: 50 }];
  const { world, user } = await deployed(routed(4, { steps, dynamicStableScale: true }));
  world.fate = () => ({ after: millis(3000) });
  await user.setImage("web:2", 60);
  const weights = world.milestones.filter(({ name }) => name === "w").map(({ value }) => value);
  deepEqual(weights, ["100/0", "50/50", "100/0", "0/100"]);
});

test("core trap 53: a scale step lasts until another or until the traffic's", async () => {
  const steps = [
    { setCanaryScale: { replicas: 6 } },
    { setWeight: 50 },
    { pause: {} },
    { setCanaryScale: { matchTrafficWeight: true } },
    { pause: {} },
  ];
  const { world, user } = await deployed(routed(4, { steps }));
  await user.setImage("web:2");
  deepEqual([world.sizes, world.facts().get("w")], [[4, 6], "50/50"]);
  await user.resume();
  deepEqual([world.sizes, world.status.currentStepIndex], [[4, 2], 4]);
});

test("core trap 54: without steps the weight stays until the promotion", async () => {
  const { world, user } = await deployed(routed(4, {}));
  await user.setImage("web:2", 10);
  deepEqual(only(world, "V2", "stable", "s→", "w"), ["V2=4", "stable=V2", "s→=V2"]);
});

test("core trap 56: traffic routing without router has the pods and delays of one", async () => {
  const { world, user } = await deployed(
    routed(4, { trafficRouting: {}, steps: [{ setWeight: 50 }, { pause: {} }] }),
  );
  await user.setImage("web:2");
  deepEqual([world.sizes, world.facts().get("w"), world.status.currentStepIndex], [[4, 2], "", 1]);
  await user.resume(5);
  deepEqual(world.sizes, [4, 4]);
  ok(world.facts().get("V1.until") !== "");
});

test("core trap 73: a change of hashes alone leaves a blank at the end of the event", async () => {
  const { world, user } = await deployed(routed(4, { steps: [{ setWeight: 0 }, { pause: {} }] }));
  await user.setImage("web:2");
  const texts = world.events
    .filter(({ reason }) => reason === "TrafficWeightUpdated")
    .map(({ message }) => message);
  deepEqual(texts, ["Traffic weight updated "]);
});

test("core trap 76: an old version in its delay is cut to its available pods", async () => {
  const { world, user } = await deployed(routed(4, { steps: [], scaleDownDelaySeconds: 600 }));
  await user.setImage("web:2", 5);
  world.fate = (image) => (image === "web:1" ? { available: 3 } : {});
  await world.act(() => world.followAll());
  deepEqual(world.sizes, [3, 4]);
});

test("core trap 85: back to a dynamic stable, the split stays until it has grown", async () => {
  const { world, user } = await deployed(
    routed(4, { steps: [{ setWeight: 75 }, { pause: {} }], dynamicStableScale: true }),
  );
  await user.setImage("web:2");
  deepEqual(world.sizes, [1, 3]);
  world.fate = () => ({ after: millis(5000) });
  await user.setImage("web:1", 4);
  deepEqual([world.facts().get("w"), world.selected("c"), world.sizes], ["75/25", "V2", [4, 3]]);
  await world.pass(20);
  deepEqual([world.facts().get("w"), world.selected("c"), world.sizes], ["0/100", "V1", [4, 0]]);
});

test("a dynamic stable scale does not hang where the weight has to fall below that of the step", async () => {
  const steps = [{ setWeight: 60 }, { pause: {} }];
  const { world, user } = await deployed(routed(4, { steps, dynamicStableScale: true }));
  await user.setImage("web:2");
  deepEqual([world.sizes, world.facts().get("w")], [[2, 3], "60/40"]);
  await user.steps([{ setWeight: 25 }, { pause: {} }]);
  deepEqual([world.sizes, world.facts().get("w"), world.status.phase], [[3, 1], "25/75", "Paused"]);
});

test("a dynamic stable scale takes all traffic back when a newer template never gets pods", async () => {
  const { world, user } = await deployed(routed(4, { steps: half, dynamicStableScale: true }));
  await user.setImage("web:2");
  world.fate = (image) => (image === "web:3" ? { available: 0 } : {});
  await user.setImage("web:3");
  deepEqual([world.sizes[0], world.facts().get("w")], [4, "0/100"]);
});
