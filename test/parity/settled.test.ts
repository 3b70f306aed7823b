import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { podTemplateHash } from "../../src/api/podTemplate/hash.ts";
import { basic, blueGreen, routed } from "./settings.ts";
import { analysisTemplate, deployed, templateOf } from "./users.ts";
import { namespace, runRef } from "./world.ts";

/*
 * States in which combinations of what people do end, told by the text of the reference rather than by one of
 * its tables.
 */

const pausing = basic(2, { steps: [{ setWeight: 50 }, { pause: {} }] });

test("core 8: an undo begins the update to the revision that it makes", async () => {
  const { world, user } = await deployed(pausing);
  await user.setImage("web:2");
  await user.promoteFull();
  await user.setImage("web:1");
  const told = world.events.filter(({ reason }) => /NotCompleted|Updated$/.test(reason));
  const hash = world.status.currentPodHash;
  deepEqual(
    told.map(({ message }) => message),
    ["Rollout updated to revision 3", `Rollout not completed, started update to revision 3 (${hash})`],
  );
});

test("core 22: a first deployment of blue-green has no completion status", async () => {
  const { world } = await deployed(blueGreen(2));
  const { completionStatus, finishedAt } = world.status.duration ?? {};
  deepEqual([completionStatus, finishedAt === undefined], [undefined, false]);
});

test("core 15.2: a preview that comes back within its delay, and is no rollback, has no deadline", async () => {
  const { world, user } = await deployed(
    blueGreen(2, { autoPromotionEnabled: false, scaleDownDelaySeconds: 60 }),
  );
  await user.setImage("web:2");
  await user.setImage("web:1");
  equal(world.facts().get("V2.until"), "124s");
  await user.setImage("web:2");
  deepEqual([world.facts().get("V2.until"), world.status.phase], ["", "Paused"]);
});

test("core 15.9: no old version goes before the analysis after the switch has succeeded", async () => {
  const postPromotionAnalysis = { templates: [{ templateName: "rate" }] };
  const setting = blueGreen(2, { autoPromotionEnabled: false, postPromotionAnalysis });
  const { world, user } = await deployed({ ...setting, objects: [analysisTemplate("rate")] });
  await user.setImage("web:2");
  await user.setImage("web:3", 60);
  deepEqual([world.sizes, world.facts().get("V2.until")], [[2, 2, 2], ""]);
  await user.resume();
  await user.judge(world.status.blueGreen?.postPromotionAnalysisRunStatus?.name ?? "", "Successful", "", 60);
  deepEqual([world.sizes, world.status.phase], [[0, 0, 2], "Healthy"]);
});

for (const [name, strategy] of [
  ["without steps", {}],
  ["with a dynamic stable scale", { steps: [{ setWeight: 25 }], dynamicStableScale: true }],
] as const) {
  test(`core 13.8: a template and no replicas in one apply leave no pods, ${name}`, async () => {
    const { world, user } = await deployed(routed(4, strategy));
    await user.spec({ template: templateOf("web:2"), replicas: 0 }, 60);
    deepEqual([world.sizes, world.status.phase], [[0, 0], "Healthy"]);
  });
}

test("core 10.3: a canary that a person holds notes replicas first, then a new template", async () => {
  const { world, user } = await deployed(pausing);
  const before = world.status.currentPodHash;
  await user.spec({ paused: true });
  await user.scale(4);
  await user.setImage("web:2");
  const { currentPodHash, currentStepIndex, phase, observedGeneration } = world.status;
  deepEqual([currentPodHash, currentStepIndex, phase, world.sizes], [before, 2, "Paused", [2, 0]]);
  equal(observedGeneration, String(world.rollout.metadata.generation));
  deepEqual(
    world.conditions.filter((text) => text.startsWith("Progressing")),
    ["Progressing True NewReplicaSetCreated"],
  );
  world.forget();
  await world.pass(30);
  deepEqual(world.writes, []);
  await user.spec({ paused: false }, 10);
  deepEqual([world.status.currentStepIndex, world.status.phase, world.sizes], [1, "Paused", [2, 2]]);
});

test("analysis 4.2: a run avoids all names that others have", async () => {
  const analysis = { templates: [{ templateName: "rate" }] };
  const setting = basic(2, { steps: [{ analysis }] });
  const { world, user } = await deployed({ ...setting, objects: [analysisTemplate("rate")] });
  const second = podTemplateHash(templateOf("web:2"));
  const others = ["", ".1", ".2"].map((suffix) => ({
    ...runRef,
    metadata: { name: `web-${second}-2-0${suffix}`, namespace },
    spec: analysisTemplate("rate")["spec"],
  }));
  for (const other of others) await world.client.create(other);
  await user.setImage("web:2", 5);
  equal(world.status.canary?.currentStepAnalysisRunStatus?.name, `web-${second}-2-0.3`);
});

test("core 21: after a retry an analysis that the abort has ended does not count", async () => {
  const prePromotionAnalysis = { templates: [{ templateName: "rate" }] };
  const setting = blueGreen(2, { prePromotionAnalysis });
  const { world, user } = await deployed({ ...setting, objects: [analysisTemplate("rate")] });
  const run = () => world.status.blueGreen?.prePromotionAnalysisRunStatus?.name ?? "";
  await user.setImage("web:2", 5);
  const ended = run();
  await user.abort(5);
  await user.judge(ended, "Successful", "Run Terminated", 5);
  await user.retry(5);
  deepEqual([run(), world.selected("a"), world.status.phase], [`${ended}.1`, "V1", "Progressing"]);
  await user.judge(run(), "Successful", "", 5);
  deepEqual([world.selected("a"), world.status.phase], ["V2", "Healthy"]);
});

test("core 7.3: a switched update that is held while its analysis runs is paused, and nothing else", async () => {
  const postPromotionAnalysis = { templates: [{ templateName: "rate" }] };
  const setting = blueGreen(2, { postPromotionAnalysis });
  const { world, user } = await deployed({ ...setting, objects: [analysisTemplate("rate")] });
  await user.setImage("web:2", 20);
  await user.spec({ paused: true }, 20);
  deepEqual(world.conditions.slice(-2), ["Progressing Unknown RolloutPaused", "Paused True RolloutPaused"]);
  world.forget();
  world.restart();
  await world.pass(700);
  deepEqual([world.writes, world.status.phase], [[], "Paused"]);
});
