import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { conditionOf } from "../../src/reconcile/conditions.ts";
import type { Status } from "../../src/rollout/status.ts";
import { condition, type Midway, newHash, oldHash, statusAfter, timeAt } from "./seen.ts";

const text = ({ type, status, reason, message }: NonNullable<Status["conditions"]>[number]) =>
  `${type} ${status} ${reason} ${message}`;

function said(options: Midway, type: string): string | undefined {
  const found = conditionOf(statusAfter(options, 10).conditions, type);
  return found === undefined ? undefined : text(found).slice(type.length + 1);
}

const promoted: Midway = { stable: "same", new: "4/4", status: { currentStepIndex: 2 } };
const pause = { pauseConditions: [{ reason: "CanaryPauseStep", startTime: timeAt(0) }], currentStepIndex: 1 };
const wasHealthy = { conditions: [condition("Healthy", "True", "RolloutHealthy")] };
const failing = {
  type: "ReplicaFailure",
  status: "True",
  reason: "FailedCreate",
  lastTransitionTime: timeAt(3),
};

/** The table of rollout-core 7.2. */
const rows: readonly [name: string, type: string, given: Midway, want: string | undefined][] = [
  [
    "with all pods of both versions",
    "Available",
    { new: "1/1", stable: "3/3" },
    "True AvailableReason Rollout has minimum availability",
  ],
  [
    "without one of them, although some may be missing",
    "Available",
    { new: "1/0", stable: "3/3" },
    "False AvailableReason Rollout does not have minimum availability",
  ],
  [
    "of blue-green by the active version",
    "Available",
    { blueGreen: {}, services: { a: oldHash }, new: "4/0" },
    "True AvailableReason Rollout has minimum availability",
  ],
  [
    "of blue-green that is being resized",
    "Available",
    { blueGreen: {}, services: { a: oldHash }, stable: { size: 4, desired: 3 } },
    "False AvailableReason Rollout does not have minimum availability",
  ],
  [
    "of blue-green without active version",
    "Available",
    { blueGreen: {}, services: { a: "" } },
    "False AvailableReason Rollout does not have minimum availability",
  ],
  ["while paused", "Paused", { status: pause }, "True RolloutPaused Rollout is paused"],
  ["while a person holds it", "Paused", { spec: { paused: true } }, "True RolloutPaused Rollout is paused"],
  [
    "after a pause",
    "Paused",
    { status: { conditions: [condition("Paused", "True", "RolloutPaused")] } },
    "False RolloutPaused Rollout is paused",
  ],
  ["that never paused", "Paused", {}, undefined],
  ["while stable is another", "Completed", {}, "False RolloutCompleted RolloutCompleted"],
  ["when promoted", "Completed", promoted, "True RolloutCompleted RolloutCompleted"],
  ["before it was ever healthy", "Healthy", {}, undefined],
  ["with everything in place", "Healthy", promoted, "True RolloutHealthy Rollout is healthy"],
  [
    "that a person holds",
    "Healthy",
    { ...promoted, spec: { paused: true }, status: { ...promoted.status, ...wasHealthy } },
    "False RolloutHealthy Rollout is not healthy",
  ],
  [
    "with a pod missing",
    "Healthy",
    { ...promoted, new: "4/3", status: { ...promoted.status, ...wasHealthy } },
    "False RolloutHealthy Rollout is not healthy",
  ],
  [
    "with the old stable pods beside a router",
    "Healthy",
    {
      ...promoted,
      weight: 0,
      others: { [oldHash]: { size: 4, deadline: timeAt(30) } },
      status: { ...promoted.status, ...wasHealthy },
    },
    "False RolloutHealthy Rollout is not healthy",
  ],
  [
    "whose spec was not observed before",
    "Healthy",
    { ...promoted, status: { ...promoted.status, ...wasHealthy, observedGeneration: "1" } },
    "False RolloutHealthy Rollout is not healthy",
  ],
  [
    "of blue-green with both Services",
    "Healthy",
    { blueGreen: {}, stable: "same", new: "4/4", services: { a: newHash, p: newHash } },
    "True RolloutHealthy Rollout is healthy",
  ],
  [
    "of blue-green without preview Service",
    "Healthy",
    { blueGreen: { previewService: "" }, stable: "same", new: "4/4", services: { a: newHash } },
    "True RolloutHealthy Rollout is healthy",
  ],
  [
    "of blue-green whose preview is another",
    "Healthy",
    {
      blueGreen: {},
      stable: "same",
      new: "4/4",
      services: { a: newHash, p: oldHash },
      status: wasHealthy,
    },
    "False RolloutHealthy Rollout is not healthy",
  ],
  [
    "that no ReplicaSet reports",
    "ReplicaFailure",
    { status: { conditions: [condition("ReplicaFailure", "True", "x")] } },
    undefined,
  ],
];
for (const [name, type, given, want] of rows) {
  test(`condition ${type} ${name}`, () => equal(said(given, type), want));
}

test("condition ReplicaFailure is that of the new ReplicaSet, word for word", () => {
  const reporting = (fresh: readonly object[], stable: readonly object[]): Midway => ({
    new: { size: 1, conditions: fresh },
    stable: { size: 4, conditions: stable },
  });
  const [ours, other] = ["new", "old"].map((message) => ({ ...failing, message })) as [object, object];
  equal(said(reporting([ours], [other]), "ReplicaFailure"), "True FailedCreate new");
  equal(said(reporting([], [other]), "ReplicaFailure"), "True FailedCreate old");
  const found = conditionOf(statusAfter(reporting([ours], [other]), 10).conditions, "ReplicaFailure");
  deepEqual([found?.lastUpdateTime, found?.lastTransitionTime], [timeAt(3), timeAt(3)]);
});

test("condition InvalidSpec goes when the spec is valid again", () => {
  const conditions = [condition("InvalidSpec", "True", "InvalidSpec", "it was wrong")];
  equal(said({ status: { conditions } }, "InvalidSpec"), undefined);
});

test("condition times: a new reason keeps the transition time, a new status does not", () => {
  const conditions = [
    condition("Progressing", "True", "NewReplicaSetCreated"),
    condition("Available", "False", "AvailableReason"),
  ];
  const after = statusAfter({ new: "1/1", status: { conditions, updatedReplicas: 0 } }, 10).conditions;
  const times = (type: string) => {
    const found = conditionOf(after, type);
    return [found?.lastUpdateTime, found?.lastTransitionTime];
  };
  deepEqual(times("Progressing"), [timeAt(10), timeAt(0)]);
  deepEqual(times("Available"), [timeAt(10), timeAt(10)]);
});

test("condition of the same status and reason keeps text and times", () => {
  const conditions = [condition("Available", "True", "AvailableReason", "other words")];
  const found = conditionOf(statusAfter({ status: { conditions } }, 10).conditions, "Available");
  deepEqual([found?.message, found?.lastUpdateTime], ["other words", timeAt(0)]);
});
