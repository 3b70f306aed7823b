import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { bad, good, job, lab, metric, outline, played, type Vector } from "./lab.ts";

const vectors: readonly [name: string, vector: Vector][] = [
  [
    "four errors, defaults",
    {
      metrics: [metric("err")],
      rounds: 4,
      want: { phase: "Running", metrics: ["err Running"], runSummary: { count: 1 }, dryRunSummary: {} },
    },
  ],
  [
    "five errors, defaults (analysis trap 13)",
    {
      metrics: [metric("err")],
      rounds: 5,
      want: {
        phase: "Error",
        message:
          'Metric "err" assessed Error due to consecutiveErrors (5) > consecutiveErrorLimit (4): "Error Message: no such host"',
        metrics: ["err Error"],
        runSummary: { count: 1, error: 1 },
        dryRunSummary: {},
      },
    },
  ],
  [
    "a dry metric fails, the main one misses consecutiveSuccessLimit (analysis traps 22, 23)",
    {
      metrics: [
        metric("bad-dry"),
        metric("bad-main", { failureLimit: -1, consecutiveSuccessLimit: 1, count: 1 }),
      ],
      more: { dryRun: [{ metricName: "dry" }] },
      want: {
        phase: "Failed",
        metrics: ["bad-dry Failed", "bad-main Failed"],
        runSummary: { count: 1, successful: 1 },
        dryRunSummary: { count: 1, failed: 1 },
      },
    },
  ],
  [
    "failureLimit and consecutiveSuccessLimit, count exhausted (analysis trap 23)",
    {
      metrics: [metric("bad", { failureLimit: 1, consecutiveSuccessLimit: 1, count: 2, interval: "1s" })],
      rounds: 2,
      want: {
        phase: "Failed",
        message: 'Metric "bad" assessed Failed due to failed (2) > failureLimit (1)',
        metrics: ["bad Failed"],
        runSummary: { count: 1, failed: 1 },
        dryRunSummary: {},
      },
    },
  ],
  [
    "two failing metrics",
    {
      metrics: [metric("bad-j1"), metric("bad-k")],
      want: {
        phase: "Failed",
        message: 'Metric "bad-j1" assessed Failed due to failed (1) > failureLimit (0)',
        metrics: ["bad-j1 Failed", "bad-k Failed"],
        runSummary: { count: 2, failed: 2 },
        dryRunSummary: {},
      },
    },
  ],
  [
    "a metric and a delayed one",
    {
      metrics: [metric("m", { interval: "1m" }), metric("late", { initialDelay: "1h" })],
      want: { phase: "Running", metrics: ["m Running"], runSummary: { count: 2 }, dryRunSummary: {} },
    },
  ],
  [
    'count "0", no interval',
    {
      metrics: [metric("m", { count: "0" })],
      want: {
        phase: "Successful",
        metrics: ["m Successful"],
        runSummary: { count: 1, successful: 1 },
        dryRunSummary: {},
      },
    },
  ],
  [
    'count "abc" and an interval (analysis trap 24)',
    {
      metrics: [metric("m", { count: "abc", interval: "1s" })],
      rounds: 3,
      want: { phase: "Running", metrics: ["m Running"], runSummary: { count: 1 }, dryRunSummary: {} },
    },
  ],
  [
    "a provider that cannot be built, consecutiveErrorLimit 0",
    {
      metrics: [metric("err", { consecutiveErrorLimit: 0 })],
      want: {
        phase: "Error",
        message:
          'Metric "err" assessed Error due to consecutiveErrors (1) > consecutiveErrorLimit (0): "Error Message: no such host"',
        metrics: ["err Error"],
        runSummary: { count: 1, error: 1 },
        dryRunSummary: {},
      },
    },
  ],
  [
    "Failed is worse than Error across metrics (analysis trap 16)",
    {
      metrics: [metric("err", { consecutiveErrorLimit: 0 }), metric("bad")],
      want: {
        phase: "Failed",
        message: 'Metric "bad" assessed Failed due to failed (1) > failureLimit (0)',
        metrics: ["err Error", "bad Failed"],
        runSummary: { count: 2, error: 1, failed: 1 },
        dryRunSummary: {},
      },
    },
  ],
  [
    "one metric fails, its siblings end with it (analysis trap 17)",
    {
      metrics: [
        metric("m", { interval: "1h" }),
        metric("bad"),
        job("job"),
        metric("late", { initialDelay: "1h" }),
      ],
      want: {
        phase: "Failed",
        message: 'Metric "bad" assessed Failed due to failed (1) > failureLimit (0)',
        metrics: ["m Successful", "bad Failed", "job Inconclusive"],
        runSummary: { count: 4, successful: 1, failed: 1, inconclusive: 1 },
        dryRunSummary: {},
      },
    },
  ],
  [
    "failureLimit 3 tolerates three (analysis trap 14)",
    {
      metrics: [metric("bad", { failureLimit: 3, interval: "1s" })],
      rounds: 3,
      want: { phase: "Running", metrics: ["bad Running"], runSummary: { count: 1 }, dryRunSummary: {} },
    },
  ],
  [
    "failureLimit 3 fails at the fourth (analysis trap 14)",
    {
      metrics: [metric("bad", { failureLimit: 3, interval: "1s" })],
      rounds: 4,
      want: {
        phase: "Failed",
        message: 'Metric "bad" assessed Failed due to failed (4) > failureLimit (3)',
        metrics: ["bad Failed"],
        runSummary: { count: 1, failed: 1 },
        dryRunSummary: {},
      },
    },
  ],
  [
    "only dry metrics: successful whatever they say",
    {
      metrics: [metric("bad")],
      more: { dryRun: [{ metricName: ".*" }] },
      want: {
        phase: "Successful",
        metrics: ["bad Failed"],
        runSummary: {},
        dryRunSummary: { count: 1, failed: 1 },
      },
    },
  ],
  [
    "consecutiveSuccessLimit reached",
    {
      metrics: [metric("m", { consecutiveSuccessLimit: 2, interval: "1s" })],
      rounds: 2,
      want: {
        phase: "Successful",
        metrics: ["m Successful"],
        runSummary: { count: 1, successful: 1 },
        dryRunSummary: {},
      },
    },
  ],
];
for (const [name, { want, ...vector }] of vectors) {
  test(`analysis vector 10.1: ${name}`, async () => deepEqual(await played(vector), want));
}

test("analysis vector 10.1: inconclusive when both limits apply and the count is exhausted", async () => {
  const answers = [bad, good];
  const spec = {
    metrics: [metric("m", { failureLimit: 1, consecutiveSuccessLimit: 2, count: 3, interval: "1s" })],
  };
  const run = lab({ spec, measure: () => answers[run.asked.length % 2] ?? good });
  for (let round = 0; round < 3; round += 1) {
    await run.settle();
    run.pass(11);
  }
  equal(run.asked.length, 3);
  deepEqual(outline(run.status), {
    phase: "Inconclusive",
    metrics: ["m Inconclusive"],
    runSummary: { count: 1, successful: 1 },
    dryRunSummary: {},
  });
});
