import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../../src/reconcile/ports.ts";
import { basic, blueGreen, oneMore, routed } from "./settings.ts";
import { analysisTemplate, created, deployed, rolloutOf, serviceOf } from "./users.ts";
import { namespace, replicaSetRef, runRef, serviceRef, World, web } from "./world.ts";

const quarter = [{ setWeight: 25 }, { pause: {} }];
const minute = { progressDeadlineSeconds: 60 };
const rate = { templates: [{ templateName: "rate" }] };

/** All new pods fail to become available. */
function broken(image: string) {
  return (each: string) => (each === image ? { available: 0 } : {});
}

test("core trap 43: a condition of the same status and reason keeps its words", async () => {
  const { world, user } = await deployed(basic(4, { ...oneMore, steps: [] }));
  const [first] = world.replicaSets;
  await user.edit({ metadata: { annotations: { team: "a" } } });
  const progressing = world.status.conditions?.find(({ type }) => type === "Progressing");
  ok(progressing?.message.includes(first?.metadata.name ?? "?"));
});

for (const [name, steps] of [
  ["a pause", quarter],
  ["an analysis", [{ setWeight: 25 }, { analysis: rate }]],
] as const) {
  test(`core trap 46: ${name} never times out`, async () => {
    const setting = basic(4, { ...oneMore, steps }, minute);
    const { world, user } = await deployed({ ...setting, objects: [analysisTemplate("rate")] });
    await user.setImage("web:2", 300);
    ok(!world.status.message?.startsWith("ProgressDeadlineExceeded"), world.status.message);
    equal(world.status.currentStepIndex, 1);
  });
}

test("core trap 46: nothing times out while an old version is in its delay", async () => {
  const setting = routed(4, { steps: [{ setWeight: 50 }], scaleDownDelaySeconds: 600 }, minute);
  const { world, user } = await deployed(setting);
  await user.setImage("web:2", 10);
  world.fate = broken("web:3");
  await user.setImage("web:3", 300);
  equal(world.status.phase, "Progressing");
});

test("core trap 47: a timeout without abort recovers when the pods come", async () => {
  const { world, user } = await deployed(basic(4, { ...oneMore, steps: [{ setWeight: 25 }] }, minute));
  world.fate = broken("web:2");
  await user.setImage("web:2", 90);
  equal(world.status.phase, "Degraded");
  world.fate = () => ({});
  await world.act(() => world.followAll(), 5);
  equal(world.status.phase, "Healthy");
});

test("core trap 48: a deadline that aborts is told twice", async () => {
  const more = { ...minute, progressDeadlineAbort: true };
  const { world, user } = await deployed(basic(4, { ...oneMore, steps: quarter }, more));
  world.fate = broken("web:2");
  await user.setImage("web:2", 90);
  const name = world.replicaSets[1]?.metadata.name;
  const texts = world.events
    .filter(({ reason }) => reason === "RolloutAborted")
    .map(({ message }) => message);
  const detail = `ReplicaSet "${name}" has timed out progressing.`;
  deepEqual(texts, [detail, `Rollout aborted update to revision 2: ${detail}`]);
  deepEqual([world.status.abort, world.sizes], [true, [4, 0]]);
});

test("core trap 51: a threshold does not end a step on the way to its size", async () => {
  const strategy = { ...oneMore, replicaProgressThreshold: { type: "Percent", value: 50 } };
  const { world, user } = await deployed(
    basic(10, { ...strategy, steps: [{ setWeight: 50 }, { pause: {} }] }),
  );
  world.fate = (image, size) => (image === "web:2" ? { available: Math.min(1, size) } : {});
  await user.setImage("web:2", 20);
  deepEqual([world.status.currentStepIndex, world.sizes], [0, [9, 2]]);
});

test("core trap 52: without surge a tie at the top leaves the canary all pods but one", async () => {
  const strategy = { maxSurge: 0, maxUnavailable: 1, steps: [{ setWeight: 75 }, { pause: {} }] };
  const { world, user } = await deployed(basic(2, strategy));
  await user.setImage("web:2", 5);
  deepEqual([world.sizes, world.status.currentStepIndex], [[1, 1], 1]);
});

test("core trap 63: an invalid spec stops everything and loses nothing", async () => {
  const { world, user } = await deployed(basic(4, { ...oneMore, steps: quarter }));
  await user.setImage("web:2");
  await user.spec({ minReadySeconds: -1, replicas: 8 });
  deepEqual([world.status.phase, world.sizes, world.status.currentStepIndex], ["Degraded", [3, 1], 1]);
  equal(world.status.observedGeneration, String(world.rollout.metadata.generation));
  await user.spec({ minReadySeconds: 0 });
  deepEqual([world.status.phase, world.sizes, world.status.currentStepIndex], ["Paused", [6, 2], 1]);
  ok(!world.conditions.some((text) => text.startsWith("InvalidSpec")));
});

test("core trap 64: a Service of another Rollout is not taken", async () => {
  const mine = {
    ...serviceOf("s").metadata,
    annotations: { "argo-rollouts.argoproj.io/managed-by-rollouts": "other" },
  };
  const { world } = await created({
    spec: basic(2, { stableService: "s" }).spec,
    objects: [{ ...serviceOf("s"), metadata: mine }],
  });
  ok(world.status.message?.endsWith('Service "s" is managed by another Rollout'), world.status.message);
  equal(world.selected("s"), "");
});

test("core trap 65: a Service of ours is switched with one available pod", async () => {
  const { world, user } = await deployed({
    ...basic(4, {
      ...oneMore,
      canaryService: "c",
      stableService: "s",
      steps: [{ setWeight: 50 }, { pause: {} }],
    }),
    services: ["s"],
    objects: [serviceOf("c")],
  });
  equal(world.selected("c"), "V1");
  world.fate = (image, size) => (image === "web:2" ? { available: Math.min(size, 1) } : {});
  await user.setImage("web:2", 5);
  equal(world.selected("c"), "V2");
});

test("core trap 65: a Service without manager waits for all pods", async () => {
  const world = new World();
  world.fate = (_image, size) => ({ available: size - 1 });
  await world.client.create(serviceOf("s"));
  await world.act(() => world.client.create(rolloutOf(basic(4, { stableService: "s" }).spec)), 5);
  equal(world.selected("s"), "");
  world.fate = () => ({});
  await world.act(() => world.followAll());
  equal(world.selected("s"), "V1");
});

test("core trap 66: the Services of a deleted Rollout select all pods again", async () => {
  const { world } = await deployed(blueGreen(2));
  equal(world.selected("a"), "V1");
  await world.act(() => world.client.delete(web, {}), 5);
  deepEqual([world.selected("a"), world.selected("p")], ["", ""]);
  const service = world.get({ ...serviceRef, namespace, name: "a" });
  deepEqual(service?.metadata.annotations ?? {}, {});
});

test("core trap 67: a foreign ReplicaSet under our name is avoided", async () => {
  const { world } = await deployed(basic(2, { steps: [] }));
  const { world: other, user } = await deployed(basic(2, { steps: [] }));
  await user.setImage("web:2");
  const foreign = other.replicaSets[1];
  await world.client.create({
    ...replicaSetRef,
    metadata: { name: foreign?.metadata.name ?? "", namespace },
    spec: {
      selector: { matchLabels: { app: "else" } },
      template: { metadata: { labels: { app: "else" } }, spec: { containers: [{ name: "x", image: "x" }] } },
    },
  });
  const body = { spec: { template: { spec: { containers: [{ name: "web", image: "web:2" }] } } } };
  await world.act(() => world.client.patch(web, { type: "merge", body }), 5);
  equal((world.rollout["status"] as { collisionCount?: number }).collisionCount, 1);
  equal(world.status.phase, "Healthy");
});

test("core trap 74: a canary forgets its runs when it is promoted or aborted", async () => {
  const setting = routed(2, { steps: [{ setWeight: 50 }, { analysis: rate }], analysis: rate });
  const { world, user } = await deployed({
    ...setting,
    objects: [...(setting.objects ?? []), analysisTemplate("rate")],
  });
  await user.setImage("web:2");
  const { currentStepAnalysisRunStatus: step, currentBackgroundAnalysisRunStatus: background } =
    world.status.canary ?? {};
  deepEqual([/-2-1$/.test(step?.name ?? ""), /-2$/.test(background?.name ?? "")], [true, true]);
  await user.abort();
  const { canary } = world.status;
  deepEqual(
    [canary?.currentStepAnalysisRunStatus, canary?.currentBackgroundAnalysisRunStatus],
    [undefined, undefined],
  );
  const runs = world.cluster.list(runRef).map((run) => (run["spec"] as { terminate?: boolean }).terminate);
  deepEqual(runs, [true, true]);
});

test("core trap 75: the history limit counts the others, oldest first, empty ones only", async () => {
  const { world, user } = await deployed(
    routed(1, { steps: [], scaleDownDelaySeconds: 600 }, { revisionHistoryLimit: 1 }),
  );
  await user.setImage("web:2");
  await user.setImage("web:3");
  equal(world.replicaSets.length, 3);
  await world.pass(700);
  equal(world.replicaSets.length, 2);
});

test("core trap 77: a selector cannot be changed", async () => {
  const { world, user } = await deployed(basic(2, { steps: [] }));
  const refused = await user
    .spec({ selector: { matchLabels: { app: "else" } } })
    .catch((error: unknown) => error);
  ok(refused instanceof ApiError && refused.message.includes(".spec.selector is immutable"), String(refused));
  deepEqual(world.failures, []);
});

test("core trap 80: without replicas steps end at once and Services stay", async () => {
  const { world, user } = await deployed({
    ...basic(2, { steps: [{ setWeight: 50 }], stableService: "s" }),
    services: ["s"],
  });
  await user.scale(0);
  await user.setImage("web:2", 5);
  deepEqual([world.status.phase, world.status.currentStepIndex, world.selected("s")], ["Healthy", 1, "V1"]);
});

test("core trap 81: quantities that mean the same are no new revision", async () => {
  const resources = (cpu: string, memory: string) => ({ requests: { cpu, memory } });
  const { world, user } = await deployed(basic(1, { steps: [] }));
  const template = (cpu: string, memory: string) => ({
    spec: { containers: [{ name: "web", image: "web:1", resources: resources(cpu, memory) }] },
  });
  await user.spec({ template: template("1000m", "1024Mi") });
  await user.spec({ template: template("1", "1Gi") });
  equal(world.replicaSets.length, 2);
});

test("core trap 82: the deprecated twin of serviceAccountName is no phantom revision", async () => {
  const { world, user } = await deployed(basic(1, { steps: [] }));
  await user.spec({ template: { spec: { serviceAccountName: "a" } } });
  await user.spec({ template: { spec: { serviceAccount: "a" } } });
  equal(world.replicaSets.length, 2);
});

test("core trap 83: privileged containers and host ports are valid", async () => {
  const { world, user } = await deployed(basic(1, { steps: [] }));
  const container = {
    name: "web",
    image: "web:1",
    securityContext: { privileged: true },
    ports: [{ containerPort: 80, hostPort: 80 }],
    livenessProbe: { httpGet: { port: 80 } },
  };
  await user.spec({ template: { spec: { containers: [container] } } });
  equal(world.status.phase, "Healthy", world.status.message);
});

test("core trap 84: after an error between two writes the rollout ends where it would have", async () => {
  const { world, user } = await deployed(basic(4, { ...oneMore, steps: quarter }));
  const failing = new Set<string>();
  world.before = ({ verb, kind, status }) => {
    const request = `${verb} ${kind} ${status}`;
    if (failing.has(request)) return;
    failing.add(request);
    throw new ApiError(500, "InternalError", "broken");
  };
  await user.setImage("web:2", 20);
  deepEqual([world.sizes, world.status.phase, failing.size], [[3, 1], "Paused", 4]);
});
