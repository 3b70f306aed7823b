import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { resolveBudget } from "../../src/rollout/budget.ts";
import { approximate, type BasicInput, basicSizes, basicTarget } from "../../src/rollout/podsBasic.ts";

/**
 * Surge and replicas, then `canary/stable` for each weight. Where the peer leaves the canary no pod although
 * it has a weight (surge 0: 75 % of 2, 90 % of 5, 95 % of 10), it gets all but one (core trap 52).
 */
const weights = [0, 1, 5, 10, 15, 20, 25, 33, 34, 40, 49, 50, 51, 60, 66, 67, 75, 80, 90, 95, 99, 100];
const approximations = [
  "0 1 0/1 0/1 0/1 0/1 0/1 0/1 0/1 0/1 0/1 0/1 0/1 1/0 1/0 1/0 1/0 1/0 1/0 1/0 1/0 1/0 1/0 1/0",
  "0 2 0/2 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 2/0",
  "0 3 0/3 1/2 1/2 1/2 1/2 1/2 1/2 1/2 1/2 1/2 1/2 2/1 2/1 2/1 2/1 2/1 2/1 2/1 2/1 2/1 2/1 3/0",
  "0 4 0/4 1/3 1/3 1/3 1/3 1/3 1/3 1/3 1/3 2/2 2/2 2/2 2/2 2/2 3/1 3/1 3/1 3/1 3/1 3/1 3/1 4/0",
  "0 5 0/5 1/4 1/4 1/4 1/4 1/4 1/4 2/3 2/3 2/3 2/3 3/2 3/2 3/2 3/2 3/2 4/1 4/1 4/1 4/1 4/1 5/0",
  "0 7 0/7 1/6 1/6 1/6 1/6 1/6 2/5 2/5 2/5 3/4 3/4 4/3 4/3 4/3 5/2 5/2 5/2 6/1 6/1 6/1 6/1 7/0",
  "0 10 0/10 1/9 1/9 1/9 2/8 2/8 3/7 3/7 3/7 4/6 5/5 5/5 5/5 6/4 7/3 7/3 8/2 8/2 9/1 9/1 9/1 10/0",
  "0 15 0/15 1/14 1/14 2/13 2/13 3/12 4/11 5/10 5/10 6/9 7/8 8/7 8/7 9/6 10/5 10/5 11/4 12/3 14/1 " +
    "14/1 14/1 15/0",
  "1 1 0/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/1 1/0",
  "1 2 0/2 1/2 1/2 1/2 1/2 1/2 1/2 1/2 1/2 1/2 1/1 1/1 1/1 2/1 2/1 2/1 2/1 2/1 2/1 2/1 2/1 2/0",
  "1 3 0/3 1/3 1/3 1/3 1/3 1/3 1/3 1/2 1/2 1/2 2/2 2/2 2/2 2/1 2/1 2/1 3/1 3/1 3/1 3/1 3/1 3/0",
  "1 4 0/4 1/4 1/4 1/4 1/4 1/4 1/3 2/3 2/3 2/3 2/2 2/2 2/2 3/2 3/2 3/2 3/1 4/1 4/1 4/1 4/1 4/0",
  "1 5 0/5 1/5 1/5 1/5 1/5 1/4 1/4 2/4 2/4 2/3 3/3 3/3 3/3 3/2 4/2 4/2 4/1 4/1 5/1 5/1 5/1 5/0",
  "1 7 0/7 1/7 1/7 1/7 1/6 2/6 2/6 2/5 3/5 3/5 4/4 4/4 4/4 5/3 5/3 5/2 6/2 6/2 7/1 7/1 7/1 7/0",
  "1 10 0/10 1/10 1/10 1/9 2/9 2/8 3/8 3/7 4/7 4/6 5/5 5/5 5/5 6/4 7/4 7/3 8/3 8/2 9/1 10/1 10/1 10/0",
  "1 15 0/15 1/15 1/15 2/14 2/13 3/12 4/12 5/10 5/10 6/9 8/8 8/8 8/8 9/6 10/5 10/5 12/4 12/3 14/2 " +
    "15/1 15/1 15/0",
];
for (const row of approximations) {
  const [surge = "", replicas = "", ...cells] = row.split(" ");
  test(`${replicas} pods with surge ${surge} are split for every weight`, () => {
    for (const [at, weight] of weights.entries()) {
      for (const more of surge === "0" ? [0] : [1, 2, 30]) {
        equal(
          text(approximate(Number(replicas), weight, 100, more)),
          cells[at],
          `weight ${weight}, surge ${more}`,
        );
      }
    }
  });
}

test("no pods are split into none, and a weight is one of the given maximum", () => {
  deepEqual(approximate(0, 50, 100, 1), { canary: 0, stable: 0 });
  deepEqual(approximate(10, 250, 1000, 0), approximate(10, 25, 100, 0));
  deepEqual(approximate(4, 1000, 1000, 1), { canary: 4, stable: 0 });
});

type Counts = `${number}/${number}`;
type Row = [
  replicas: number,
  weight: number,
  budget: string,
  newRS: Counts,
  stableRS: Counts,
  others: number,
  want: Counts,
];

/** Budget as surge/unavailable; ReplicaSets as size/available; the answer as canary/stable. */
const nexts: Row[] = [
  [10, 20, "2/0", "0/0", "10/10", 0, "2/10"],
  [10, 20, "20%/0", "2/2", "10/10", 0, "2/8"],
  // Available pods that are about to go do not count.
  [10, 20, "20%/0", "0/2", "10/10", 0, "2/10"],
  [10, 30, "2/0", "0/0", "10/10", 0, "2/10"],
  [10, 20, "0/2", "0/0", "10/10", 0, "0/8"],
  [10, 30, "0/2", "0/0", "10/10", 0, "0/8"],
  [10, 50, "2/1", "0/0", "10/10", 0, "2/9"],
  [10, 20, "25%/25%", "0/0", "10/10", 0, "2/8"],
  [10, 0, "1/1", "1/1", "10/10", 0, "0/10"],
  [10, 5, "0/1", "0/0", "10/10", 0, "0/9"],
  [10, 10, "0%/0%", "0/0", "10/10", 0, "0/9"],
  [4, 100, "1/0", "1/1", "4/1", 0, "1/3"],
  [10, 100, "1/1", "10/10", "1/1", 0, "10/0"],
  [1, 20, "1/0", "0/0", "1/1", 0, "1/1"],
  [1, 49, "0/1", "0/0", "1/1", 0, "0/1"],
  [1, 51, "0/1", "0/0", "1/1", 0, "0/0"],
  [1, 51, "0/1", "0/0", "0/0", 0, "1/0"],
  [10, 30, "1/0", "0/0", "1/1", 3, "1/7"],
  [10, 30, "0/3", "4/4", "8/5", 0, "3/7"],
  [10, 100, "1/0", "10/8", "10/2", 0, "9/2"],
  [10, 30, "0/1", "4/2", "8/6", 3, "4/8"],
  [4, 100, "1/0", "0/0", "4/1", 0, "1/4"],
  [4, 100, "1/0", "1/0", "4/4", 0, "1/4"],
  [3, 99, "0/2", "0/0", "3/3", 0, "0/1"],
  [3, 99, "0/2", "0/0", "1/1", 0, "2/1"],
  [10, 100, "3/0", "6/3", "7/8", 0, "6/7"],
  [10, 95, "0/1", "0/0", "10/10", 0, "0/9"],
  // Back to stable.
  [4, 0, "1/0", "4/4", "0/0", 0, "4/1"],
  [4, 0, "1/0", "4/4", "1/0", 0, "4/1"],
  [4, 0, "1/0", "4/4", "1/1", 0, "3/1"],
  // Promoted in full.
  [4, 100, "4/4", "0/0", "4/4", 0, "4/0"],
  [4, 100, "3/0", "0/0", "4/4", 0, "3/4"],
  // The step of 10 % with the default budget.
  [10, 10, "25%/25%", "0/0", "10/10", 0, "1/9"],
];
for (const [replicas, weight, budget, newRS, stableRS, others, want] of nexts) {
  const given = `${replicas} at ${weight}% within ${budget}, from ${newRS} and ${stableRS} beside ${others}`;
  test(`sizes for ${given} become ${want}`, () => {
    const input = inputOf(replicas, weight, budget);
    equal(text(basicSizes({ ...input, newRS: pods(newRS), stableRS: pods(stableRS), others })), want);
  });
}

/** Sizes canary/stable, pass by pass, one ReplicaSet at a time. */
type Trace = [replicas: number, weight: number, budget: string, trace: string, broken?: "broken"];
const traces: Trace[] = [
  [10, 20, "25%/25%", "0/10 0/8 2/8"],
  [10, 20, "1/0", "0/10 1/10 1/9 2/9 2/8"],
  [4, 50, "1/0", "0/4 1/4 1/3 2/3 2/2"],
  [4, 100, "1/0", "0/4 1/4 1/3 2/3 2/2 3/2 3/1 4/1 4/0"],
  [4, 0, "1/0", "4/0 4/1 3/1 3/2 2/2 2/3 1/3 1/4 0/4"],
  [10, 50, "0/1", "0/10 0/9 1/9 1/8 2/8 2/7 3/7 3/6 4/6 4/5 5/5"],
  [10, 20, "1/0", "8/2 8/3 7/3 7/4 6/4 6/5 5/5 5/6 4/6 4/7 3/7 3/8 2/8"],
  [10, 100, "1/0", "0/10 1/10", "broken"],
  [1, 50, "1/0", "0/1 1/1"],
  [1, 20, "2/0", "0/1 1/1"],
  [3, 33, "1/0", "0/3 1/3 1/2"],
  [3, 20, "25%/25%", "0/3 1/3"],
  [4, 100, "100%/25%", "0/4 0/3 4/3", "broken"],
];
for (const [replicas, weight, budget, trace, broken] of traces) {
  test(`${replicas} ${broken ?? "ready"} pods go to ${weight}% within ${budget}: ${trace}`, () => {
    const input = inputOf(replicas, weight, budget);
    const seen = trace.split(" ").slice(0, 1) as Counts[];
    for (let at = seen[0]; at !== undefined; at = stepFrom(at, input, broken === "broken")) {
      if (at !== seen.at(-1)) seen.push(at);
    }
    equal(seen.join(" "), trace);
  });
}

test("sizes before the ReplicaSet of the template exists leave the canary none", () => {
  const input = { ...inputOf(4, 50, "1/1"), newRS: undefined };
  deepEqual(basicSizes({ ...input, stableRS: pods("4/4") }), { canary: 0, stable: 3 });
  deepEqual(basicSizes({ ...input, stableRS: undefined }), { canary: 0, stable: 0 });
});

const alone: [newRS: Counts, budget: string, others: number, want: Counts][] = [
  ["0/0", "1/0", 0, "5/0"],
  ["2/2", "1/0", 3, "3/0"],
  ["10/10", "1/0", 0, "5/0"],
  ["10/3", "1/0", 0, "5/0"],
  ["10/0", "0/1", 0, "5/0"],
  ["5/5", "1/0", 0, "5/0"],
];
for (const [newRS, budget, others, want] of alone) {
  test(`five pods of one version, ${newRS} beside ${others} within ${budget}, become ${want}`, () => {
    const only = pods(newRS);
    const input = { ...inputOf(5, 20, budget), newRS: only, others };
    equal(text(basicSizes({ ...input, stableRS: only })), want);
    equal(text(basicSizes({ ...input, stableRS: undefined })), want);
  });
}

test("the target is the split for the weight, and everything when there is nothing to replace", () => {
  const input = { ...inputOf(10, 50, "1/0"), newRS: pods("2/1"), stableRS: pods("9/9") };
  deepEqual(basicTarget(input), { canary: 5, stable: 5 });
  deepEqual(basicTarget({ ...input, stableRS: undefined }), { canary: 10, stable: 0 });
  deepEqual(basicTarget({ ...input, stableRS: input.newRS }), { canary: 10, stable: 0 });
});

/**
 * The next pass when every pod, or every stable one, becomes available at once; undefined when nothing moves.
 */
function stepFrom(from: Counts, input: BasicInput, broken: boolean): Counts | undefined {
  const [canary = 0, stable = 0] = numbers(from);
  const newRS = { size: canary, available: broken ? 0 : canary };
  const next = basicSizes({ ...input, newRS, stableRS: { size: stable, available: stable } });
  if (next.stable !== stable) return `${canary}/${next.stable}`;
  return next.canary === canary ? undefined : `${next.canary}/${stable}`;
}

function inputOf(replicas: number, weight: number, budget: string): BasicInput {
  const [surge, unavailable] = budget.split("/").map((part) => (part.endsWith("%") ? part : Number(part)));
  return {
    replicas,
    weight,
    budget: resolveBudget(replicas, surge, unavailable, "canary"),
    newRS: undefined,
    stableRS: undefined,
    others: 0,
  };
}

function pods(counts: Counts) {
  const [size = 0, available = 0] = numbers(counts);
  return { size, available };
}

function numbers(counts: Counts): number[] {
  return counts.split("/").map(Number);
}

function text({ canary, stable }: { canary: number; stable: number }): string {
  return `${canary}/${stable}`;
}
