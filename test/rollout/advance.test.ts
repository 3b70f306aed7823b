import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { conditionOf } from "../../src/reconcile/conditions.ts";
import { condition, decided, type Midway, newHash, secondsIn, statusAfter, timeAt } from "./seen.ts";

const aborts = { progressDeadlineSeconds: 60, progressDeadlineAbort: true };
const updated = (at: number) => condition("Progressing", "True", "ReplicaSetUpdated", "", at);
const text = (size: number, ready: number, available: number, stable: number) =>
  `At best of 4 replicas since the step began: ${size} of the new version asked for, ${ready} ready, ` +
  `${available} available; ${stable} of stable available`;
const best = (size: number, available: number, stable: number) =>
  condition("Advanced", "True", "BestSoFar", text(size, available, available, stable));
const flapping: Midway = {
  new: "1/0",
  stable: "3/3",
  spec: aborts,
  status: { conditions: [updated(50), best(1, 1, 3)] },
};
const advancedIn = (given: Midway, at: number) => {
  const found = conditionOf(statusAfter(given, at).conditions, "Advanced");
  return found === undefined ? undefined : [found.message, found.lastUpdateTime];
};

test("pods that come and go do not push the deadline of an abort out", () => {
  equal(statusAfter(flapping, 60).abort, undefined);
  const { abort, message } = statusAfter(flapping, 61);
  equal(abort, true);
  equal(
    message,
    `RolloutAborted: Rollout aborted update to revision 2: ReplicaSet "web-${newHash}" has timed out progressing.`,
  );
});

test("without progressDeadlineAbort nothing is counted, and pods that come and go are progress", () => {
  const given = { ...flapping, spec: { progressDeadlineSeconds: 60 } };
  equal(advancedIn(given, 10), undefined);
  equal(statusAfter({ ...given, status: { conditions: [updated(50)] } }, 61).phase, "Progressing");
});

test("a pod that is back where it was is no advance, and one more is", () => {
  const back: Midway = {
    ...flapping,
    canary: { steps: [{ setWeight: 75 }, { pause: {} }] },
    new: "3/1",
    stable: "1/1",
    status: { conditions: [updated(30), best(3, 1, 1)], availableReplicas: 1 },
  };
  deepEqual(advancedIn(back, 40), [text(3, 1, 1, 1), timeAt(0)]);
  equal(conditionOf(statusAfter(back, 40).conditions, "Progressing")?.lastUpdateTime, timeAt(40));
  equal(statusAfter(back, 61).abort, true);
  const more: Midway = { ...back, new: "3/2" };
  deepEqual(advancedIn(more, 40), [text(3, 2, 2, 1), timeAt(40)]);
  equal(statusAfter(more, 61).abort, undefined);
});

const resets: readonly [name: string, given: Midway, want: readonly string[] | undefined][] = [
  [
    "is counted from the first look on",
    { ...flapping, status: { conditions: [updated(0)] } },
    [text(1, 0, 0, 3), timeAt(40)],
  ],
  [
    "begins anew with another number of replicas",
    { ...flapping, spec: { ...aborts, replicas: 8 }, stable: "7/7" },
    [text(1, 0, 0, 7).replace("of 4", "of 8"), timeAt(40)],
  ],
  [
    "begins anew with another step",
    { ...flapping, new: "1/1", canary: { steps: [{ setWeight: 25 }, { setWeight: 75 }] } },
    [text(1, 1, 1, 3), timeAt(40)],
  ],
  ["ends at a step that waits by design", { ...flapping, canary: { steps: [{ pause: {} }] } }, undefined],
  ["ends with an abort", { ...flapping, status: { ...flapping.status, abort: true } }, undefined],
  ["ends with a promotion", { ...flapping, stable: "same", new: "4/3" }, undefined],
  [
    "counts no first deployment",
    { ...flapping, status: { ...flapping.status, stableRS: "" }, stable: null },
    undefined,
  ],
];
for (const [name, given, want] of resets) {
  test(`what an update has reached ${name}`, () => deepEqual(advancedIn(given, 40), want));
}

test("the deadline of an abort is looked at just after it", () => {
  equal(
    decided({ ...flapping, status: { conditions: [updated(50), best(1, 1, 3)] } }, 60).requeueAt,
    secondsIn(60) + 1,
  );
});

test("what an update has reached is not written again", () => {
  const first = statusAfter(flapping, 40);
  equal(decided({ ...flapping, status: { ...first } }, 41).status?.patch, undefined);
});
