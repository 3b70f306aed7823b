import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { basic, blueGreen } from "./settings.ts";
import { analysisTemplate, deployed } from "./users.ts";

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
