import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Measured } from "../../src/reconcile/measure.ts";
import { failing, lab, metric } from "./lab.ts";

const empty: Measured = { is: "value", value: new Float64Array(), text: "[]" };
const one: Measured = { is: "value", value: Float64Array.of(1), text: "[1]" };

test("a metric without data is held until there is some, and says since when", async () => {
  const answers = [empty, empty, one];
  const successCondition = "result[0] == 1";
  const run = lab({
    spec: { metrics: [metric("m", { successCondition, onNoData: "hold", interval: "30s", count: 1 })] },
    measure: () => answers.shift() ?? failing,
  });
  await run.settle();
  run.pass(31);
  await run.settle();
  deepEqual(run.status.phase, "Running");
  const [result] = run.status.metricResults ?? [];
  const since = "2024-05-01T12:00:00Z";
  const message = `no data since ${since}`;
  const metadata = { noData: "hold", noDataSince: since };
  deepEqual(result, {
    name: "m",
    phase: "Running",
    measurements: [
      { phase: "Inconclusive", message, startedAt: since, finishedAt: since, value: "[]", metadata },
      {
        phase: "Inconclusive",
        message,
        startedAt: "2024-05-01T12:00:31Z",
        finishedAt: "2024-05-01T12:00:31Z",
        value: "[]",
        metadata,
      },
    ],
  });
  run.pass(31);
  await run.settle();
  equal(run.status.phase, "Successful");
  equal(run.status.metricResults?.[0]?.count, 1);
});

test("a held metric without interval is measured again after 10 s", async () => {
  const run = lab({ spec: { metrics: [metric("m", { onNoData: "hold" })] }, measure: () => empty });
  const plan = await run.settle();
  equal(plan?.requeueAt, run.now + 10_001);
});

test("no data that counts as failure ends the run with its reason", async () => {
  const run = lab({ spec: { metrics: [metric("m", { onNoData: "fail" })] }, measure: () => empty });
  await run.settle();
  equal(
    run.status.message,
    'Metric "m" assessed Failed due to failed (1) > failureLimit (0): "Error Message: no data since 2024-05-01T12:00:00Z"',
  );
});
