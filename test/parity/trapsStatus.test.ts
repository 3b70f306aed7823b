import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { annotation, label } from "../../src/api/labels.ts";
import { resolveBudget } from "../../src/rollout/budget.ts";
import { basic, blueGreen, oneMore, routed } from "./settings.ts";
import { analysisTemplate, created, deployed, rolloutOf, templateOf } from "./users.ts";
import { namespace, replicaSetRef, runRef, World, web } from "./world.ts";

const pausing = basic(4, { ...oneMore, steps: [{ setWeight: 25 }, { pause: {} }] });

test("core trap 1: observedGeneration is a text", async () => {
  const { world } = await deployed(pausing);
  equal(world.status.observedGeneration, String(world.rollout.metadata.generation));
});

test("core trap 2: HPAReplicas is written with that name and feeds the scale subresource", async () => {
  const { world } = await deployed(pausing);
  equal((world.rollout["status"] as Record<string, unknown>)["HPAReplicas"], 4);
});

test("core trap 3: replicas that are omitted are persisted as 1", async () => {
  const { world } = await created({ spec: { strategy: { canary: {} } } });
  deepEqual([(world.rollout["spec"] as { replicas?: number }).replicas, world.sizes], [1, [1]]);
});

test("core trap 4: an upgrade with other hashes creates no ReplicaSet", async () => {
  const { world: before } = await deployed(pausing);
  const [old] = before.replicaSets;
  const world = new World();
  world.stop();
  const rollout = await world.client.create(rolloutOf(pausing.spec));
  const labels = { app: "web", [label.podHash]: "oldhash99" };
  const owner = { ...web, uid: rollout.metadata.uid ?? "", controller: true, blockOwnerDeletion: true };
  const { apiVersion, kind, name, uid } = owner;
  const spec = old?.["spec"] as { template: { metadata: object; spec: object } };
  await world.client.create({
    ...replicaSetRef,
    metadata: {
      name: "web-oldhash99",
      namespace,
      labels,
      annotations: { [annotation.revision]: "1", [annotation.desiredReplicas]: "4" },
      ownerReferences: [{ apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true }],
    },
    spec: {
      replicas: 4,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: spec.template.spec },
    },
  });
  const status = { ...before.status, stableRS: "oldhash99", currentPodHash: "oldhash99" };
  await world.client.patch(web, { type: "merge", subresource: "status", body: { status } });
  await world.client.patch(web, {
    type: "merge",
    body: { metadata: { annotations: { [annotation.revision]: "1" } } },
  });
  world.restart();
  await world.act(() => world.pass(5));
  deepEqual([world.writes.map(({ verb, kind }) => `${verb} ${kind}`), world.sizes], [[], [4]]);
  equal(world.status.currentPodHash, "oldhash99");
});

test("core trap 5: undo with defaulted fields reuses the old ReplicaSet", async () => {
  const { world, user } = await deployed(pausing);
  const [first] = world.replicaSets;
  const { template } = (first?.["spec"] ?? {}) as { template: { spec: object } };
  ok("dnsPolicy" in template.spec, "the API server has put its defaults in");
  await user.setImage("web:2");
  await user.spec({ template: { metadata: { labels: { app: "web" } }, spec: template.spec } });
  equal(world.replicaSets.length, 2);
  equal(world.annotation(0, annotation.revision), "3");
  equal(world.status.currentPodHash, first?.metadata.labels?.[label.podHash]);
});

test("core trap 6: an annotation of the Rollout is copied, without a rollout", async () => {
  const { world, user } = await deployed(pausing);
  await user.edit({ metadata: { annotations: { team: "a" } } });
  equal(world.annotation(0, "team"), "a");
  equal(world.annotation(0, annotation.revisionHistory), "1");
  deepEqual([world.sizes, world.status.phase], [[4], "Healthy"]);
});

test("core trap 7: a quoted number is a percentage", () => {
  equal(resolveBudget(200, "1", 0, "canary").surge, 2);
  equal(resolveBudget(200, 1, 0, "canary").surge, 1);
});

test("core trap 8: a first deployment skips steps, pauses and analyses", async () => {
  const analysis = { templates: [{ templateName: "rate" }] };
  const steps = [{ setWeight: 10 }, { pause: {} }, { analysis }];
  const world = new World();
  world.fate = () => ({ available: 0 });
  await world.client.create(analysisTemplate("rate"));
  await world.act(() => world.client.create(rolloutOf(basic(4, { steps, analysis }).spec)));
  equal(world.status.stableRS, world.status.currentPodHash);
  deepEqual([world.status.phase, world.status.currentStepIndex, world.sizes], ["Progressing", 3, [4]]);
  deepEqual([world.status.pauseConditions, world.cluster.list(runRef)], [undefined, []]);
});

test("core trap 8: a first blue-green deployment is never not completed", async () => {
  const { world } = await created(blueGreen(2));
  ok(!world.reasons.includes("RolloutNotCompleted"));
});

test("core trap 9: a first deployment that is stuck is never aborted", async () => {
  const world = new World();
  world.fate = () => ({ available: 0 });
  const spec = { ...pausing.spec, progressDeadlineSeconds: 30, progressDeadlineAbort: true };
  await world.act(() => world.client.create(rolloutOf(spec)), 60);
  equal(world.status.abort, undefined);
  equal(world.status.phase, "Degraded");
  const [set] = world.replicaSets;
  const text = `ProgressDeadlineExceeded: ReplicaSet "${set?.metadata.name}" has timed out progressing.`;
  equal(world.status.message, text);
});

test("core trap 10: template and replicas raised together do not let the canary jump", async () => {
  const { world, user } = await deployed(pausing);
  await user.spec({ template: templateOf("web:2"), replicas: 8 });
  const canary = world.milestones.filter(({ name }) => name === "V2").map(({ value }) => Number(value));
  ok(Math.max(...canary) <= 2, world.story);
  deepEqual([world.sizes, world.status.phase], [[6, 2], "Paused"]);
});

test("core trap 16: editing the steps of a promoted Rollout touches no pod", async () => {
  const { world, user } = await deployed(pausing);
  await user.steps([{ setWeight: 10 }, { pause: {} }, { setWeight: 20 }]);
  deepEqual(world.reasons, ["SkipSteps"]);
  world.expect(["index=3"]);
});

test("core trap 42: the condition Paused says the same when it is False", async () => {
  const { world, user } = await deployed(pausing);
  await user.setImage("web:2");
  await user.resume();
  const paused = world.status.conditions?.find(({ type }) => type === "Paused");
  deepEqual([paused?.status, paused?.message], ["False", "Rollout is paused"]);
});

test("core trap 44: conditions that change move to the end", async () => {
  const { world, user } = await deployed(pausing);
  await user.setImage("web:2");
  const last = world.conditions.slice(-2);
  deepEqual(last, ["Progressing Unknown RolloutPaused", "Paused True RolloutPaused"]);
});

test("core trap 45: a promoted routed canary is Healthy by phase while the old version waits", async () => {
  const { world, user } = await deployed(routed(4, { steps: [{ setWeight: 50 }] }));
  await user.setImage("web:2", 10);
  equal(world.status.phase, "Healthy");
  deepEqual(
    world.conditions.filter((text) => /^(Healthy|Completed)/.test(text)),
    ["Healthy False RolloutHealthy", "Completed True RolloutCompleted"],
  );
});

test("core trap 49: a promoted Rollout that loses pods says so", async () => {
  const { world } = await deployed(pausing);
  world.fate = () => ({ available: 3 });
  await world.act(() => world.followAll());
  equal(world.status.message, "updated replicas are still becoming available");
  ok(world.conditions.includes("Progressing True ReplicaSetNotAvailable"));
  ok(world.conditions.includes("Healthy False RolloutHealthy"));
});

test("core trap 71: an abort that a user writes meanwhile survives", async () => {
  const { world, user } = await deployed(pausing);
  world.before = async ({ status, body }) => {
    if (!status || !JSON.stringify(body).includes("CanaryPauseStep")) return;
    world.before = () => undefined;
    const abort = { status: { abort: true } };
    await world.client.patch(web, { type: "merge", subresource: "status", body: abort });
  };
  await user.setImage("web:2", 10);
  deepEqual([world.status.abort, world.status.phase, world.sizes], [true, "Degraded", [4, 0]]);
});

test("core trap 72: RolloutResumed is told only when the controller ends the pause", async () => {
  const { world, user } = await deployed(
    basic(4, { steps: [{ setWeight: 25 }, { pause: { duration: 5 } }] }),
  );
  await user.setImage("web:2");
  await user.resume();
  ok(!world.reasons.includes("RolloutResumed"));
  await user.setImage("web:3", 20);
  ok(world.reasons.includes("RolloutResumed"));
});
