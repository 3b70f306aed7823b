import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { later, seconds } from "../../src/api/time.ts";
import { isAvailable } from "../../src/rollout/podHealth.ts";
import { viewOf } from "../../src/rollout/view.ts";
import { leave, workloadFinalizer, workloadHold } from "../../src/rollout/workloadHold.ts";
import { ourDefinitions } from "../../src/sim/play.ts";
import { World } from "../../src/sim/world.ts";
import { newHash, replicaSet, type SetOptions, secondsIn, seen, t0, timeAt } from "../support/rolloutSeen.ts";

/** A Rollout of four pods in its first revision, which takes over from a Deployment progressively. */
interface Case {
  readonly scaleDown?: string;
  readonly size?: number;
  readonly metadata?: object;
  readonly status?: object;
  readonly set?: Partial<SetOptions>;
  readonly spec?: object;
  readonly workload?: object;
}

function snapshot({ scaleDown = "progressively", size = 4, workload, ...given }: Case) {
  const deployment = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "old", namespace: "shop", generation: 3 },
    spec: { replicas: size },
    ...workload,
  };
  return seen({
    metadata: given.metadata ?? {},
    spec: {
      workloadRef: { apiVersion: "apps/v1", kind: "Deployment", name: "old", scaleDown },
      ...given.spec,
    },
    status: { currentPodHash: newHash, stableRS: newHash, phase: "Progressing", ...given.status },
    replicaSets: [replicaSet({ hash: newHash, ...given.set })],
    more: { workload: deployment },
  });
}

const held = { finalizers: ["a", workloadFinalizer, "b"] };
const none = { available: 0 };
const half = { available: 2 };
const on = ["a", workloadFinalizer];

const holds: [name: string, given: Case, want: readonly string[] | undefined][] = [
  ["waits for something that takes over", { set: none }, undefined],
  ["comes before the first pod is taken", { set: half, metadata: { finalizers: ["a"] } }, on],
  ["is the first finalizer", { set: half }, [workloadFinalizer]],
  ["comes when another controller took them", { set: none, size: 2 }, [workloadFinalizer]],
  ["is there once", { set: half, metadata: held }, undefined],
  ["stays until it is healthy", { size: 0, metadata: held }, undefined],
  ["stays while there are pods left", { size: 1, metadata: held, status: { phase: "Healthy" } }, undefined],
  ["goes when all is done", { size: 0, metadata: held, status: { phase: "Healthy" } }, ["a", "b"]],
  ["goes with the field", { scaleDown: "never", set: half, metadata: held }, ["a", "b"]],
  ["is not for what is taken at once", { scaleDown: "onsuccess", status: { phase: "Healthy" } }, undefined],
  ["is not for what is healthy already", { status: { phase: "Healthy" } }, undefined],
  ["is not for later versions", { set: { revision: 2 }, size: 0 }, undefined],
  ["needs the number of replicas", { set: half, spec: { replicas: undefined } }, undefined],
];

for (const [name, given, want] of holds) {
  test(`the hold of a workload ${name}`, () => {
    const [effect, ...others] = workloadHold(viewOf(snapshot(given), t0));
    deepEqual(others, []);
    const body = effect?.do === "patch" ? effect.body : undefined;
    deepEqual(body, want === undefined ? undefined : { metadata: { finalizers: want } });
  });
}

const deleted = { ...held, deletionTimestamp: timeAt(0) };
const free = { metadata: { finalizers: ["a", "b"] } };
const counts = (availableReplicas: number, observedGeneration = 3) => ({
  status: { availableReplicas, observedGeneration },
});

const leavings: [name: string, given: Case, secondsIn: number, want: object | undefined][] = [
  ["gives the pods back first", { size: 2 }, 1, { spec: { replicas: 4 } }],
  ["waits until they are available", { workload: counts(3) }, 1, undefined],
  ["waits until they are counted", { workload: counts(4, 2) }, 1, undefined],
  ["ends when they are there", { workload: counts(4) }, 1, free],
  ["waits until its deadline", { workload: counts(3) }, 600, undefined],
  ["ends after its deadline", { workload: counts(3) }, 601, free],
  ["ends after the deadline that it names", { spec: { progressDeadlineSeconds: 5 }, size: 2 }, 6, free],
  [
    "ends without a Deployment that stays",
    { workload: { metadata: { name: "old", deletionTimestamp: timeAt(0) } } },
    1,
    free,
  ],
  ["ends without a Deployment", { workload: { kind: "ReplicaSet" } }, 1, free],
];

for (const [name, given, at, want] of leavings) {
  test(`a Rollout that is deleted midway ${name}`, () => {
    const view = viewOf(snapshot({ metadata: deleted, ...given }), secondsIn(at));
    const { effects, requeueAt } = leave(view);
    deepEqual(effects[0]?.do === "patch" ? effects[0].body : undefined, want);
    equal(effects.length, want === undefined ? 0 : 1);
    const isLast = want === free;
    equal(requeueAt === undefined, isLast);
  });
}

const namespace = "shop";
const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", namespace, name: "web" };
const deployment = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "old" };
const template = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "web", image: "web:1" }] },
};

/** A world in which two of the four pods of a Rollout have taken over from those of a Deployment. */
async function halfway() {
  const chosen = new Set<string>();
  const isReady = ({ metadata: { name, labels = {} } }: KubeObject): boolean => {
    if (labels["rollouts-pod-template-hash"] !== undefined && chosen.size < 2) chosen.add(name);
    return labels["rollouts-pod-template-hash"] === undefined || chosen.has(name);
  };
  const world = new World({
    definitions: ourDefinitions(),
    pods: { fate: (pod) => (isReady(pod) ? { is: "ready", after: seconds(3) } : { is: "unready" }) },
    measure: () => Promise.reject(new Error("nothing is measured here")),
  });
  const available = () => {
    const pods = world.list({ apiVersion: "v1", kind: "Pod" }, namespace);
    return pods.filter((pod) => isAvailable(pod, 0, world.clock.now())).length;
  };
  const pass = (span: number) => world.runUntil(later(world.clock.now(), seconds(span)));
  const create = ({ apiVersion, kind, name }: typeof rollout, spec: object) =>
    world.client.create({ apiVersion, kind, metadata: { name, namespace }, spec });
  await create(deployment, { replicas: 4, selector: { matchLabels: { app: "web" } }, template });
  await pass(60);
  const workloadRef = { apiVersion: "apps/v1", kind: "Deployment", name: "old", scaleDown: "progressively" };
  await create(rollout, { replicas: 4, workloadRef, strategy: { canary: {} } });
  await pass(60);
  return { world, available, pass };
}

const sizeOf = (world: World) =>
  (world.get(deployment)?.["spec"] as { replicas?: number } | undefined)?.replicas;

for (const [name, whileAway] of [
  ["", false],
  [" while no controller runs", true],
] as const) {
  test(`a Rollout deleted halfway${name} takes no pod along before the Deployment has it back`, async () => {
    const { world, available, pass } = await halfway();
    deepEqual([sizeOf(world), available()], [2, 4]);
    if (whileAway) world.endController();
    await world.client.delete(rollout);
    if (whileAway) await pass(30);
    if (whileAway) world.startController();
    let least = 4;
    const end = later(world.clock.now(), seconds(60));
    await world.run(end, () => {
      least = Math.min(least, available());
      return false;
    });
    deepEqual([least, sizeOf(world), available()], [4, 4, 4]);
    equal(world.get(rollout), undefined);
    deepEqual(world.list({ apiVersion: "v1", kind: "Pod" }, namespace).length, 4);
    deepEqual(world.failures, []);
  });
}

test("a Rollout that is deleted with its Deployment goes at once", async () => {
  const { world, pass } = await halfway();
  await world.client.delete(deployment);
  await world.client.delete(rollout);
  await pass(5);
  equal(world.get(rollout), undefined);
});
