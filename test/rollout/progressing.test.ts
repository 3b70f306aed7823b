import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { conditionOf } from "../../src/reconcile/conditions.ts";
import type { Midway } from "./seen.ts";
import {
  condition,
  decided,
  eventsOf,
  newHash,
  oldHash,
  secondsIn,
  statusAfter,
  template,
  timeAt,
} from "./seen.ts";

const set = `web-${newHash}`;
const name = `ReplicaSet "${set}"`;
const updated = condition("Progressing", "True", "ReplicaSetUpdated");
const asking: Midway = {
  new: "1/0",
  stable: "3/3",
  spec: { progressDeadlineSeconds: 60 },
  status: { conditions: [updated] },
};
const healthyBefore = { conditions: [updated, condition("Healthy", "True", "RolloutHealthy")] };
const promoted: Midway = { stable: "same", new: "4/4", status: { currentStepIndex: 2 } };
const paused = [{ reason: "CanaryPauseStep", startTime: timeAt(0) }];
const abortedBefore = [condition("Progressing", "False", "RolloutAborted")];
const steps = (...all: readonly object[]) => ({ canary: { steps: all } });
const analysis = { templates: [{ templateName: "rate" }] };
const templates = new Map([["shop/rate", template("rate")]]);

/** The condition as `status reason message`, so many seconds in. */
function progressing(options: Midway, at = 10): string | undefined {
  const found = conditionOf(statusAfter(options, at).conditions, "Progressing");
  return found === undefined ? undefined : `${found.status} ${found.reason} ${found.message}`;
}

/** The table of rollout-core 7.3, and the other writers below it. */
const rows: readonly [row: string, given: Midway, at: number, want: string | undefined][] = [
  [
    "1 aborted by a person",
    { status: { abort: true } },
    10,
    "False RolloutAborted Rollout aborted update to revision 2",
  ],
  [
    "1 aborted before anything else",
    { ...asking, status: { ...asking.status, abort: true } },
    900,
    "False RolloutAborted Rollout aborted update to revision 2",
  ],
  [
    "1 aborted by the deadline",
    { ...asking, spec: { progressDeadlineSeconds: 60, progressDeadlineAbort: true } },
    61,
    `False RolloutAborted Rollout aborted update to revision 2: ${name} has timed out progressing.`,
  ],
  ["2 healthy", promoted, 10, `True NewReplicaSetAvailable ${name} has successfully progressed.`],
  [
    "2 healthy though a person holds it",
    { ...promoted, spec: { paused: true } },
    10,
    `True NewReplicaSetAvailable ${name} has successfully progressed.`,
  ],
  [
    "3 another pod of the new version",
    { status: { updatedReplicas: 0 } },
    10,
    `True ReplicaSetUpdated ${name} is progressing.`,
  ],
  ["3 fewer old pods", { status: { replicas: 9 } }, 10, `True ReplicaSetUpdated ${name} is progressing.`],
  [
    "3 more ready pods",
    { status: { readyReplicas: 3 } },
    10,
    `True ReplicaSetUpdated ${name} is progressing.`,
  ],
  [
    "3 more available pods",
    { status: { availableReplicas: 3 } },
    10,
    `True ReplicaSetUpdated ${name} is progressing.`,
  ],
  [
    "3 another active Service",
    {
      blueGreen: {},
      services: { a: oldHash, p: newHash },
      new: "1/0",
      status: { blueGreen: { previewSelector: newHash } },
    },
    10,
    `True ReplicaSetUpdated ${name} is progressing.`,
  ],
  [
    "3 another step",
    { new: "1/1", stable: "3/3", ...steps({ setWeight: 25 }, { setWeight: 75 }) },
    10,
    `True ReplicaSetUpdated ${name} is progressing.`,
  ],
  [
    "3 not healthy any more, although promoted",
    { ...promoted, new: "4/3", status: { ...promoted.status, ...healthyBefore } },
    10,
    "True ReplicaSetNotAvailable Rollout does not have minimum availability",
  ],
  [
    "3 not healthy any more, in an update",
    { new: "1/0", status: healthyBefore },
    10,
    `True ReplicaSetUpdated ${name} is progressing.`,
  ],
  ["4 timed out", asking, 61, `False ProgressDeadlineExceeded ${name} has timed out progressing.`],
  ["4 in time", asking, 60, "True ReplicaSetUpdated "],
  [
    "4 never without condition",
    { ...asking, status: { currentPodHash: newHash } },
    900,
    `True FoundNewReplicaSet Found new replica set "${set}"`,
  ],
  ["4 not at a pause", { ...asking, ...steps({ pause: {} }), new: "0/0" }, 61, "True ReplicaSetUpdated "],
  [
    "4 not at an analysis",
    { ...asking, ...steps({ analysis }), more: { templates } },
    61,
    "True ReplicaSetUpdated ",
  ],
  [
    "4 not while paused",
    {
      ...asking,
      status: {
        conditions: [updated, condition("Paused", "True", "RolloutPaused")],
        pauseConditions: paused,
      },
    },
    61,
    "Unknown RolloutPaused Rollout is paused",
  ],
  [
    "4 not while an old version waits",
    { ...asking, weight: 0, others: { older: { size: 1, deadline: timeAt(300) } } },
    61,
    "True ReplicaSetUpdated ",
  ],
  [
    "4 also while an empty old version has a deadline",
    { ...asking, weight: 0, others: { older: { size: 0, deadline: timeAt(30) } } },
    61,
    `False ProgressDeadlineExceeded ${name} has timed out progressing.`,
  ],
  [
    "4 at a step that scales",
    { ...asking, weight: 0, ...{ canary: { steps: [{ setCanaryScale: { replicas: 2 } }] } }, new: "2/0" },
    61,
    `False ProgressDeadlineExceeded ${name} has timed out progressing.`,
  ],
  [
    "created",
    { status: { currentPodHash: oldHash }, new: "0/0" },
    10,
    `True NewReplicaSetCreated Created new replica set "${set}"`,
  ],
  [
    "created, and back at the first step",
    { status: { currentPodHash: oldHash, currentStepIndex: 2 }, new: "0/0" },
    10,
    `True ReplicaSetUpdated ${name} is progressing.`,
  ],
  ["found", { status: {} }, 10, `True FoundNewReplicaSet Found new replica set "${set}"`],
  [
    "paused",
    { status: { conditions: [updated], pauseConditions: paused, currentStepIndex: 1 } },
    10,
    "Unknown RolloutPaused Rollout is paused",
  ],
  [
    "resumed",
    {
      new: "1/0",
      status: {
        currentStepIndex: 0,
        conditions: [
          condition("Progressing", "Unknown", "RolloutPaused"),
          condition("Paused", "True", "RolloutPaused"),
        ],
      },
    },
    10,
    "Unknown RolloutResumed Rollout is resumed",
  ],
  [
    "retried",
    { new: "1/0", status: { conditions: abortedBefore, abortedAt: timeAt(0) } },
    10,
    "Unknown RolloutRetry Retrying Rollout after abort",
  ],
];
for (const [row, given, at, want] of rows) {
  test(`condition Progressing ${row}`, () => equal(progressing(given, at), want));
}

test("condition Progressing of a create that failed", () => {
  const create = { do: "create", object: { kind: "ReplicaSet" }, why: "" } as never;
  const error = { code: 403, reason: "Forbidden", message: "no quota" };
  const options: Midway = { new: null, more: { last: { done: [], failed: { effect: create, error } } } };
  const text = `Failed to create new replica set "${set}": no quota`;
  equal(progressing(options), `False ReplicaSetCreateError ${text}`);
  deepEqual(eventsOf(decided(options)), [`Warning ReplicaSetCreateError: ${text}`]);
});

test("progress renews the update time, and the transition time only with the status", () => {
  const times = (options: Midway) => {
    const found = conditionOf(statusAfter(options, 10).conditions, "Progressing");
    return [found?.lastUpdateTime, found?.lastTransitionTime];
  };
  const moved = { updatedReplicas: 0 };
  deepEqual(times({ status: { conditions: [updated], ...moved } }), [timeAt(10), timeAt(0)]);
  const late = condition("Progressing", "False", "ProgressDeadlineExceeded");
  deepEqual(times({ status: { conditions: [late], ...moved } }), [timeAt(10), timeAt(10)]);
});

test("the deadline is looked at just after it, and not when nothing can time out", () => {
  equal(decided(asking, 40).requeueAt, secondsIn(60) + 1); // the pods are looked at after 10, 20, 40, 80 seconds
  equal(decided(promoted, 10).requeueAt, undefined);
  const started: Midway = { ...asking, new: "1/1" };
  equal(decided({ ...started, status: { ...started.status, abort: true } }, 10).requeueAt, undefined);
  equal(decided(asking, 100).requeueAt, secondsIn(160));
});

test("a deadline aborts never before a first promotion, nor after progress", () => {
  const aborts = { progressDeadlineSeconds: 60, progressDeadlineAbort: true };
  equal(statusAfter({ ...asking, spec: aborts }, 61).abort, true);
  equal(statusAfter({ ...asking, spec: aborts, stable: "same" }, 61).abort, undefined);
  equal(
    statusAfter({ ...asking, spec: aborts, status: { ...asking.status, readyReplicas: 2 } }, 61).abort,
    undefined,
  );
  equal(statusAfter({ ...asking, spec: aborts, ...steps({ pause: {} }) }, 61).abort, undefined);
});
