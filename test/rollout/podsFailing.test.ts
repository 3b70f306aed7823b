import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { conditionOf } from "../../src/reconcile/conditions.ts";
import { pod } from "../support/rolloutSeen.ts";
import {
  condition,
  decided,
  eventsOf,
  type Midway,
  newHash,
  oldHash,
  secondsIn,
  statusAfter,
  timeAt,
} from "./seen.ts";

const crash = { state: { waiting: { reason: "CrashLoopBackOff" } } };
const ill = (name: string, more: object = crash, hash = newHash): KubeObject => ({
  ...pod(name, { hash, ready: false }),
  status: { containerStatuses: [{ name: "web", image: "web:2", restartCount: 3, ...more }] },
});
const noImage = { state: { waiting: { reason: "ErrImagePull" } } };
const because = 'container "web" ends again and again (CrashLoopBackOff)';
const message = `Pods of ReplicaSet "web-${newHash}" fail: 2 of 3 because ${because}`;
const updated = condition("Progressing", "True", "ReplicaSetUpdated");
const begun = condition("Completed", "False", "RolloutCompleted");
const known = condition("PodsFailing", "True", "CrashLoopBackOff", message);
const update = (conditions: readonly object[], pods: readonly KubeObject[] | undefined): Midway => ({
  canary: { steps: [{ setWeight: 75 }, { pause: {} }] },
  new: "3/1",
  stable: "1/1",
  status: { conditions: [begun, ...conditions] },
  more: { pods },
});
const two = [ill("a"), ill("b")];
const failing = (given: Midway, at = 15) => conditionOf(statusAfter(given, at).conditions, "PodsFailing");

test("pods that fail are named in a condition, with an event", () => {
  const given = update([updated], [...two, pod("c", { hash: newHash })]);
  deepEqual(failing(given), { ...known, lastUpdateTime: timeAt(15), lastTransitionTime: timeAt(15) });
  deepEqual(eventsOf(decided(given, 15)), [`Warning PodsFailing: ${message}`]);
});

test("the message of a rollout with failing pods is the peer's", () => {
  const { phase, message: said } = statusAfter(update([updated], two), 15);
  deepEqual([phase, said], ["Progressing", "more replicas need to be updated"]);
});

test("pods that fail for several reasons: the most frequent one is the reason", () => {
  const found = failing(update([updated], [ill("a", noImage), ill("b"), ill("c", noImage)]));
  equal(found?.reason, "ImagePullBackOff");
  equal(
    found?.message,
    `Pods of ReplicaSet "web-${newHash}" fail: 2 of 3 because container "web" does not get its image "web:2" ` +
      `(ImagePullBackOff); 1 of 3 because ${because}`,
  );
});

const stays: readonly [name: string, given: Midway, at: number, want: string | undefined][] = [
  ["not before it is time to look", update([updated], two), 9, undefined],
  ["not without a look", update([updated], undefined), 15, undefined],
  ["not the pods of other versions", update([updated], [ill("a", crash, oldHash)]), 15, undefined],
  ["it stays until the next look", update([updated, known], undefined), 15, message],
  ["it goes when nothing is found any more", update([updated, known], []), 15, undefined],
  ["it goes when all pods are there", { ...update([updated, known], undefined), new: "3/3" }, 15, undefined],
  [
    "it goes when no pods are asked for",
    { ...update([updated, known], undefined), new: "0/0" },
    15,
    undefined,
  ],
  [
    "it stays when the update was aborted",
    {
      ...update([updated, known], undefined),
      new: "0/0",
      status: { conditions: [updated, known], abort: true },
    },
    15,
    message,
  ],
  [
    "it goes with another version",
    { ...update([], undefined), status: { conditions: [updated, known], currentPodHash: oldHash } },
    15,
    undefined,
  ],
];
for (const [name, given, at, want] of stays) {
  test(`pods that fail: ${name}`, () => equal(failing(given, at)?.message, want));
}

test("the same failure again is neither written nor told", () => {
  const settled = statusAfter(update([updated, known], two), 15);
  const again = decided({ ...update([], two), status: { ...settled } }, 16);
  deepEqual([again.status?.patch, again.status?.events], [undefined, []]);
});

test("more pods that fail for the same reason are written and not told", () => {
  const given = update([updated, known], [...two, ill("c")]);
  equal(failing(given)?.message, message.replace("2 of 3", "3 of 3"));
  equal(failing(given)?.lastTransitionTime, timeAt(0));
  deepEqual(eventsOf(decided(given, 15)), []);
});

test("another reason is told", () => {
  deepEqual(eventsOf(decided(update([updated, known], [ill("a", noImage)]), 15)), [
    `Warning PodsFailing: Pods of ReplicaSet "web-${newHash}" fail: 1 of 3 because container "web" does not get ` +
      'its image "web:2" (ImagePullBackOff)',
  ]);
});

test("the next look at pods that are missing is asked for", () => {
  equal(decided(update([updated, known], two), 15).requeueAt, secondsIn(20));
});
