import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { controllerOf, type KubeObject } from "../../src/api/object.ts";
import { podTemplateHash } from "../../src/api/podTemplate/hash.ts";
import { type Instant, instant, later, rfc3339, seconds } from "../../src/api/time.ts";
import { ApiError } from "../../src/reconcile/ports.ts";
import { isAvailable } from "../../src/rollout/podHealth.ts";
import { ourDefinitions } from "../../src/sim/play.ts";
import type { Fate } from "../../src/sim/podFate.ts";
import { type Disturbed, World } from "../../src/sim/world.ts";

const namespace = "shop";
const rollout = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", namespace, name: "web" };
const deployment = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "old" };
const note = "rollout.argoproj.io/ephemeral-metadata";
const generation = "rollout.argoproj.io/workload-generation";
const steps = [{ setWeight: 25 }, { pause: { duration: 30 } }];
const selector = { matchLabels: { app: "web" } };
const template = (tag: number) => ({
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "web", image: `web:${tag}` }] },
});
const definitions = ourDefinitions();

/** Pods are ready after three to nine seconds, one later than the other. */
function readyInTurn({ metadata }: KubeObject): Fate {
  return { is: "ready", after: seconds(3 + (metadata.name.charCodeAt(metadata.name.length - 1) % 7)) };
}

/** A world of such pods; `watched` is told of each of its moments. */
class Stage {
  readonly world: World;
  readonly #watched: (stage: Stage) => void;

  constructor(watched: (stage: Stage) => void = () => {}, disturb?: (ways: Disturbed) => Disturbed) {
    this.#watched = watched;
    this.world = new World({
      definitions,
      pods: { fate: readyInTurn },
      measure: () => Promise.reject(new Error("nothing is measured here")),
      ...(disturb && { disturb: (_world, client, source) => disturb({ client, source }) }),
    });
  }

  now(): Instant {
    return this.world.clock.now();
  }

  async create(ref: typeof rollout, spec: object): Promise<void> {
    const { apiVersion, kind, name } = ref;
    await this.world.client.create({ apiVersion, kind, metadata: { name, namespace }, spec });
  }

  async patch(ref: typeof rollout, spec: object): Promise<void> {
    await this.world.client.patch(ref, { type: "merge", body: { spec } });
  }

  /** Lets time pass, and looks at the world at every moment of it. */
  async pass(span: number): Promise<void> {
    const end = later(this.now(), seconds(span));
    await this.world.run(end, () => {
      this.#watched(this);
      return false;
    });
    await this.world.runUntil(end);
  }

  pods(): readonly KubeObject[] {
    const all = this.world.list({ apiVersion: "v1", kind: "Pod" }, namespace);
    return all.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  available(): number {
    return this.pods().filter((pod) => isAvailable(pod, 0, this.now())).length;
  }

  object(ref: typeof rollout): KubeObject {
    const found = this.world.get(ref);
    ok(found, ref.name);
    return found;
  }

  status(): Readonly<Record<string, unknown>> {
    return this.object(rollout)["status"] as Readonly<Record<string, unknown>>;
  }

  /** The labels and annotations by role of all pods of a version. */
  roles(tag: number): readonly string[] {
    const hash = podTemplateHash(template(tag), undefined);
    const mine = this.pods().filter((pod) => controllerOf(pod)?.name === `web-${hash}`);
    return mine.map(({ metadata }) => `${metadata.labels?.["role"]} ${metadata.annotations?.["note"]}`);
  }

  notes(): readonly (string | undefined)[] {
    const sets = this.world.list({ apiVersion: "apps/v1", kind: "ReplicaSet" }, namespace);
    return sets.map(({ metadata }) => metadata.annotations?.[note]).sort();
  }
}

for (const [name, strategy, most] of [
  ["canary", { canary: { maxUnavailable: 0, maxSurge: 1, steps } }, 1],
  ["canary of which two may be missing", { canary: { maxUnavailable: 2, steps } }, 2],
  ["blue-green one", { blueGreen: { activeService: "web", maxUnavailable: "50%" } }, 2],
] as const) {
  test(`a restart replaces all pods of a ${name}, never more than ${most} at a time`, async () => {
    let least = 4;
    const stage = new Stage((one) => {
      least = Math.min(least, one.available());
    });
    const service = { ...rollout, apiVersion: "v1", kind: "Service" };
    await stage.create(service, { selector: { app: "web" }, ports: [{ port: 80 }] });
    await stage.create(rollout, { replicas: 4, selector, template: template(1), strategy });
    await stage.world.runUntil(later(stage.now(), seconds(60)));
    const restartAt = rfc3339(later(stage.now(), seconds(10)));
    await stage.patch(rollout, { restartAt });
    await stage.pass(5);
    equal(stage.status()["message"], "rollout is restarting");
    await stage.pass(300);
    ok(stage.pods().every((pod) => instant(pod.metadata.creationTimestamp ?? "") >= instant(restartAt)));
    equal(least, 4 - most);
    deepEqual([stage.status()["restartedAt"], stage.status()["phase"]], [restartAt, "Healthy"]);
    equal(stage.object(rollout).metadata.annotations?.["rollout.argoproj.io/revision"], "1");
    deepEqual(stage.world.failures, []);
  });
}

test("a restart that no disruption budget allows does not keep an update from going on", async () => {
  const stage = new Stage();
  const budget = { ...rollout, apiVersion: "policy/v1", kind: "PodDisruptionBudget" };
  await stage.create(budget, { maxUnavailable: 0, selector });
  const strategy = { canary: { steps } };
  await stage.create(rollout, { replicas: 4, selector, template: template(1), strategy });
  await stage.pass(60);
  await stage.patch(rollout, { template: template(2), restartAt: rfc3339(stage.now()) });
  await stage.pass(300);
  equal(stage.status()["stableRS"], podTemplateHash(template(2), undefined));
  ok(stage.pods().length === 4);
});

const canaryMetadata = { labels: { role: "canary" }, annotations: { note: "x" } };
const stableMetadata = { labels: { role: "stable" } };
const asStable = '{"labels":{"role":"stable"}}';

/** Fails every second request for a pod, as a server under load would. */
function failing({ client, source }: Disturbed): Disturbed {
  let requests = 0;
  const patch: typeof client.patch = (ref, request) => {
    if (ref.kind !== "Pod") return client.patch(ref, request);
    requests += 1;
    if (requests % 2 === 1) return Promise.reject(new ApiError(503, "ServiceUnavailable", "try again"));
    return client.patch(ref, request);
  };
  return { source, client: { ...client, patch } };
}

for (const [name, disturb] of [
  ["", undefined],
  [" although requests fail", failing],
] as const) {
  test(`pods have the metadata of their version's role, and lose it with the fields${name}`, async () => {
    const stage = new Stage(() => {}, disturb);
    const strategy = { canary: { canaryMetadata, stableMetadata, steps } };
    await stage.create(rollout, { replicas: 4, selector, template: template(1), strategy });
    await stage.pass(60);
    deepEqual(stage.roles(1), Array(4).fill("stable undefined"));
    await stage.patch(rollout, { template: template(2) });
    await stage.pass(20);
    deepEqual(stage.roles(1), Array(3).fill("stable undefined"));
    deepEqual(stage.roles(2), ["canary x"]);
    await stage.pass(120);
    deepEqual([stage.status()["phase"], stage.roles(2)], ["Healthy", Array(4).fill("stable undefined")]);
    deepEqual(stage.notes(), [asStable, undefined]);
    await stage.patch(rollout, { strategy: { canary: { canaryMetadata: null, stableMetadata: null } } });
    await stage.pass(120);
    deepEqual(stage.roles(2), Array(4).fill("undefined undefined"));
    deepEqual(stage.notes(), [undefined, undefined]);
    equal(stage.object(rollout).metadata.annotations?.["rollout.argoproj.io/revision"], "2");
  });
}

for (const scaleDown of ["onsuccess", "progressively"] as const) {
  test(`a Deployment is replaced ${scaleDown} without ever less than it had, and updates are taken from it`, async () => {
    let least = 4;
    const sizes = new Set<number>();
    const sizeOf = (one: Stage) => (one.object(deployment)["spec"] as { replicas: number }).replicas;
    const stage = new Stage((one) => {
      least = Math.min(least, one.available());
      sizes.add(sizeOf(one));
    });
    await stage.create(deployment, { replicas: 4, selector, template: template(1) });
    await stage.world.runUntil(later(stage.now(), seconds(60)));
    const workloadRef = { apiVersion: "apps/v1", kind: "Deployment", name: "old", scaleDown };
    const strategy = { canary: { maxUnavailable: 0, maxSurge: 1, steps } };
    await stage.create(rollout, { replicas: 4, workloadRef, strategy });
    await stage.pass(60);
    equal(least, 4);
    equal(sizeOf(stage), 0);
    equal(sizes.size > 2, scaleDown === "progressively");
    equal(stage.pods().length, 4);
    await stage.patch(deployment, { template: template(2) });
    await stage.pass(120);
    equal(least, 4);
    const { phase, stableRS, workloadObservedGeneration } = stage.status();
    const current = String(stage.object(deployment).metadata.generation);
    const seen = stage.object(rollout).metadata.annotations?.[generation];
    const inForce = (stage.object(deployment)["spec"] as { template: object }).template;
    deepEqual([phase, stableRS], ["Healthy", podTemplateHash(inForce, undefined)]);
    deepEqual([workloadObservedGeneration, seen], [current, current]);
    equal("template" in (stage.object(rollout)["spec"] as object), false);
    deepEqual(stage.world.failures, []);
  });
}

test("a workload that is deleted takes no pods with it, and its return is seen", async () => {
  const stage = new Stage();
  await stage.create(deployment, { replicas: 0, selector, template: template(1) });
  const workloadRef = { apiVersion: "apps/v1", kind: "Deployment", name: "old" };
  await stage.create(rollout, { replicas: 4, workloadRef, strategy: { canary: {} } });
  await stage.pass(60);
  await stage.world.client.delete(deployment);
  await stage.pass(60);
  deepEqual([stage.status()["phase"], stage.pods().length], ["Degraded", 4]);
  const uid = stage.object(rollout).metadata.uid;
  const sets = stage.world.list({ apiVersion: "apps/v1", kind: "ReplicaSet" }, namespace);
  ok(sets.every((set) => controllerOf(set)?.uid === uid));
  await stage.create(deployment, { replicas: 0, selector, template: template(1) });
  await stage.pass(60);
  deepEqual([stage.status()["phase"], stage.pods().length], ["Healthy", 4]);
});
