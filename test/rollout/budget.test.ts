import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { resolveBudget } from "../../src/rollout/budget.ts";

type Allowance = number | string | undefined;
type Result = [surge: number, unavailable: number];

const canaries: [replicas: number, surge: Allowance, unavailable: Allowance, want: Result][] = [
  // The defaults.
  [0, undefined, undefined, [0, 0]],
  [1, undefined, undefined, [1, 0]],
  [2, undefined, undefined, [1, 0]],
  [3, undefined, undefined, [1, 0]],
  [4, undefined, undefined, [1, 1]],
  [5, undefined, undefined, [2, 1]],
  [10, undefined, undefined, [3, 2]],
  [100, undefined, undefined, [25, 25]],
  // Texts are percentages, with and without sign; numbers are pods.
  [10, "25", "25", [3, 2]],
  [10, "25%", "25%", [3, 2]],
  [10, 25, 3, [25, 3]],
  [10, "1", 0, [1, 0]],
  [200, "1", 0, [2, 0]],
  [10, "100%", "100%", [10, 10]],
  [10, "20%", 0, [2, 0]],
  // Never neither.
  [10, "0%", "0%", [0, 1]],
  [10, 0, 0, [0, 1]],
  [10, 0, "5%", [0, 1]],
  [0, 0, 0, [0, 0]],
  // Not more unavailable than there are.
  [4, 0, 5, [0, 4]],
  [4, 0, "200%", [0, 4]],
  [0, 3, 3, [3, 0]],
  // What is no number.
  [10, "many", 3, [0, 0]],
  [10, 3, "a few", [0, 0]],
  [10, "1.5%", 3, [0, 0]],
  [10, "", 3, [0, 0]],
];
for (const [replicas, maxSurge, maxUnavailable, [surge, unavailable]] of canaries) {
  const given = JSON.stringify([maxSurge ?? "default", maxUnavailable ?? "default"]);
  test(`a canary of ${replicas} with ${given} may have ${surge} more and ${unavailable} less`, () => {
    deepEqual(resolveBudget(replicas, maxSurge, maxUnavailable, "canary"), { surge, unavailable });
  });
}

const blueGreens: [replicas: number, unavailable: Allowance, want: number][] = [
  [1, "75%", 0],
  [2, "75%", 1],
  [3, "75%", 2],
  [4, "75%", 3],
  [10, "75%", 7],
  [4, undefined, 1],
  [3, undefined, 0],
  [3, 0, 0],
  [3, 5, 3],
  [3, "x", 0],
];
for (const [replicas, maxUnavailable, unavailable] of blueGreens) {
  test(`blue-green of ${replicas} with ${maxUnavailable ?? "default"} may have ${unavailable} less`, () => {
    deepEqual(resolveBudget(replicas, undefined, maxUnavailable, "blueGreen"), { surge: 0, unavailable });
    deepEqual(resolveBudget(replicas, 3, maxUnavailable, "blueGreen"), { surge: 0, unavailable });
  });
}
