import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import { newAnalysisRun } from "../../src/analysis/templates.ts";
import type { Metric } from "../../src/analysis/types.ts";
import { type Instant, instant, later, seconds } from "../../src/api/time.ts";
import type { Measure } from "../../src/reconcile/measure.ts";
import { backtest } from "../../src/sim/backtest.ts";
import { measureFrom, type Samples, type Series } from "../../src/sim/samples.ts";

const from = instant("2024-05-01T12:00:00Z");
const minute = (count: number): Instant => later(from, seconds(60 * count));
const query = "rate";
const rate = (more: Partial<Metric> = {}): Metric => ({
  name: "rate",
  interval: "1m",
  failureCondition: "result[0] < 0.95",
  provider: { prometheus: { query } },
  ...more,
});

/** A point a minute, by its number. */
function series(length: number, value: (at: number) => number | undefined, label = ""): Series {
  const points = Array.from({ length }, (_, at) => [minute(at), value(at)] as const);
  return { label, points: points.flatMap(([at, one]) => (one === undefined ? [] : [[at, one] as const])) };
}

const nobody: Measure = async () => ({ is: "error", message: "nobody is asked" });

function tried(metrics: readonly Metric[], samples: Samples, minutes: number) {
  const run = newAnalysisRun({ metadata: { name: "t", namespace: "ns" }, templates: [{ metrics }] });
  const measure = measureFrom(new Map([[query, samples]]), seconds(60), nobody);
  return backtest(run, { from, to: minute(minutes), step: seconds(60), measure });
}

const regression = series(240, (at) => (at < 137 ? 0.99 : 0.4));

test("S7: a background analysis tells the minute of a seeded regression", async () => {
  const [first] = await tried([rate()], { isScalar: false, series: [regression] }, 240);
  equal(first?.phase, "Failed");
  match(first?.message ?? "", /Metric "rate" assessed Failed due to failed \(1\) > failureLimit \(0\)/);
  equal(Math.floor((first?.endedAt ?? 0) / 60_000), minute(137) / 60_000);
  equal(first?.measurements.length, 138);
  deepEqual(first?.measurements.at(-1)?.value, "[0.4]");
});

test("S7: repeated analyses of 5 minutes fail from the one on that meets the regression", async () => {
  const trials = await tried([rate({ count: 5 })], { isScalar: false, series: [regression] }, 160);
  const firstBad = trials.findIndex(({ phase }) => phase === "Failed");
  const { startedAt = from, endedAt = from } = trials[firstBad] ?? {};
  equal(
    trials.slice(0, firstBad).every(({ phase }) => phase === "Successful"),
    true,
  );
  equal(startedAt <= minute(137) && endedAt >= minute(137) && endedAt < minute(138), true);
  equal(
    trials.slice(firstBad, -1).every(({ phase }) => phase === "Failed"),
    true,
  );
});

test("without a regression nothing is said, and the last analysis is still running", async () => {
  const trials = await tried([rate()], { isScalar: false, series: [series(30, () => 0.99)] }, 30);
  deepEqual(
    trials.map(({ phase, startedAt, endedAt }) => [phase, startedAt, endedAt]),
    [["Running", from, minute(30)]],
  );
});

const several = [series(9, () => 1, "a"), series(9, (at) => (at < 3 ? undefined : 0.5), "b")];
const answers: readonly [name: string, samples: Samples, at: number, want: string][] = [
  ["a vector has all series", { isScalar: false, series: several }, 4, "[1,0.5]"],
  ["a series that has not begun is left out", { isScalar: false, series: several }, 2, "[1]"],
  ["old points say nothing", { isScalar: false, series: several }, 20, "[]"],
  ["a scalar is a number", { isScalar: true, series: several }, 1, "1"],
  ["a scalar without a point is NaN", { isScalar: true, series: [] }, 1, "NaN"],
];
for (const [name, samples, at, want] of answers) {
  test(`samples: ${name}`, async () => {
    const measure = measureFrom(new Map([[query, samples]]), seconds(60), nobody);
    const request = { run: { namespace: "", name: "", uid: "" }, metric: rate(), timeOf: () => from };
    const told = await measure(
      { ...request, task: { do: "run", number: 1 }, now: later(minute(at), seconds(30)) },
      new AbortController().signal,
    );
    equal(told.is === "value" && told.text, want);
  });
}

test("what no samples answer is asked of the provider", async () => {
  const [first] = await tried(
    [rate({ provider: { prometheus: { query: "other" } }, consecutiveErrorLimit: 0 })],
    { isScalar: false, series: [] },
    5,
  );
  deepEqual([first?.phase, first?.measurements[0]?.message], ["Error", "nobody is asked"]);
});
