import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { annotation } from "../../src/api/labels.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { decided, type Midway, newHash, oldHash, seen, timeAt } from "./seen.ts";

const at = {
  status: { currentStepIndex: 1, pauseConditions: [{ reason: "CanaryPauseStep", startTime: timeAt(0) }] },
};
const rest: Midway = { stable: "3/3", ...at };
const { revision, revisionHistory, desiredReplicas, scaleDownDeadline } = annotation;

/** The bodies of the patches for ReplicaSets, by hash. */
function patches(options: Midway): Readonly<Record<string, unknown>> {
  const sets = decided(options).effects.filter(
    (effect) => effect.do === "patch" && effect.ref.kind === "ReplicaSet",
  );
  return Object.fromEntries(
    sets.map((effect) => (effect.do === "patch" ? [effect.ref.name.slice(4), effect.body] : [])),
  );
}

function annotated(annotations: Readonly<Record<string, string>>): { more: { object: KubeObject } } {
  return {
    more: {
      object: seen({ metadata: { generation: 2, annotations: { [revision]: "2", ...annotations } } }).object,
    },
  };
}

/** Upkeep of the current ReplicaSet (rollout-core 9.6) and sizes (9.7). */
const rows: readonly [name: string, given: Midway, want: Readonly<Record<string, unknown>>][] = [
  ["nothing differs", rest, {}],
  [
    "an annotation of the Rollout",
    { ...rest, ...annotated({ team: "a" }) },
    { [newHash]: { metadata: { annotations: { team: "a", [revisionHistory]: "2" } } } },
  ],
  [
    "an annotation with an older history",
    { ...rest, ...annotated({ team: "a" }), new: { size: 1, annotations: { [revisionHistory]: "1" } } },
    { [newHash]: { metadata: { annotations: { team: "a", [revisionHistory]: "1,2" } } } },
  ],
  ["an annotation that is gone stays", { ...rest, new: { size: 1, annotations: { team: "a" } } }, {}],
  [
    "an older version comes back",
    { ...rest, new: { size: 1, revision: 1 }, stable: { size: 3, revision: 4 } },
    { [newHash]: { metadata: { annotations: { [revision]: "5", [revisionHistory]: "1" } } } },
  ],
  [
    "minReadySeconds",
    { ...rest, spec: { minReadySeconds: 9 } },
    { [newHash]: { spec: { minReadySeconds: 9 } } },
  ],
  [
    "minReadySeconds that are gone",
    { ...rest, new: { size: 1, spec: { minReadySeconds: 9 } } },
    { [newHash]: { spec: { minReadySeconds: 0 } } },
  ],
  [
    "another number of replicas in the note alone",
    { ...rest, new: { size: 1, desired: 3 } },
    { [newHash]: { metadata: { annotations: { [desiredReplicas]: "4" } } } },
  ],
  [
    "size, note and upkeep in one request",
    {
      canary: { trafficRouting: {} },
      stable: "4/4",
      new: { size: 0, desired: 3 },
      spec: { minReadySeconds: 9 },
      ...at,
    },
    {
      [newHash]: {
        metadata: { annotations: { [desiredReplicas]: "4" } },
        spec: { replicas: 1, minReadySeconds: 9 },
      },
    },
  ],
  [
    "a deadline on the new and the stable version",
    {
      canary: { trafficRouting: {} },
      new: { size: 1, deadline: timeAt(9) },
      stable: { size: 4, deadline: timeAt(9) },
      ...at,
    },
    {
      [newHash]: { metadata: { annotations: { [scaleDownDeadline]: null } } },
      [oldHash]: { metadata: { annotations: { [scaleDownDeadline]: null } } },
    },
  ],
];
for (const [name, given, want] of rows) {
  test(`upkeep: ${name}`, () => deepEqual(patches(given), want));
}

test("the Rollout gets the revision of its ReplicaSet", () => {
  const plan = decided({ ...rest, revision: 2, new: { size: 1, revision: 3 } });
  const [patch] = plan.effects.filter((effect) => effect.do === "patch" && effect.ref.kind === "Rollout");
  equal(patch?.event?.message, "Rollout updated to revision 3");
});

const old = (hash: string, age: number, more: object = {}) =>
  [hash, { size: 0, revision: age, ...more }] as const;

/** Which ReplicaSets are deleted (rollout-core 18.5). */
const histories: readonly [name: string, given: Midway, want: readonly string[]][] = [
  [
    "as many as the limit",
    { spec: { revisionHistoryLimit: 2 }, others: Object.fromEntries([old("a", -3), old("b", -2)]) },
    [],
  ],
  [
    "the oldest above it",
    { spec: { revisionHistoryLimit: 1 }, others: Object.fromEntries([old("b", -2), old("a", -3)]) },
    ["a"],
  ],
  [
    "all with a limit of 0",
    { spec: { revisionHistoryLimit: 0 }, others: Object.fromEntries([old("a", -3), old("b", -2)]) },
    ["a", "b"],
  ],
  [
    "none that has pods",
    { spec: { revisionHistoryLimit: 0 }, others: Object.fromEntries([old("a", -3, { total: 1 })]) },
    [],
  ],
  [
    "no younger one in its place",
    {
      spec: { revisionHistoryLimit: 1 },
      others: Object.fromEntries([old("a", -3, { total: 1 }), old("b", -2)]),
    },
    [],
  ],
  [
    "none that its controller has not seen",
    {
      spec: { revisionHistoryLimit: 0 },
      others: Object.fromEntries([old("a", -3, { generation: 2, observedGeneration: 1 })]),
    },
    [],
  ],
];
for (const [name, given, want] of histories) {
  test(`history: ${name}`, () => {
    const effects = decided({ ...rest, ...given }).effects.filter((effect) => effect.do === "delete");
    deepEqual(
      effects.map((effect) => (effect.do === "delete" ? effect.ref.name.slice(4) : "")),
      want,
    );
  });
}

test("claims: what matches and has no owner is taken, what matches no longer is let go", () => {
  const [orphan, stray] = ["orphan", "stray"].map((name) => setNamed(name));
  const plan = decided({ more: { orphans: orphan ? [orphan] : [], strays: stray ? [stray] : [] } });
  const owners = plan.effects.map((effect) => {
    const { metadata } = (effect.do === "patch" ? effect.body : {}) as {
      metadata: { ownerReferences: { name: string }[] };
    };
    return metadata.ownerReferences.map(({ name }) => name);
  });
  deepEqual([owners, plan.status], [[["web"], []], undefined]);
});

function setNamed(name: string): KubeObject {
  const owner = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    name: "web",
    uid: "u-web",
    controller: true,
  };
  const ownerReferences = name === "stray" ? [owner] : [];
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name, namespace: "shop", resourceVersion: "3", ownerReferences },
  };
}

test("a ReplicaSet that keeps its size is told as kept in step", () => {
  const noted = decided({
    new: { size: 1, available: 1, desired: 5 },
    stable: { size: 3, available: 3, desired: 5 },
  });
  deepEqual(
    noted.effects.map(({ why }) => why),
    ["keep it in step with its Rollout", "keep it in step with its Rollout"],
  );
});
