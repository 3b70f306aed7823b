import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { takeMeasurement } from "../../src/analysis/measurement.ts";
import type { Metric } from "../../src/analysis/types.ts";
import type { Instant } from "../../src/api/time.ts";
import type { Measured, MeasureRequest, MeasureTask } from "../../src/reconcile/measure.ts";
import { start } from "./lab.ts";

interface Given {
  readonly metric?: Partial<Metric>;
  readonly task?: MeasureTask;
  readonly secrets?: readonly string[];
  readonly collect?: number;
}

/** What becomes of an answer; the answers to further questions follow it. */
async function found(
  answers: readonly (Measured | Error)[],
  { metric, task, secrets = [], collect }: Given = {},
) {
  const asked: MeasureRequest[] = [];
  const finding = await takeMeasurement(
    {
      measure: async (request) => {
        const answer = answers[asked.push(request) - 1] ?? new Error("asked too often");
        if (answer instanceof Error) throw answer;
        return answer;
      },
      request: {
        run: { namespace: "ns", name: "run", uid: "u" },
        metric: { name: "m", provider: { prometheus: { address: "http://x", query: "q" } }, ...metric },
        task: task ?? { do: "run", number: 1 },
        now: start,
        timeOf: () => 0 as Instant,
      },
      secrets,
      collect,
    },
    new AbortController().signal,
  );
  return { finding: JSON.parse(JSON.stringify(finding)), asked };
}

const floats = (...values: number[]): Measured => ({
  is: "value",
  value: Float64Array.from(values),
  text: `[${values.join(",")}]`,
});
const noValue = "metric result is nil or empty: no data returned from the metric provider";

const verdicts: readonly [name: string, answer: Measured | Error, metric: Partial<Metric>, want: object][] = [
  ["no condition (analysis trap 1)", floats(1), {}, { phase: "Successful", value: "[1]" }],
  [
    "a condition that holds",
    floats(1),
    { successCondition: "result[0] == 1" },
    { phase: "Successful", value: "[1]" },
  ],
  ["one that does not", floats(2), { successCondition: "result[0] == 1" }, { phase: "Failed", value: "[2]" }],
  [
    "both conditions true (analysis trap 2)",
    floats(1),
    { successCondition: "true", failureCondition: "true" },
    { phase: "Failed", value: "[1]" },
  ],
  [
    "NaN, which is above nothing",
    floats(Number.NaN),
    { successCondition: "result[0] > 0.95" },
    { phase: "Failed", value: "[NaN]" },
  ],
  [
    "NaN, which is below nothing",
    floats(Number.NaN),
    { failureCondition: "result[0] < 0.95" },
    { phase: "Successful", value: "[NaN]" },
  ],
  [
    "an empty vector (analysis trap 3)",
    floats(),
    { successCondition: "result[0] < 1" },
    { phase: "Error", message: `could not evaluate successCondition "result[0] < 1": ${noValue}` },
  ],
  [
    "no value at all",
    { is: "value", value: null, text: "null" },
    { failureCondition: "result > 1" },
    { phase: "Error", message: `could not evaluate failureCondition "result > 1": ${noValue}` },
  ],
  [
    "a provider that shows its value always",
    { is: "value", value: new Float64Array(), text: "[]", shownAlways: true },
    { successCondition: "result[0] < 1" },
    {
      phase: "Error",
      message: `could not evaluate successCondition "result[0] < 1": ${noValue}`,
      value: "[]",
    },
  ],
  [
    "records of CloudWatch (analysis trap 47)",
    {
      is: "value",
      value: [{ Id: "a", Label: "", StatusCode: "", Timestamps: [], Values: [3, 2] }],
      text: "[[3 2]]",
      records: true,
    },
    { successCondition: "result[0].Values[0] == 3" },
    { phase: "Successful", value: "[[3 2]]" },
  ],
  [
    "a verdict, without conditions",
    { is: "verdict", phase: "Failed", text: "1" },
    { successCondition: "true" },
    { phase: "Failed", value: "1" },
  ],
  ["a measurement under way", { is: "running", resumeAt: start }, {}, { phase: "Running", resumeAt: start }],
  ["an error", { is: "error", message: "refused" }, {}, { phase: "Error", message: "refused" }],
  ["a provider that throws", new Error("broken"), {}, { phase: "Error", message: "broken" }],
];
for (const [name, answer, metric, want] of verdicts) {
  test(`a measurement with ${name}`, async () =>
    deepEqual((await found([answer], { metric })).finding, want));
}

const endings: readonly [answer: Measured, want: object][] = [
  [
    { is: "verdict", phase: "Inconclusive", message: "x" },
    { phase: "Inconclusive", message: "Metric Terminated" },
  ],
  [
    { is: "verdict", phase: "Successful" },
    { phase: "Successful", message: "Metric Terminated" },
  ],
  [
    { is: "verdict", phase: "Failed", message: "x" },
    { phase: "Failed", message: "x" },
  ],
  [
    { is: "running", resumeAt: start },
    { phase: "Inconclusive", message: "Metric Terminated" },
  ], // trap 34
];
for (const [answer, want] of endings) {
  test(`a measurement that is ended with ${JSON.stringify(answer)}`, async () => {
    deepEqual((await found([answer], { task: { do: "terminate", metadata: {} } })).finding, want);
  });
}

test("a secret is left in no text of a measurement (analysis trap 35)", async () => {
  const secrets = ["p/w", "p/w+long", ""];
  const answer: Measured = {
    is: "error",
    message: 'Get "http://x?a=p%2Fw%2Blong&b=p/w": refused "p/w+long"',
    metadata: { warnings: "p/w" },
    about: { ResolvedPrometheusQuery: 'x{token="p/w"}' },
  };
  deepEqual((await found([answer], { secrets })).finding, {
    phase: "Error",
    message: 'Get "http://x?a=*****&b=*****": refused "*****"',
    metadata: { warnings: "*****" },
    about: { ResolvedPrometheusQuery: 'x{token="*****"}' },
  });
  const condition = { successCondition: 'result == "p/w"' };
  const { finding } = await found([floats(1)], { secrets, metric: condition });
  equal(finding.message.includes("p/w"), false);
  deepEqual((await found([{ is: "value", value: "p/w", text: "p/w" }], { secrets })).finding.value, "*****");
});

test("old measurements are collected after the new one", async () => {
  const { asked, finding } = await found([floats(1), new Error("cannot collect")], { collect: 3 });
  deepEqual(
    asked.map(({ task }) => task),
    [
      { do: "run", number: 1 },
      { do: "collect", limit: 3 },
    ],
  );
  equal(finding.phase, "Error");
});

const held = { held: true, what: "no data" };
const noData: readonly [name: string, answers: Measured[], metric: Partial<Metric>, want: object][] = [
  [
    "an empty vector is held",
    [floats()],
    { onNoData: "hold" },
    { phase: "Inconclusive", value: "[]", noData: held },
  ],
  [
    "NaN is no data",
    [floats(Number.NaN)],
    { onNoData: "pass" },
    { phase: "Successful", value: "[NaN]", noData: { held: false, what: "no data" } },
  ],
  [
    "no data fails",
    [floats()],
    { onNoData: "fail" },
    { phase: "Failed", value: "[]", noData: { held: false, what: "no data" } },
  ],
  [
    "no data is inconclusive",
    [floats()],
    { onNoData: "inconclusive" },
    { phase: "Inconclusive", value: "[]", noData: { held: false, what: "no data" } },
  ],
  [
    "no data is an error",
    [floats()],
    { onNoData: "error" },
    { phase: "Error", value: "[]", noData: { held: false, what: "no data" } },
  ],
  ["zero is data", [floats(0)], { onNoData: "fail" }, { phase: "Successful", value: "[0]" }],
  [
    "too few samples, by a second query, are held",
    [floats(0.5), floats(1, 2)],
    { minSamples: { count: 4, query: "count(q)" } },
    { phase: "Inconclusive", value: "[0.5]", noData: { held: true, what: "only 3 of 4 samples" } },
  ],
  [
    "enough samples",
    [floats(0.5), floats(2, 2)],
    { minSamples: { count: "4", query: "count(q)" } },
    { phase: "Successful", value: "[0.5]" },
  ],
  [
    "no answer to the second query is no sample",
    [floats(0.5), floats()],
    { minSamples: { count: 1, query: "count(q)" }, onNoData: "error" },
    { phase: "Error", value: "[0.5]", noData: { held: false, what: "only 0 of 1 samples" } },
  ],
  [
    "a second query that fails is an error",
    [floats(0.5), { is: "error", message: "refused" }],
    { minSamples: { count: 1, query: "count(q)" } },
    { phase: "Error", message: "refused" },
  ],
  [
    "samples by an expression",
    [floats(1, 2)],
    { minSamples: { count: 3, expression: "len(result)" }, onNoData: "fail" },
    { phase: "Failed", value: "[1,2]", noData: { held: false, what: "only 2 of 3 samples" } },
  ],
  [
    "samples by the length of the result",
    [floats(1, 2)],
    { minSamples: { count: 2 } },
    { phase: "Successful", value: "[1,2]" },
  ],
];
for (const [name, answers, metric, want] of noData) {
  test(`a measurement: ${name}`, async () => deepEqual((await found(answers, { metric })).finding, want));
}

test("samples are asked of the same provider", async () => {
  const { asked } = await found([floats(1), floats(1)], {
    metric: { minSamples: { count: 1, query: "count(q)" } },
  });
  deepEqual(asked[1]?.metric.provider, { prometheus: { address: "http://x", query: "count(q)" } });
});
