import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { rollbackTime, summary } from "../../src/demo/summary.ts";
import { tally } from "./moments.ts";

const good = {
  tag: "v1.5.0",
  took: 17_310,
  weights: [10, 30, 60, 100],
  tally: tally({ requests: 2_310, failures: 5 }),
};
const hit = tally({ requests: 150, failures: 52, usersHit: 50, firstFailureAt: 1_000, lastAnswerAt: 5_160 });
const bad = { tag: "v1.6.0-bad", took: 6_000, weights: [10, 30], tally: hit };

test("the summary tells both stories by their numbers, within 60 columns", () => {
  const lines = summary({ good, bad, users: 1_000, lost: 0 });
  deepEqual(lines, [
    "good release v1.5.0: promoted in 17.3 s",
    "  traffic             10 → 30 → 60 → 100 %",
    "  failed requests     5 of 2,310 (0.2 %)",
    "bad release v1.6.0-bad: taken back by itself",
    "  traffic             10 → 30 → 0 %",
    "  failed requests     52 of 150 (34.7 %)",
    "  users hit           50 of 1,000 (5.0 %)",
    "  seconds to rollback 4.2 (first failure to last answer)",
    "requests without a pod: 0",
  ]);
  equal(Math.max(...lines.map((line) => line.length)) <= 60, true);
});

test("without a failure nobody waited for the rollback", () => equal(rollbackTime(tally()), 0));
