import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import type { AnalysisRunStatus } from "../../src/analysis/types.ts";
import { later, rfc3339, seconds } from "../../src/api/time.ts";
import type { Measured } from "../../src/reconcile/measure.ts";
import { bad, byName, failing, good, job, lab, metric, running, start } from "./lab.ts";

test("a run writes its times, measurements, counters and events", async () => {
  const run = lab({
    spec: { metrics: [metric("bad")] },
    measure: () => ({ ...bad, about: { ResolvedX: "q" } }),
  });
  await run.settle();
  const at = rfc3339(start);
  deepEqual(run.status, {
    phase: "Failed",
    message: 'Metric "bad" assessed Failed due to failed (1) > failureLimit (0)',
    startedAt: at,
    completedAt: at,
    metricResults: [
      {
        name: "bad",
        phase: "Failed",
        metadata: { ResolvedX: "q" },
        failed: 1,
        count: 1,
        measurements: [{ phase: "Failed", startedAt: at, finishedAt: at, value: "0" }],
      },
    ],
    runSummary: { count: 1, failed: 1 },
    dryRunSummary: {},
  });
  deepEqual(run.events, [
    "Warning MetricFailed Metric 'bad' Completed. Result: Failed",
    "Warning AnalysisRunFailed Analysis Completed. Result: Failed",
  ]);
});

test("a run that makes no sense has the event, and no times", async () => {
  const run = lab({ spec: { metrics: [] } });
  await run.settle();
  deepEqual(run.status, {
    phase: "Error",
    message: "Analysis spec invalid: no metrics specified",
    runSummary: {},
  });
  deepEqual(run.events, ["Warning AnalysisRunError Analysis Completed. Result: Error"]);
});

test("a dry metric's result tells what it would have done (analysis trap 22)", async () => {
  const run = lab({ spec: { metrics: [metric("bad")], dryRun: [{ metricName: "bad" }] }, measure: byName });
  await run.settle();
  const [result] = run.status.metricResults ?? [];
  equal(result?.message, "Metric assessed Failed due to failed (1) > failureLimit (0)");
  equal(result?.dryRun, true);
});

test("ten measurements are kept, all are counted (analysis trap 39)", async () => {
  const spec = { metrics: [metric("a", { interval: "1s" }), metric("b", { interval: "1s" })] };
  const run = lab({
    spec: {
      ...spec,
      measurementRetention: [
        { metricName: ".*", limit: 5 },
        { metricName: "a", limit: 2 },
      ],
    },
  });
  for (let round = 0; round < 7; round += 1) {
    await run.settle();
    run.pass(2);
  }
  deepEqual(
    run.status.metricResults?.map(({ count, measurements }) => [count, measurements?.length]),
    [
      [7, 2],
      [7, 5],
    ],
  );
  const collections = run.asked.flatMap(({ task, metric: { name } }) =>
    task.do === "collect" ? [`${name} ${task.limit}`] : [],
  );
  deepEqual(collections.sort(), ["a 2", "a 2", "a 2", "a 2", "a 2", "b 5", "b 5"]);
});

test("a measurement under way is looked at again when it says so, and keeps what it is", async () => {
  const answers: Measured[] = [
    running,
    { is: "running", resumeAt: start },
    { is: "verdict", phase: "Successful" },
  ];
  const run = lab({ spec: { metrics: [job("job")] }, measure: () => answers.shift() ?? failing });
  const plan = await run.settle();
  const [measurement] = run.status.metricResults?.[0]?.measurements ?? [];
  deepEqual(measurement, {
    phase: "Running",
    startedAt: rfc3339(start),
    metadata: { "job-name": "j" },
    resumeAt: "2024-05-01T12:00:01Z",
  });
  equal(plan?.requeueAt, start + 1000);
  deepEqual(
    run.asked.map(({ task }) => task.do),
    ["run", "resume"],
  );

  run.pass(1);
  await run.settle();
  equal(run.status.phase, "Successful");
  deepEqual(run.asked[2]?.task, { do: "resume", startedAt: start, metadata: { "job-name": "j" } });
});

const news: readonly [what: string, answer: Measured | Error, urgent: boolean][] = [
  ["a good value", good, false],
  ["a measurement that takes longer", running, false],
  ["a bad value", bad, true],
  ["an error of the provider", failing, true],
  ["a provider that throws", new Error("odd"), true],
];

for (const [what, answer, urgent] of news) {
  test(`${what} is ${urgent ? "" : "not "}urgent`, async () => {
    const measure = async () => {
      if (answer instanceof Error) throw answer;
      return answer;
    };
    const run = lab({ spec: { metrics: [metric("m")] }, measure });
    await run.look();
    deepEqual(run.urgent(), [urgent]);
  });
}

test("the first measurement begins at its leisure, the others when they are due", async () => {
  const run = lab({ spec: { metrics: [metric("m", { interval: "10s" })] } });
  await run.look();
  deepEqual(run.atLeisure(), [true]);
  await run.settle();
  run.pass(11);
  await run.look();
  deepEqual(run.atLeisure(), [false]);
});

test("a run that is terminated does not wait for a reading that hangs", async () => {
  const run = lab({ spec: { metrics: [metric("m")] }, measure: () => new Promise<Measured>(() => {}) });
  await run.settle();
  equal(run.status.phase, "Running");
  const [reading] = [...run.readings.known.values()];
  run.change({ terminate: true });
  await run.settle();
  equal(run.status.phase, "Successful");
  ok(reading?.end.signal.aborted);
});

const ttl: readonly [name: string, status: AnalysisRunStatus, secondsIn: number, deleted: boolean][] = [
  ["success", { phase: "Successful", completedAt: rfc3339(start) }, 10, false],
  [
    "success, strictly later (analysis trap 38)",
    { phase: "Successful", completedAt: rfc3339(start) },
    11,
    true,
  ],
  ["failure", { phase: "Failed", completedAt: rfc3339(start) }, 21, true],
  ["failure, too early", { phase: "Failed", completedAt: rfc3339(start) }, 20, false],
  ["any end", { phase: "Inconclusive", completedAt: rfc3339(start) }, 31, true],
  ["an end without time (analysis trap 38)", { phase: "Error" }, 1000, false],
];
for (const [name, status, secondsIn, deleted] of ttl) {
  test(`2.11: time to live after ${name}: ${deleted ? "deleted" : "kept"}`, async () => {
    const ttlStrategy = { secondsAfterSuccess: 10, secondsAfterFailure: 20, secondsAfterCompletion: 30 };
    const run = lab({ spec: { metrics: [metric("m")], ttlStrategy }, status });
    const waiting = await run.look();
    run.pass(secondsIn);
    const plan = await run.look();
    equal(plan?.effects[0]?.do, deleted ? "delete" : undefined);
    if (deleted) equal(waiting?.requeueAt, start + secondsIn * 1000);
  });
}

test("a settled run writes nothing", async () => {
  const run = lab({ spec: { metrics: [metric("m")] } });
  await run.settle();
  const plan = await run.look();
  deepEqual(plan, { effects: [] });
});

test("a Job that has ended is looked at before its time", async () => {
  const metadata = { "job-name": "j", "job-namespace": "ns" };
  const answers: Measured[] = [
    { is: "running", resumeAt: start, metadata },
    { is: "running", resumeAt: later(start, seconds(60)) },
    { is: "verdict", phase: "Successful" },
  ];
  const run = lab({ spec: { metrics: [job("job")] }, measure: () => answers.shift() ?? failing });
  const object = { apiVersion: "batch/v1", kind: "Job", metadata: { name: "j", namespace: "ns" } };
  run.put(object);
  await run.settle();
  equal(run.status.phase, "Running");
  run.put({ ...object, status: { conditions: [{ type: "Complete" }] } });
  await run.settle();
  equal(run.status.phase, "Successful");
});
