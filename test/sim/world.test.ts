import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { controllerOf } from "../../src/api/object.ts";
import { later, type Millis, seconds } from "../../src/api/time.ts";
import type { Kind } from "../../src/reconcile/kind.ts";
import { jsonOf } from "../../src/sim/json.ts";
import { ourDefinitions } from "../../src/sim/play.ts";
import { type Ailment, fatesByImage } from "../../src/sim/pods.ts";
import { World, type WorldOptions } from "../../src/sim/world.ts";

const definitions = ourDefinitions();
const podRef = { apiVersion: "v1", kind: "Pod" };
const setRef = { apiVersion: "apps/v1", kind: "ReplicaSet" };

function worldOf(more: Partial<WorldOptions> = {}, ailments = new Map<string, Ailment>()): World {
  return new World({
    definitions,
    pods: { fate: fatesByImage(ailments, seconds(2)) },
    measure: async () => ({ is: "verdict", phase: "Successful" }),
    ...more,
  });
}

const template = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "web", image: "web:1" }] },
};
const workload = (apiVersion: string, kind: string, spec: object) => ({
  apiVersion,
  kind,
  metadata: { name: "web", namespace: "prod" },
  spec: { selector: { matchLabels: { app: "web" } }, template, ...spec },
});

test("a ReplicaSet gets its pods, loses a pod and gets another one, and shrinks", async () => {
  const world = worldOf();
  const set = { ...setRef, namespace: "prod", name: "web" };
  await world.client.create(workload("apps/v1", "ReplicaSet", { replicas: 3 }));
  await world.runUntil(later(world.clock.now(), seconds(1)));
  deepEqual(jsonOf(world.get(set)?.["status"])["readyReplicas"], undefined);
  await world.runUntil(later(world.clock.now(), seconds(5)));
  deepEqual(jsonOf(world.get(set)?.["status"]), {
    replicas: 3,
    fullyLabeledReplicas: 3,
    readyReplicas: 3,
    availableReplicas: 3,
    observedGeneration: 1,
  });
  const [pod] = world.list(podRef);
  await world.client.delete({ ...podRef, namespace: "prod", name: pod?.metadata.name ?? "" });
  await world.client.patch(set, { type: "merge", body: { spec: { replicas: 2 } } });
  await world.settle();
  equal(world.list(podRef).length, 2);
  ok(world.list(podRef).every((one) => controllerOf(one)?.name === "web"));
  deepEqual(world.failures, []);
});

test("pods on a node end with grace: marked first, gone when their containers have ended", async () => {
  const fate = fatesByImage(new Map(), seconds(1));
  const world = worldOf({ node: "sim", pods: { fate, stopAfter: seconds(4) } });
  await world.client.create(workload("apps/v1", "ReplicaSet", { replicas: 1 }));
  await world.runUntil(later(world.clock.now(), seconds(3)));
  const set = { ...setRef, namespace: "prod", name: "web" };
  await world.client.patch(set, { type: "merge", body: { spec: { replicas: 0 } } });
  await world.settle();
  ok(world.list(podRef)[0]?.metadata.deletionTimestamp !== undefined);
  equal(jsonOf(world.get(set)?.["status"])["replicas"], 0);
  await world.runUntil(later(world.clock.now(), seconds(4)));
  deepEqual(world.list(podRef), []);
});

test("a Deployment rolls from template to template", async () => {
  const world = worldOf();
  await world.client.create(workload("apps/v1", "Deployment", { replicas: 2 }));
  await world.runUntil(later(world.clock.now(), seconds(5)));
  const ref = { apiVersion: "apps/v1", kind: "Deployment", namespace: "prod", name: "web" };
  const body = [{ op: "replace", path: "/spec/template/spec/containers/0/image", value: "web:2" }];
  await world.client.patch(ref, { type: "json", body });
  await world.runUntil(later(world.clock.now(), seconds(5)));
  const sizes = world.list(setRef).map(({ spec }) => jsonOf(spec)["replicas"]);
  deepEqual(sizes.sort(), [0, 2]);
  equal(jsonOf(world.get(ref)?.["status"])["availableReplicas"], 2);
});

test("a Job ends with its pod", async () => {
  const world = worldOf();
  const spec = { ...template.spec, restartPolicy: "Never" };
  await world.client.create({
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "once", namespace: "prod" },
    spec: { template: { metadata: {}, spec } },
  });
  await world.runUntil(later(world.clock.now(), seconds(5)));
  const job = world.get({ apiVersion: "batch/v1", kind: "Job", namespace: "prod", name: "once" });
  equal(jsonOf(job?.["status"])["succeeded"], 1);
});

test("pods follow a fate that changes when they are looked at again", async () => {
  const ailments = new Map<string, Ailment>();
  const world = worldOf({}, ailments);
  await world.client.create(workload("apps/v1", "ReplicaSet", { replicas: 1 }));
  await world.runUntil(later(world.clock.now(), seconds(5)));
  ailments.set("web:1", "crash");
  world.wakePods();
  await world.settle();
  const set = { ...setRef, namespace: "prod", name: "web" };
  equal(jsonOf(world.get(set)?.["status"])["readyReplicas"], undefined);
});

/** Kinds of which that of Rollouts always asks for the instant that it is at. */
function impatient(kinds: readonly Kind[]): readonly Kind[] {
  return kinds.map((kind) => ({ ...kind, decide: (_seen, now) => ({ effects: [], requeueAt: now }) }));
}

test("a look that changes nothing and asks for the same instant again is a failure", async () => {
  const world = worldOf({ kinds: impatient });
  const rollout = workload("argoproj.io/v1alpha1", "Rollout", { strategy: { canary: {} } });
  await world.client.create(rollout);
  await world.runUntil(later(world.clock.now(), 1 as Millis));
  ok(world.failures[0]?.includes("asks for the instant that it is at"), world.failures[0]);
});

test("a controller that ends carries nothing out any more; the next one goes on", async () => {
  const world = worldOf();
  await world.client.create(workload("argoproj.io/v1alpha1", "Rollout", { strategy: { canary: {} } }));
  world.endController();
  await world.runUntil(later(world.clock.now(), seconds(60)));
  deepEqual(world.list(setRef), []);
  world.startController();
  await world.runUntil(later(world.clock.now(), seconds(60)));
  equal(world.list(setRef).length, 1);
});
