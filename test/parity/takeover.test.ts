import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { basic, blueGreen, oneMore, routed } from "./settings.ts";
import { deployed } from "./users.ts";
import { type Beginning, namespace, replicaSetRef, rolloutRef, serviceRef, World, web } from "./world.ts";

/** How far the other controller had come with an update, or that there was none. */
type Point = "healthy" | "mid-update";

const strategies: readonly [name: string, beginning: () => Beginning][] = [
  ["a canary without router", () => basic(4, { steps: [{ setWeight: 25 }, { pause: {} }], ...oneMore })],
  ["a routed canary", () => routed(4, { steps: [{ setWeight: 25 }, { pause: {} }] })],
  ["blue-green", () => blueGreen(3, { autoPromotionEnabled: false })],
];

/** Hashes as another release of the other controller would have computed them. */
const foreign = ["6f9d7c5b8d", "77b4fd5c9x"];

/** What another controller of this API left behind: its objects, with its own hashes, as JSON. */
async function leftBehind(beginning: Beginning, point: Point): Promise<readonly KubeObject[]> {
  const { world, user } = await deployed(beginning);
  if (point === "mid-update") await user.setImage("web:2", 10);
  world.stop();
  const kinds = [
    rolloutRef,
    serviceRef,
    replicaSetRef,
    { apiVersion: "networking.k8s.io/v1", kind: "Ingress" },
  ];
  const sets = world.replicaSets;
  const objects = [
    ...kinds.flatMap((kind) => (kind === replicaSetRef ? sets : world.cluster.list(kind, { namespace }))),
  ];
  let text = JSON.stringify(objects);
  for (const [at, { metadata }] of sets.entries()) {
    const hash = metadata.labels?.["rollouts-pod-template-hash"] ?? "";
    text = text.replaceAll(hash, foreign[at] ?? "");
  }
  return JSON.parse(text) as readonly KubeObject[];
}

/**
 * A cluster in which these objects stand, with the uids that it gives them; the controller starts afterwards.
 */
async function standing(objects: readonly KubeObject[]): Promise<World> {
  const world = new World();
  world.stop();
  const uids = new Map<string, string>();
  for (const object of objects) {
    const { uid = "", resourceVersion: _version, creationTimestamp: _created, ...metadata } = object.metadata;
    const ownerReferences = metadata.ownerReferences?.map((owner) => ({
      ...owner,
      uid: uids.get(owner.uid) ?? owner.uid,
    }));
    const { status, ...rest } = object;
    const born = await world.client.create({
      ...rest,
      apiVersion: object.apiVersion,
      kind: object.kind,
      metadata: { ...metadata, ...(ownerReferences !== undefined && { ownerReferences }) },
    });
    uids.set(uid, born.metadata.uid ?? "");
    const hasStatus = object.kind === "Rollout" || object.kind === "ReplicaSet";
    if (hasStatus && status !== undefined) {
      const own =
        object.kind === "Rollout"
          ? { ...status, observedGeneration: String(born.metadata.generation) }
          : status;
      const { apiVersion, kind } = object;
      const ref = { apiVersion, kind, namespace, name: metadata.name };
      await world.client.patch(ref, { type: "merge", subresource: "status", body: { status: own } });
    }
    await world.pass(1);
  }
  return world;
}

for (const [name, beginning] of strategies) {
  for (const point of ["healthy", "mid-update"] as const) {
    test(`taking over ${name}, ${point}: no ReplicaSet is created or resized, nothing moves`, async () => {
      const world = await standing(await leftBehind(beginning(), point));
      const before = { sizes: world.sizes, status: world.status };
      world.forget();
      world.restart();
      await world.pass(60);
      const moved = world.writes.filter(({ verb, kind }) => verb === "create" || kind !== "Rollout");
      deepEqual(moved, []);
      deepEqual(world.sizes, before.sizes);
      const { currentPodHash, stableRS, currentStepIndex, phase } = world.status;
      deepEqual(
        { currentPodHash, stableRS, currentStepIndex, phase },
        {
          currentPodHash: before.status.currentPodHash,
          stableRS: before.status.stableRS,
          currentStepIndex: before.status.currentStepIndex,
          phase: before.status.phase,
        },
      );
      equal(
        world.get(web)?.metadata.annotations?.["rollout.argoproj.io/revision"],
        point === "healthy" ? "1" : "2",
      );
    });
  }
}
