import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { annotation } from "../../src/api/labels.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { decided, type Midway, newHash, oldHash, seen, statusAfter } from "./seen.ts";

/** The ReplicaSet that a plan creates for a version that has not been there before. */
function born(options: Midway = {}): KubeObject | undefined {
  const status = { currentPodHash: oldHash, ...options.status };
  const { effects } = decided({ new: null, ...options, status });
  return effects.find((effect) => effect.do === "create")?.object;
}

test("a new ReplicaSet has name, labels, owner, revision and size (rollout-core 9.5)", () => {
  const set = born({ stable: { size: 4, revision: 6 }, spec: { minReadySeconds: 7 } });
  const labels = { app: "web", "rollouts-pod-template-hash": newHash };
  deepEqual(set?.metadata, {
    name: `web-${newHash}`,
    namespace: "shop",
    labels,
    annotations: { [annotation.revision]: "7", [annotation.desiredReplicas]: "4" },
    ownerReferences: [
      {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Rollout",
        name: "web",
        uid: "u-web",
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  });
  deepEqual(set?.["spec"], {
    replicas: 1,
    minReadySeconds: 7,
    selector: { matchLabels: labels },
    template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "web:2" }] } },
  });
});

/** The size at birth: what the first look afterwards would give it. */
const sizes: readonly [name: string, given: Midway, size: number][] = [
  [
    "of the very first version",
    { stable: null, status: { stableRS: "", currentPodHash: "", currentStepHash: "" } },
    4,
  ],
  ["of a canary by its first weight and surge", {}, 1],
  ["of a canary whose first step pauses", { canary: { steps: [{ pause: {} }] } }, 0],
  ["of a canary that may not surge", { canary: { maxSurge: 0, maxUnavailable: 1 } }, 0],
  ["of a canary without steps", { canary: { steps: [], maxSurge: 2, maxUnavailable: 0 } }, 2],
  [
    "of a canary for which stable makes room first",
    { canary: { steps: [], maxSurge: 2, maxUnavailable: 2 } },
    0,
  ],
  ["of a version that was there and is lost", { status: { currentPodHash: newHash } }, 0],
  ["of a canary beside another one", { others: { mid: "1/1" }, stable: "3/3" }, 1],
  ["of a routed canary", { canary: { trafficRouting: {}, steps: [{ setWeight: 50 }] } }, 2],
  [
    "of a routed canary with a scale step",
    { canary: { trafficRouting: {}, steps: [{ setCanaryScale: { replicas: 3 } }] } },
    3,
  ],
  [
    "of a routed canary after an abort",
    { canary: { trafficRouting: {} }, status: { abort: true, currentPodHash: "mid" } },
    1,
  ],
  ["of blue-green", { blueGreen: {}, services: { a: oldHash } }, 4],
  [
    "of blue-green with a preview count",
    { blueGreen: { previewReplicaCount: 2 }, services: { a: oldHash } },
    2,
  ],
  [
    "of blue-green with a preview count, which is no rollback within the window",
    {
      blueGreen: { previewReplicaCount: 2 },
      services: { a: oldHash },
      spec: { rollbackWindow: { revisions: 2 } },
    },
    2,
  ],
  ["while a person holds it", { spec: { paused: true } }, 0],
];
for (const [name, given, size] of sizes) {
  test(`size at birth ${name}`, () =>
    equal((born(given)?.["spec"] as { replicas?: number } | undefined)?.replicas, size));
}

test("annotations of the Rollout are copied, except those that are nobody else's", () => {
  const own = {
    team: "a",
    [annotation.lastApplied]: "{}",
    [annotation.notified]: "{}",
    [annotation.desiredReplicas]: "9",
  };
  const snapshot = seen({ metadata: { annotations: { ...own, [annotation.revision]: "5" } } });
  const set = born({ stable: null, more: { object: snapshot.object } });
  deepEqual(set?.metadata.annotations, {
    team: "a",
    [annotation.revision]: "1",
    [annotation.desiredReplicas]: "4",
  });
});

test("replicas that are omitted are written as 1", () => {
  const object = { ...seen().object, spec: { template: {} } };
  const patches = decided({ new: null, more: { object } }).effects.filter((effect) => effect.do === "patch");
  deepEqual(patches.map(({ body }) => body).at(-1), { spec: { replicas: 1 } });
});

const create = { do: "create", object: { kind: "ReplicaSet" }, why: "" } as never;
const taken = { code: 409, reason: "AlreadyExists", message: "already exists" };

test("a name that is taken is counted, at once, and changes the hash", () => {
  const options: Midway = {
    new: null,
    more: { last: { done: [], failed: { effect: create, error: taken } } },
  };
  const plan = decided(options);
  deepEqual([plan.effects, plan.status?.patch, plan.status?.urgent], [[], { collisionCount: 1 }, true]);
  const again: Midway = { ...options, status: { collisionCount: 1 } };
  equal(statusAfter(again).collisionCount, 2);
});
