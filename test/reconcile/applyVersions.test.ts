import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { applyPlan } from "../../src/reconcile/apply.ts";
import { Cache } from "../../src/reconcile/cache.ts";
import type { Effect } from "../../src/reconcile/effect.ts";
import type { StatusWrite } from "../../src/reconcile/plan.ts";
import { annotate, applied, create, old, remove, scale, status } from "./fakePlan.ts";
import { conflict, FakeClient, FakeRecorder, objectOf, refFor, replicaSets, rollouts } from "./fakes.ts";

const bodies: [
  name: string,
  effects: readonly Effect[],
  status: StatusWrite | undefined,
  bodies: unknown[],
][] = [
  [
    "holds the status to the version seen",
    [],
    status,
    [{ metadata: { resourceVersion: "1" }, status: { step: 1 } }],
  ],
  [
    "advances the version by own writes, which are held to it too",
    [annotate, annotate],
    status,
    [
      { metadata: { annotations: {}, resourceVersion: "1" } },
      { metadata: { annotations: {}, resourceVersion: "101" } },
      { metadata: { resourceVersion: "102" }, status: { step: 1 } },
    ],
  ],
  [
    "advances the versions of other objects too",
    [
      { ...scale, ifVersion: "1" },
      { ...scale, ifVersion: "1" },
    ],
    undefined,
    [
      { metadata: { resourceVersion: "1" }, spec: 1 },
      { metadata: { resourceVersion: "101" }, spec: 1 },
    ],
  ],
  ["leaves a patch without version as it is", [scale, scale], undefined, [{ spec: 1 }, { spec: 1 }]],
  [
    "puts the version into JSON patches",
    [{ ...scale, type: "json", body: [{ op: "remove", path: "/spec" }], ifVersion: "1" }],
    undefined,
    [
      [
        { op: "replace", path: "/metadata/resourceVersion", value: "1" },
        { op: "remove", path: "/spec" },
      ],
    ],
  ],
];
for (const [name, effects, write, want] of bodies) {
  test(`applying a plan ${name}`, async () => deepEqual((await applied(effects, write)).client.bodies, want));
}

test("answers are in the cache when the plan has been applied", async () => {
  const { cache } = await applied([create, scale, annotate], status);
  const version = (kind: typeof rollouts, name: string) =>
    cache.get(refFor(kind, name))?.metadata.resourceVersion;
  deepEqual(
    [version(replicaSets, "new"), version(replicaSets, "old"), version(rollouts, "web")],
    ["101", "102", "104"],
  );
  equal((await applied([remove], undefined)).cache.get(refFor(replicaSets, "old")), undefined);
});

test("after a conflict the cache has the object as it is now", async () => {
  const newer = objectOf(replicaSets, "old", { resourceVersion: "50" });
  const client = new FakeClient().add(newer);
  const cache = new Cache();
  cache.replaceAll(replicaSets, [old], "1");
  const applying = {
    client,
    cache,
    recorder: new FakeRecorder(),
    about: undefined,
    holdStatus: false,
    mayWrite: () => true,
  };
  await applyPlan({ effects: [{ ...scale, ifVersion: "1" }] }, applying);
  deepEqual(cache.get(refFor(replicaSets, "old")), newer);

  client.objects.clear();
  client.errors.push(["patch old", conflict]);
  await applyPlan({ effects: [scale] }, applying);
  equal(cache.get(refFor(replicaSets, "old")), undefined);
});
