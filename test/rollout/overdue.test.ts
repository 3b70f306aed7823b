import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { podsLook } from "../../src/rollout/overdue.ts";
import { condition, type Midway, secondsIn, viewAt } from "./seen.ts";

const moved = { conditions: [condition("Progressing", "True", "ReplicaSetUpdated")] };
const missing: Midway = { new: "2/1", status: moved };
const unready = { ...missing, new: { size: 2, available: 1 } };
const slow = { spec: { minReadySeconds: 30 } };

/** Seconds since the last progress; when the look was due, when the next one is. */
const looks: readonly [name: string, given: Midway, at: number, due?: number | undefined, next?: number][] = [
  ["none while all pods are there", { ...missing, new: "2/2" }, 900],
  ["none of a version that does not exist", { ...missing, new: null }, 900],
  ["none while its update has not begun", { ...missing, status: { ...moved, currentPodHash: "old" } }, 900],
  ["none before anything is known", { new: "2/1" }, 900],
  ["waits for ten seconds", missing, 9, undefined, 10],
  ["first after ten seconds", missing, 10, 10, 20],
  ["again after twice the time", missing, 19, 10, 20],
  ["each after twice the time: 20", missing, 20, 20, 40],
  ["each after twice the time: 40", missing, 79, 40, 80],
  ["each after twice the time: 320", missing, 639, 320, 640],
  ["then every 640 seconds", missing, 640, 640, 1280],
  ["and goes on so for days", missing, 640 * 405 + 1, 640 * 405, 640 * 406],
  ["counts minReadySeconds only once all are ready", { ...unready, ...slow }, 10, 10, 20],
];
for (const [name, given, at, due, next] of looks) {
  test(`a look at overdue pods: ${name}`, () => {
    const look = podsLook(viewAt(given, at));
    const instantOf = (seconds?: number) => (seconds === undefined ? undefined : secondsIn(seconds));
    deepEqual([look?.due, look?.next], [instantOf(due), instantOf(next)]);
  });
}

test("a look at overdue pods: pods that are ready have their minReadySeconds first", () => {
  const view = viewAt({ ...missing, ...slow }, 39);
  const ready = { ...view, newRS: view.newRS && { ...view.newRS, ready: 2 } };
  deepEqual(podsLook(ready), { due: undefined, next: secondsIn(40) });
});
