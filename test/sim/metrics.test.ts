import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import type { Metric } from "../../src/api/metric.ts";
import { seconds } from "../../src/api/time.ts";
import type { Measured, MeasureRequest } from "../../src/reconcile/measure.ts";
import { type MetricOutcome, simulatedMetrics } from "../../src/sim/metrics.ts";
import { after } from "./controllers/objects.ts";

const value = (shown: unknown, from = 0): MetricOutcome => ({
  metric: "rate",
  shows: { is: "value", value: shown },
  from: seconds(from),
});

/** What the metric `rate` shows so many seconds after the update, without functions and typed lists. */
async function shown(
  outcomes: readonly MetricOutcome[],
  at: number,
  metric: Partial<Metric> = {},
): Promise<unknown> {
  const measure = simulatedMetrics(outcomes, () => after(0));
  const request = { metric: { name: "rate", provider: { prometheus: {} }, ...metric }, now: after(at) };
  const answer: Measured = await measure(request as unknown as MeasureRequest, new AbortController().signal);
  if (answer.is === "verdict") return answer.phase;
  if (answer.is !== "value") return answer.is;
  return answer.value instanceof Float64Array
    ? { floats: [...answer.value], text: answer.text }
    : answer.value;
}

const web = { provider: { web: { url: "http://x" } } } as Partial<Metric>;
const cases: [name: string, outcomes: MetricOutcome[], at: number, metric: Partial<Metric>, want: unknown][] =
  [
    ["nothing was said about", [], 1, {}, "Successful"],
    ["nothing was said about yet", [value(0.9, 60)], 59, {}, "Successful"],
    ["has begun to be bad", [value(0.9, 60)], 60, {}, { floats: [0.9], text: "[0.9]" }],
    ["the latest outcome counts", [value(0.9, 60), value(0.8, 70)], 75, {}, { floats: [0.8], text: "[0.8]" }],
    ["said last counts", [value(0.9), value(0.8)], 0, {}, { floats: [0.8], text: "[0.8]" }],
    ["is a list", [value([0.9, "NaN"])], 0, {}, { floats: [0.9, Number.NaN], text: "[0.9,NaN]" }],
    ["is compared itself", [value(0.9)], 0, { successCondition: "result > 0.5" }, 0.9],
    [
      "is looked into",
      [value(0.9)],
      0,
      { successCondition: "result[0] > 0.5" },
      { floats: [0.9], text: "[0.9]" },
    ],
    ["comes from elsewhere", [value({ ok: true })], 0, web, { ok: true }],
    ["has no data", [{ ...value(0), shows: { is: "nodata" } }], 0, {}, { floats: [], text: "[]" }],
    ["has no data from elsewhere", [{ ...value(0), shows: { is: "nodata" } }], 0, web, null],
    ["fails", [{ ...value(0), shows: { is: "error" } }], 0, {}, "error"],
    ["is another one", [{ ...value(0.1), metric: "other" }], 0, {}, "Successful"],
  ];
for (const [name, outcomes, at, metric, want] of cases) {
  test(`a simulated metric ${name}`, async () => deepEqual(await shown(outcomes, at, metric), want));
}

test("before the update every metric is good", async () => {
  const measure = simulatedMetrics([value(0)], () => undefined);
  const request = { metric: { name: "rate" }, now: after(0) } as unknown as MeasureRequest;
  deepEqual(await measure(request, new AbortController().signal), { is: "verdict", phase: "Successful" });
});
