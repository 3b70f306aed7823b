import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { nextFor } from "../../src/analysis/due.ts";
import { decoded, floats, outcomeOf, type Value } from "../../src/analysis/expression/index.ts";
import { dryRunNames } from "../../src/analysis/rules.ts";
import type { MetricResult } from "../../src/analysis/types.ts";
import { rfc3339, seconds } from "../../src/api/time.ts";
import type { Measured } from "../../src/reconcile/measure.ts";
import { bad, good, lab, metric, outline, start } from "./lab.ts";

const noData = "metric result is nil or empty: no data returned from the metric provider";
const empty = floats([]);
const object = decoded({ a: 1, s: "x" });

/** Conditions that do not do what they seem to; a text is part of the message of an error. */
const conditions: readonly [trap: number, result: Value, condition: string, wanted: string][] = [
  [4, empty, "default(result[0], 0) < 1", noData],
  [4, floats([5]), "default(result[0], 0) < 10", "invalid operation: []float64 < int"],
  [4, object, "default(result.zz, 0) < 1", "invalid operation: map[string]interface {} < int"],
  [4, object, "(result.zz ?? 0) < 1", "Successful"],
  [4, empty, "len(result) == 0 || result[0] < 1", "Successful"],
  [5, floats([5]), "isNil(result[3])", "index out of range: 3 (array length is 1)"],
  [5, object, "isNil(result.zz)", "Failed"],
  [5, empty, "isNil(result)", "Failed"],
  [6, floats([5]), "all(result,", "unexpected token EOF"],
  [7, decoded(4), "result % 2 == 0", "invalid operation"],
  [7, decoded(4), "int(result) % 2 == 0", "Successful"],
  [8, decoded(4), 'result == "4"', "mismatched types"],
  [8, object, "result.s == 1", "Failed"],
  [8, object, "result.s < 1", "invalid operation: string < int"],
];
for (const [trap, result, successCondition, wanted] of conditions) {
  test(`analysis trap ${trap}: ${successCondition}`, () => {
    const { phase, message = "" } = outcomeOf({ result, successCondition, now: start });
    if (["Successful", "Failed"].includes(wanted)) equal(phase, wanted, message);
    else {
      equal(phase, "Error");
      equal(message.includes(wanted), true, message);
    }
  });
}

test("analysis trap 12: an interval counts from the end of a measurement to the next", async () => {
  let answer: (told: Measured) => void = () => {};
  const measure = () => new Promise<Measured>((resolve) => (answer = resolve));
  const run = lab({ spec: { metrics: [metric("m", { interval: "1m" })] }, measure });
  await run.settle();
  run.pass(30);
  answer(good);
  const plan = await run.settle();
  deepEqual(run.status.metricResults?.[0]?.measurements, [
    { phase: "Successful", startedAt: rfc3339(start), finishedAt: "2024-05-01T12:00:30Z", value: "1" },
  ]);
  equal(plan?.requeueAt, start + seconds(90) + 1);
});

const limits: readonly [name: string, counters: Partial<MetricResult>, phase: string, message: RegExp][] = [
  ["all three", { failed: 1, inconclusive: 1, consecutiveError: 5 }, "Error", /consecutiveErrors \(5\)/],
  ["two", { failed: 1, inconclusive: 1 }, "Inconclusive", /inconclusive \(1\) > inconclusiveLimit \(0\)/],
];
for (const [name, counters, phase, message] of limits) {
  test(`analysis trap 15: of several limits that are exceeded the last counts (${name})`, async () => {
    const measurements = [{ phase: "Error", finishedAt: rfc3339(start) }];
    const result = { name: "m", phase: "Running", measurements, ...counters };
    const status = { phase: "Running", startedAt: rfc3339(start), metricResults: [result] };
    const run = lab({ spec: { metrics: [metric("m", { interval: "1m" })] }, status });
    await run.look();
    equal(run.status.phase, phase);
    match(run.status.message ?? "", message);
  });
}

test("analysis trap 21: a rule is looked for anywhere in the name", () => {
  const names = ["my-test-2", "test", "other"];
  deepEqual([...dryRunNames([{ metricName: "test" }], names)], ["my-test-2", "test"]);
  deepEqual([...dryRunNames([{ metricName: "^test$" }], names)], ["test"]);
});

test("analysis trap 36: the status is patched on the object itself, and nothing but the status", async () => {
  const run = lab({ spec: { metrics: [metric("m")] } });
  const plan = await run.look();
  deepEqual(plan?.effects, []);
  equal(plan?.status?.subresource, undefined);
  deepEqual(Object.keys(plan?.status?.patch as object).sort(), [
    "dryRunSummary",
    "phase",
    "runSummary",
    "startedAt",
  ]);
});

test("analysis trap 14: without failure limit a run goes on until it has succeeded often enough", async () => {
  const answers = [bad, bad, bad, good, good];
  const often = metric("m", { failureLimit: -1, consecutiveSuccessLimit: 2, interval: "1s" });
  const run = lab({ spec: { metrics: [often] }, measure: () => answers.shift() ?? bad });
  for (let round = 0; round < 5; round += 1) {
    await run.settle();
    run.pass(2);
  }
  deepEqual(outline(run.status), {
    phase: "Successful",
    metrics: ["m Successful"],
    runSummary: { count: 1, successful: 1 },
    dryRunSummary: {},
  });
});

test("analysis vector 10.2: an initial delay counts from the start that the status has", () => {
  const delayed = metric("m", { initialDelay: "30s" });
  const timing = { startedAt: undefined, terminating: false, now: start };
  equal(nextFor(delayed, undefined, timing)?.from, start + seconds(30));
  const begun = { ...timing, startedAt: (start - seconds(31)) as typeof start };
  equal(nextFor(delayed, undefined, begun)?.from, start - seconds(1));
});
