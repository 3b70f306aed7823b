import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { rfc3339, seconds } from "../../src/api/time.ts";
import { podsOf, putPods } from "./pods.ts";
import { basic, blueGreen, oneMore, routed } from "./settings.ts";
import { created, deployed, templateOf, User } from "./users.ts";
import { namespace, replicaSetRef, rolloutRef, World } from "./world.ts";

const quarter = basic(4, { ...oneMore, steps: [{ setWeight: 25 }, { pause: {} }] });
const workload = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "web" };

/** How many pods of the first version have been evicted. */
function evictions(world: World): number {
  return world.writes.filter(({ verb }) => verb === "evict").length;
}

/** Names of the pods of the first version. */
function podNames(world: World): readonly string[] {
  const [first] = world.replicaSets;
  return first === undefined ? [] : podsOf(world, first).map(({ metadata }) => metadata.name);
}

test("core trap 57: a restart respects budgets, looks every 30 s, and is no new revision", async () => {
  const { world, user } = await deployed(basic(2, { maxUnavailable: 0, maxSurge: 1, steps: [] }));
  await putPods(world);
  const budget = { selector: { matchLabels: { app: "web" } }, minAvailable: 2 };
  const pdb = { apiVersion: "policy/v1", kind: "PodDisruptionBudget" };
  await world.client.create({ ...pdb, metadata: { name: "pdb", namespace }, spec: budget });
  const before = podNames(world);
  await world.pass(2);
  await user.spec({ restartAt: rfc3339(world.clock.now()) }, 40);
  deepEqual([podNames(world), world.status.restartedAt], [before, undefined]);
  equal(world.status.message, "rollout is restarting");

  await world.client.delete({ ...pdb, namespace, name: "pdb" }, {});
  for (let turn = 0; turn < 4; turn += 1) {
    await world.pass(31);
    await putPods(world);
  }
  await world.pass(31);
  ok(podNames(world).every((name) => !before.includes(name)));
  ok(evictions(world) >= 2);
  deepEqual([world.status.phase, world.replicaSets.length], ["Healthy", 1]);
});

test("core trap 58: a new template does not end a restart", async () => {
  const { world, user } = await deployed(quarter);
  await putPods(world);
  await world.pass(2);
  const at = rfc3339(world.clock.now());
  await user.spec({ restartAt: at, template: templateOf("web:2") }, 5);
  ok(evictions(world) > 0);
  for (let turn = 0; turn < 8; turn += 1) {
    await putPods(world);
    await world.pass(31);
  }
  deepEqual([world.status.restartedAt, world.status.phase], [at, "Paused"]);
});

test("core trap 59: a restart to come shows at once", async () => {
  const { world, user } = await deployed(quarter);
  await user.spec({ restartAt: "2024-05-01T13:00:00Z" });
  deepEqual([world.status.phase, world.status.message], ["Progressing", "rollout is restarting"]);
});

test("core trap 60: metadata that is removed from the spec leaves the pods", async () => {
  const canary = {
    canaryMetadata: { labels: { role: "canary" } },
    stableMetadata: { labels: { role: "stable" } },
  };
  const { world, user } = await deployed(basic(1, { steps: [], ...canary }));
  await putPods(world);
  const labels = () =>
    [...world.replicaSets, ...world.replicaSets.flatMap((set) => podsOf(world, set))].map((object) => {
      const { template } = (object["spec"] ?? {}) as {
        template?: { metadata: { labels: { role?: string } } };
      };
      return template === undefined ? object.metadata.labels?.["role"] : template.metadata.labels.role;
    });
  deepEqual(labels(), ["stable", "stable"]);
  await user.spec({ strategy: { canary: { canaryMetadata: null, stableMetadata: null } } }, 5);
  deepEqual(labels(), [undefined, undefined]);
});

/** A deployed Rollout that takes its template from a Deployment. */
async function referring(scaleDown: string) {
  const world = new World();
  const selector = { matchLabels: { app: "web" } };
  const spec = { replicas: 2, selector, template: templateOf("web:1") };
  await world.client.create({ ...workload, metadata: { name: "web", namespace }, spec });
  const { kind, apiVersion, name } = workload;
  await world.client.create({
    ...rolloutRef,
    metadata: { name: "web", namespace },
    spec: {
      replicas: 2,
      workloadRef: { kind, apiVersion, name, scaleDown },
      strategy: { canary: { steps: [{ setWeight: 50 }, { pause: {} }] } },
    },
  });
  await world.act(() => world.pass(5));
  return { world, user: new User(world) };
}

test("core trap 61: a referenced template never gets into the Rollout", async () => {
  const { world } = await referring("never");
  equal((world.rollout["spec"] as { template?: object }).template, undefined);
  deepEqual([world.status.phase, world.sizes], ["Healthy", [2]]);
});

test("core trap 62: after the first revision the workload is not scaled down", async () => {
  const { world, user } = await referring("onsuccess");
  const size = () => (world.get(workload)?.["spec"] as { replicas?: number } | undefined)?.replicas;
  equal(size(), 0);
  const body = { spec: { replicas: 3, template: templateOf("web:2") } };
  await world.act(() => world.client.patch(workload, { type: "merge", body }), 5);
  await user.resume(5);
  deepEqual([world.status.phase, size()], ["Healthy", 3]);
});

test("core trap 92: while the workload is missing no ReplicaSet is let go", async () => {
  const { world } = await referring("never");
  await world.act(() => world.client.delete(workload, {}), 60);
  equal(world.cluster.list(replicaSetRef, { namespace })[0]?.metadata.ownerReferences?.length, 1);
  ok(world.status.message?.includes('"web" not found'), world.status.message);
  deepEqual(world.sizes, [2]);
});

for (const [number, spec, path] of [
  [78, { strategy: {} }, "spec.strategy.strategy: Required value: "],
  [
    78,
    { strategy: { canary: {}, blueGreen: { activeService: "a" } } },
    "spec.strategy.strategy: Invalid value: ",
  ],
  [
    79,
    { strategy: { blueGreen: { activeService: "a", previewService: "a" } } },
    "spec.strategy.activeService: ",
  ],
  [79, { strategy: { blueGreen: { activeService: "x" } } }, "spec.strategy.blueGreen.activeService: "],
] as const) {
  test(`core trap ${number}: ${JSON.stringify(spec)} is wrong at ${path}`, async () => {
    const { world } = await created({ spec });
    equal(world.status.phase, "Degraded");
    ok(
      world.status.message?.startsWith(`InvalidSpec: The Rollout "web" is invalid: ${path}`),
      world.status.message,
    );
  });
}

test("core trap 13: managed routes go with the weight when a newer template has no pods", async () => {
  const { world, user } = await deployed(routed(2, { steps: [{ setWeight: 50 }, { pause: {} }] }));
  await user.setImage("web:2");
  world.fate = (image) => (image === "web:3" ? { available: 0 } : {});
  await user.setImage("web:3", 10);
  deepEqual([world.facts().get("w"), world.selected("c")], ["0/100", "V2"]);
});

test("core trap 70: late watches do not make the controller write again", async () => {
  const { world, user } = await deployed(blueGreen(3));
  world.lag = seconds(3);
  await user.setImage("web:2", 60);
  deepEqual([world.status.phase, world.sizes], ["Healthy", [0, 3]]);
  const requests = world.writes.map(({ verb, kind, name, body }) => JSON.stringify([verb, kind, name, body]));
  equal(new Set(requests).size, requests.length);
});
