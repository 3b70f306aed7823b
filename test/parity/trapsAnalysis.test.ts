import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { basic, blueGreen } from "./settings.ts";
import { analysisTemplate, deployed, type User } from "./users.ts";
import { namespace, runRef, type World } from "./world.ts";

const rate = { templates: [{ templateName: "rate" }] };
const objects = [analysisTemplate("rate")];
const setWeight = { setWeight: 50 };

/** The names of all runs with their phases; those that are asked to end are marked. */
function runsIn(world: World): readonly string[] {
  return world.cluster
    .list(runRef, { namespace })
    .map((run) => {
      const { phase = "" } = (run["status"] ?? {}) as { phase?: string };
      const { terminate } = (run["spec"] ?? {}) as { terminate?: boolean };
      return `${infixOf(run)} ${phase}${terminate === true ? "!" : ""}`.trim();
    })
    .sort();
}

/** What comes after the pod hash: `2-1`, `2.1`. */
function infixOf({ metadata: { name, labels = {} } }: KubeObject): string {
  return name.replace(`web-${labels["rollouts-pod-template-hash"]}-`, "");
}

async function canary(strategy: object): Promise<{ world: World; user: User; step: () => string }> {
  const { world, user } = await deployed({ ...basic(2, { ...strategy }), objects });
  const step = () => world.status.canary?.currentStepAnalysisRunStatus?.name ?? "";
  return { world, user, step };
}

test("analysis 4.6: a background analysis ends where a person goes back before its starting step", async () => {
  const steps = [{ pause: {} }, setWeight, { pause: {} }];
  const { world, user } = await canary({ steps, analysis: { ...rate, startingStep: 1 } });
  await user.setImage("web:2");
  await user.resume();
  deepEqual(runsIn(world), ["2"]);
  await user.status({ currentStepIndex: 0 });
  deepEqual([runsIn(world), world.status.canary?.currentBackgroundAnalysisRunStatus], [["2 !"], undefined]);
});

test("analysis trap 51: a background analysis is inconclusive: promoted, a new one runs", async () => {
  const { world, user } = await canary({ steps: [setWeight, { pause: {} }, { pause: {} }], analysis: rate });
  await user.setImage("web:2");
  const name = world.status.canary?.currentBackgroundAnalysisRunStatus?.name ?? "";
  await user.judge(name, "Inconclusive");
  ok(world.status.pauseConditions?.some(({ reason }) => reason === "InconclusiveAnalysisRun"));
  deepEqual(runsIn(world), ["2 Inconclusive"]);
  await user.resume();
  deepEqual(runsIn(world), ["2 Inconclusive", "2.1"]);
  equal(world.status.controllerPause ?? false, true, "it stands on the next pause");
});

test("analysis trap 51: a step's analysis is inconclusive: promote skips the step", async () => {
  const { world, user, step } = await canary({ steps: [setWeight, { analysis: rate }, { pause: {} }] });
  await user.setImage("web:2");
  await user.judge(step(), "Inconclusive");
  deepEqual(
    world.status.pauseConditions?.map(({ reason }) => reason),
    ["InconclusiveAnalysisRun"],
  );
  equal(world.status.message, "InconclusiveAnalysisRun");
  ok(step() !== "", "the run stays the current one");
  await user.status({ pauseConditions: null, controllerPause: false, currentStepIndex: 2 });
  deepEqual(runsIn(world), ["2-1 Inconclusive"]);
  deepEqual([world.status.currentStepIndex, step()], [2, ""]);
});

test("analysis trap 52: inconclusive while a pause step is on: the run stays, and so does the pause", async () => {
  const { world, user } = await canary({ steps: [setWeight, { pause: {} }], analysis: rate });
  await user.setImage("web:2");
  await user.judge(world.status.canary?.currentBackgroundAnalysisRunStatus?.name ?? "", "Inconclusive");
  await world.pass(5);
  deepEqual(runsIn(world), ["2 Inconclusive"]);
  deepEqual(world.status.pauseConditions?.map(({ reason }) => reason).sort(), [
    "CanaryPauseStep",
    "InconclusiveAnalysisRun",
  ]);
});

test("analysis trap 53: a retry starts another run, and the old one remains", async () => {
  const { world, user, step } = await canary({ steps: [setWeight, { analysis: rate }] });
  await user.setImage("web:2");
  await user.judge(step(), "Failed", "too bad");
  match(world.status.message ?? "", /^RolloutAborted: .*: Step-based analysis phase error\/failed: too bad$/);
  await user.retry();
  await world.pass(5);
  deepEqual(runsIn(world), ["2-1 Failed", "2-1.1"]);
});

test("analysis trap 54: a run deleted by hand comes back under its name", async () => {
  const { world, user, step } = await canary({ steps: [setWeight, { analysis: rate }] });
  await user.setImage("web:2");
  const name = step();
  await world.act(() => world.client.delete({ ...runRef, namespace, name }, {}));
  deepEqual([runsIn(world), step()], [["2-1"], name]);
});

test("analysis trap 55: a late cache neither creates a run twice nor ends the one just made", async () => {
  const { world, user, step } = await canary({ steps: [setWeight, { analysis: rate }] });
  world.lag = 700 as typeof world.lag;
  await user.setImage("web:2", 10);
  deepEqual(runsIn(world), ["2-1"]);
  await user.judge(step(), "Successful", "", 5);
  equal(world.status.phase, "Healthy");
});

test("analysis trap 56: a run that is asked to end is not taken over, where the peer does", async () => {
  const { world, user, step } = await canary({ steps: [setWeight, { analysis: rate }] });
  await user.setImage("web:2");
  const name = step();
  await world.act(() =>
    world.client.patch(
      { ...runRef, namespace, name },
      { type: "merge", body: { spec: { terminate: true } } },
    ),
  );
  await user.status({ canary: { currentStepAnalysisRunStatus: null } });
  deepEqual(runsIn(world), ["2-1 !", "2-1.1"]);
});

test("analysis trap 57: labels of the selector win over those of the user", async () => {
  const analysisRunMetadata = { labels: { app: "mine", team: "blue" }, annotations: { why: "x" } };
  const { world, user, step } = await canary({
    steps: [setWeight, { analysis: { ...rate, analysisRunMetadata } }],
  });
  await user.setImage("web:2");
  const { labels, annotations, ownerReferences } =
    world.get({ ...runRef, namespace, name: step() })?.metadata ?? {};
  const hash = world.status.currentPodHash;
  deepEqual(labels, {
    "rollouts-pod-template-hash": hash,
    "rollout-type": "Step",
    "step-index": "1",
    team: "blue",
    app: "web",
  });
  deepEqual(annotations, { "rollout.argoproj.io/revision": "2", why: "x" });
  deepEqual(
    ownerReferences?.map(({ kind, name, controller, blockOwnerDeletion }) => [
      kind,
      name,
      controller,
      blockOwnerDeletion,
    ]),
    [["Rollout", "web", true, true]],
  );
});

test("analysis trap 58: the countdown of a promotion starts after the analysis before it", async () => {
  const setting = blueGreen(2, { prePromotionAnalysis: rate, autoPromotionSeconds: 60 });
  const { world, user } = await deployed({ ...setting, objects });
  await user.setImage("web:2");
  await world.pass(100);
  deepEqual([world.status.pauseConditions], [undefined]);
  await user.judge(world.status.blueGreen?.prePromotionAnalysisRunStatus?.name ?? "", "Successful");
  deepEqual(
    world.status.pauseConditions?.map(({ reason }) => reason),
    ["BlueGreenPause"],
  );
  await world.pass(50);
  equal(world.selected("a"), "V1");
  await world.pass(20);
  equal(world.selected("a"), "V2");
});

test("analysis trap 59: a failure after the promotion takes the active Service back", async () => {
  const setting = blueGreen(2, { postPromotionAnalysis: rate });
  const { world, user } = await deployed({ ...setting, objects });
  await user.setImage("web:2");
  equal(world.selected("a"), "V2");
  await user.judge(world.status.blueGreen?.postPromotionAnalysisRunStatus?.name ?? "", "Failed", "bad");
  await world.pass(5);
  equal(world.selected("a"), "V1");
  match(
    world.status.message ?? "",
    /^RolloutAborted: Rollout aborted update to revision 2: Blue\/green post-promotion analysis phase error\/failed: bad$/,
  );
});

test("analysis trap 60: nothing is measured at the first deployment, nor after a full promotion", async () => {
  const { world, user } = await canary({
    steps: [setWeight, { analysis: rate }, { pause: {} }],
    analysis: rate,
  });
  deepEqual(runsIn(world), []);
  await user.setImage("web:2");
  deepEqual(runsIn(world), ["2", "2-1"]);
  await user.promoteFull(5);
  deepEqual(runsIn(world), ["2 !", "2-1 !"]);
  equal(world.status.phase, "Healthy");
});

test("analysis trap 60: nothing is measured on the way back within the window", async () => {
  const more = { rollbackWindow: { revisions: 3 } };
  const { world, user } = await deployed({
    ...basic(2, { steps: [setWeight, { analysis: rate }] }, more),
    objects,
  });
  await user.setImage("web:2");
  await user.judge(world.status.canary?.currentStepAnalysisRunStatus?.name ?? "", "Successful", "", 5);
  equal(world.status.phase, "Healthy");
  await user.setImage("web:1", 5);
  deepEqual(runsIn(world), ["2-1 Successful"]);
  equal(world.status.phase, "Healthy");
});

test("analysis trap 61: with a pause condition a step's analysis is not begun", async () => {
  const { world, user, step } = await canary({ steps: [{ pause: {} }, { analysis: rate }] });
  await user.setImage("web:2");
  await user.status({ currentStepIndex: 1 });
  deepEqual([runsIn(world), step()], [[], ""]);
  await user.resume();
  deepEqual(runsIn(world), ["2-1"]);
});

test("analysis trap 61: with spec.paused alone it is, and its failure aborts", async () => {
  const { world, user, step } = await canary({ steps: [setWeight, { analysis: rate }, { pause: {} }] });
  await user.setImage("web:2");
  await user.spec({ paused: true });
  await user.judge(step(), "Successful");
  equal(world.status.currentStepIndex, 1);
  await user.spec({ paused: false });
  equal(world.status.currentStepIndex, 2);
});
