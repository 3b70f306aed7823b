import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { millis } from "./clock.ts";
import { blueGreen } from "./settings.ts";
import { analysisTemplate, deployed } from "./users.ts";

const manual = { autoPromotionEnabled: false };
const rate = { templates: [{ templateName: "rate" }] };

/** The facts of these names, in the order in which they were observed. */
function only(
  world: { milestones: readonly { name: string; value: string }[] },
  ...names: readonly string[]
) {
  return world.milestones
    .filter(({ name }) => names.includes(name))
    .map(({ name, value }) => `${name}=${value}`);
}

test("core trap 28: blue-green with a delay of 0 seconds scales down now", async () => {
  const { world, user } = await deployed(blueGreen(2, { scaleDownDelaySeconds: 0 }));
  await user.setImage("web:2");
  deepEqual([world.sizes, world.facts().get("V1.until")], [[0, 2], ""]);
});

test("core trap 29: with a limit of delayed ReplicaSets the newest stay", async () => {
  const { world, user } = await deployed(
    blueGreen(2, { scaleDownDelaySeconds: 600, scaleDownDelayRevisionLimit: 1 }),
  );
  await user.setImage("web:2", 5);
  await user.setImage("web:3", 5);
  deepEqual(world.sizes, [0, 2, 2]);
});

test("core trap 30: an old version in its delay follows the replicas", async () => {
  const { world, user } = await deployed(blueGreen(2, { scaleDownDelaySeconds: 600 }));
  await user.setImage("web:2");
  await user.scale(5);
  deepEqual(world.sizes, [5, 5]);
});

test("core trap 31: a fast rollback has no pause and no analysis", async () => {
  const setting = blueGreen(2, { ...manual, prePromotionAnalysis: rate });
  const { world, user } = await deployed({ ...setting, objects: [analysisTemplate("rate")] });
  await user.setImage("web:2");
  await user.promoteFull();
  await user.setImage("web:1");
  deepEqual(only(world, "pause", "a→", "V2.until"), ["a→=V1", "V2.until=96s"]);
  deepEqual(
    world.writes.filter(({ kind }) => kind === "AnalysisRun"),
    [],
  );
});

test("core trap 32: a fast rollback keeps all pods although the preview has fewer", async () => {
  const { world, user } = await deployed(blueGreen(3, { ...manual, previewReplicaCount: 1 }));
  await user.setImage("web:2");
  await user.resume();
  await user.setImage("web:1");
  deepEqual([only(world, "V1", "pause", "a→"), world.status.phase], [["a→=V1"], "Healthy"]);
});

test("core trap 31: a fast rollback may wait for its pods within the delay", async () => {
  const { world, user } = await deployed(blueGreen(3, manual));
  await user.setImage("web:2");
  await user.resume();
  world.fate = (image, size) => (image === "web:1" && size > 3 ? { after: millis(5000) } : {});
  await user.edit(
    { spec: { replicas: 5, template: { spec: { containers: [{ name: "web", image: "web:1" }] } } } },
    4,
  );
  deepEqual([world.selected("a"), world.status.pauseConditions], ["V2", undefined]);
  await world.pass(5);
  deepEqual([world.selected("a"), world.status.phase, world.sizes], ["V1", "Healthy", [5, 5]]);
});

test("core trap 33: an abort after the switch goes back to stable also when the new pods crash", async () => {
  const setting = blueGreen(2, { postPromotionAnalysis: rate });
  const { world, user } = await deployed({ ...setting, objects: [analysisTemplate("rate")] });
  await user.setImage("web:2");
  equal(world.selected("a"), "V2");
  world.fate = (image) => (image === "web:2" ? { available: 0 } : {});
  await world.act(() => world.followAll());
  await user.abort();
  equal(world.selected("a"), "V1");
  equal(world.status.phase, "Degraded");
});

test("core trap 34: a plain promote ends a pause that would end by itself", async () => {
  const { world, user } = await deployed(blueGreen(2, { autoPromotionSeconds: 300 }));
  await user.setImage("web:2");
  equal(world.status.phase, "Paused");
  await user.resume(5);
  deepEqual([world.selected("a"), world.status.phase], ["V2", "Healthy"]);
});

test("core trap 34: the countdown promotes by itself", async () => {
  const { world, user } = await deployed(blueGreen(2, { autoPromotionSeconds: 30 }));
  await user.setImage("web:2", 29);
  equal(world.status.phase, "Paused");
  await world.pass(3);
  deepEqual([world.selected("a"), world.status.phase], ["V2", "Healthy"]);
});

test("core trap 35: the preview Service selects the new version also without pods and after an a", async () => {
  const { world, user } = await deployed(blueGreen(2, manual));
  world.fate = (image) => (image === "web:2" ? { available: 0 } : {});
  await user.setImage("web:2");
  equal(world.selected("p"), "V2");
  await user.abort(60);
  deepEqual([world.selected("p"), world.sizes], ["V2", [2, 0]]);
});

test("core trap 35: the preview Service stays while a person holds the Rollout", async () => {
  const { world, user } = await deployed(blueGreen(2, manual));
  await user.spec({ paused: true });
  await user.setImage("web:2");
  equal(world.selected("p"), "V1");
  await user.spec({ paused: false });
  equal(world.selected("p"), "V2");
});

test("core trap 36: the active Service waits for all pods, not for those of the preview", async () => {
  const { world, user } = await deployed(blueGreen(4, { ...manual, previewReplicaCount: 1 }));
  await user.setImage("web:2");
  world.fate = (image, size) => (image === "web:2" && size > 1 ? { available: size - 1 } : {});
  await user.resume(10);
  deepEqual([world.selected("a"), world.sizes], ["V1", [4, 4]]);
  world.fate = () => ({});
  await world.act(() => world.followAll());
  deepEqual([world.selected("a"), world.status.phase], ["V2", "Healthy"]);
});

test("core trap 37: blue-green that a person holds is scaled", async () => {
  const { world, user } = await deployed(blueGreen(2, manual));
  await user.spec({ paused: true });
  await user.scale(3);
  deepEqual([world.sizes, world.status.phase], [[3], "Paused"]);
});

test("core trap 46: a blue-green update that waits for a person never times out", async () => {
  const { world, user } = await deployed(blueGreen(2, manual, { progressDeadlineSeconds: 30 }));
  await user.setImage("web:2", 120);
  equal(world.status.phase, "Paused");
});

test("core trap 46: a blue-green update that is analysed never times out", async () => {
  const deadline = { progressDeadlineSeconds: 30, progressDeadlineAbort: true };
  const setting = blueGreen(
    2,
    { ...manual, prePromotionAnalysis: rate, postPromotionAnalysis: rate },
    deadline,
  );
  const { world, user } = await deployed({ ...setting, objects: [analysisTemplate("rate")] });
  await user.setImage("web:2", 120);
  const { name = "" } = world.status.blueGreen?.prePromotionAnalysisRunStatus ?? {};
  equal(world.status.phase, "Progressing");
  await user.judge(name, "Successful", "", 120);
  equal(world.status.phase, "Paused");
  await user.resume(120);
  deepEqual([world.selected("a"), world.status.message], ["V2", "waiting for analysis to complete"]);
  const { name: post = "" } = world.status.blueGreen?.postPromotionAnalysisRunStatus ?? {};
  await user.judge(post, "Successful", "", 5);
  equal(world.status.phase, "Healthy");
});

test("core trap 74: blue-green keeps the names of its runs until the next template", async () => {
  const setting = blueGreen(2, { prePromotionAnalysis: rate });
  const { world, user } = await deployed({ ...setting, objects: [analysisTemplate("rate")] });
  await user.setImage("web:2");
  const name = world.status.blueGreen?.prePromotionAnalysisRunStatus?.name ?? "";
  ok(/^web-\w+-2-pre$/.test(name), name);
  await user.judge(name, "Successful", "", 5);
  deepEqual([world.selected("a"), world.status.phase], ["V2", "Healthy"]);
  equal(world.status.blueGreen?.prePromotionAnalysisRunStatus?.status, "Successful");
  await user.setImage("web:3", 0);
  await world.pass(2);
  ok(world.status.blueGreen?.prePromotionAnalysisRunStatus?.name !== name);
});

test("core trap 91: analyses without templates are none", async () => {
  const { world, user } = await deployed(
    blueGreen(2, { prePromotionAnalysis: {}, postPromotionAnalysis: {} }),
  );
  await user.setImage("web:2", 10);
  deepEqual([world.selected("a"), world.status.phase], ["V2", "Healthy"]);
  ok(world.facts().get("V1.until") !== "");
});
