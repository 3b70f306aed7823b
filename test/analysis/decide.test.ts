import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { rfc3339 } from "../../src/api/time.ts";
import type { AnalysisRunStatus, Metric } from "../../src/analysis/types.ts";
import type { Measured } from "../../src/reconcile/measure.ts";
import { bad, failing, good, lab, type LabOptions, start } from "./lab.ts";

const metric = (name: string, more: Partial<Metric> = {}): Metric => ({
  name,
  successCondition: "result == 1",
  provider: { web: { url: "http://x" } },
  ...more,
});
const job = (name: string, more: Partial<Metric> = {}): Metric => metric(name, { provider: { job: { spec: {} } }, ...more });

const running: Measured = { is: "running", resumeAt: start, metadata: { "job-name": "j" } };
const ended: Measured = { is: "verdict", phase: "Inconclusive" };

/** Answers by metric: `bad` for those whose name begins with `bad`, and so on. */
const byName: NonNullable<LabOptions["measure"]> = ({ metric: { name }, task }) => {
  if (task.do === "terminate") return ended;
  if (name.startsWith("bad")) return bad;
  if (name.startsWith("err")) return failing;
  return name.startsWith("job") ? running : good;
};

/** The status without its times, and the results without their measurements. */
function outline({ startedAt: _, completedAt: __, metricResults, ...status }: AnalysisRunStatus): unknown {
  return { ...status, ...(metricResults && { metrics: metricResults.map(({ name, phase }) => `${name} ${phase}`) }) };
}

interface Vector {
  readonly metrics: readonly Metric[];
  readonly more?: Partial<LabOptions["spec"]>;
  readonly terminateAfter?: boolean;
  readonly rounds?: number;
  readonly want: unknown;
}

const vectors: readonly [name: string, vector: Vector][] = [
  [
    "terminate before start (trap 19)",
    {
      metrics: [metric("m")],
      more: { terminate: true },
      want: { phase: "Successful", message: "Run Terminated", runSummary: { count: 1 }, dryRunSummary: {} },
    },
  ],
  [
    "terminate, one metric measured once, one delayed",
    {
      metrics: [metric("m", { interval: "1h" }), metric("late", { initialDelay: "1h" })],
      terminateAfter: true,
      want: {
        phase: "Successful",
        message: "Run Terminated",
        metrics: ["m Successful"],
        runSummary: { count: 2, successful: 1 },
        dryRunSummary: {},
      },
    },
  ],
  [
    "terminate, a job under way (trap 18)",
    {
      metrics: [job("job")],
      terminateAfter: true,
      want: {
        phase: "Inconclusive",
        message:
          'Metric "job" assessed Inconclusive due to inconclusive (1) > inconclusiveLimit (0): "Error Message: Metric Terminated"',
        metrics: ["job Inconclusive"],
        runSummary: { count: 1, inconclusive: 1 },
        dryRunSummary: {},
      },
    },
  ],
  [
    "the same with inconclusiveLimit 1",
    {
      metrics: [job("job", { inconclusiveLimit: 1 })],
      terminateAfter: true,
      want: {
        phase: "Successful",
        message: "Run Terminated",
        metrics: ["job Successful"],
        runSummary: { count: 1, successful: 1 },
        dryRunSummary: {},
      },
    },
  ],
  [
    "an argument that is not there",
    {
      metrics: [metric("m-{{args.bar}}")],
      want: {
        phase: "Error",
        message: "Unable to resolve metric arguments: failed to resolve {{args.bar}}",
        runSummary: {},
      },
    },
  ],
  [
    "an argument without value",
    {
      metrics: [metric("m")],
      more: { args: [{ name: "foo" }] },
      want: {
        phase: "Error",
        message: 'Unable to resolve metric arguments: argument "foo" was not supplied',
        runSummary: {},
      },
    },
  ],
  [
    "a secret that is not there",
    {
      metrics: [metric("m", { initialDelay: "1h" })],
      more: { args: [{ name: "foo", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] },
      want: {
        phase: "Error",
        message: 'Unable to resolve metric arguments: secrets "s" not found',
        runSummary: {},
      },
    },
  ],
  [
    "a spec that makes no sense (trap 37)",
    {
      metrics: [metric("m", { count: 2 })],
      want: {
        phase: "Error",
        message: "Analysis spec invalid: metrics[0]: interval must be specified when count > 1",
        runSummary: {},
      },
    },
  ],
  [
    "a dry-run rule that matches nothing (trap 20)",
    {
      metrics: [metric("m")],
      more: { dryRun: [{ metricName: "*" }] },
      want: {
        phase: "Error",
        message: "Analysis spec invalid: dryRun[0]: Rule didn't match any metric name(s)",
        runSummary: {},
      },
    },
  ],
  [
    "four errors, defaults",
    {
      metrics: [metric("err")],
      rounds: 4,
      want: { phase: "Running", metrics: ["err Running"], runSummary: { count: 1 }, dryRunSummary: {} },
    },
  ],
  [
    "five errors, defaults (trap 13)",
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
    "a dry metric fails, the main one misses consecutiveSuccessLimit (traps 22, 23)",
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
    "failureLimit and consecutiveSuccessLimit, count exhausted (trap 23)",
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
    'count "abc" and an interval (trap 24)',
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
    "Failed is worse than Error across metrics (trap 16)",
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
    "one metric fails, its siblings end with it (trap 17)",
    {
      metrics: [metric("m", { interval: "1h" }), metric("bad"), job("job"), metric("late", { initialDelay: "1h" })],
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
    "failureLimit 3 tolerates three (trap 14)",
    {
      metrics: [metric("bad", { failureLimit: 3, interval: "1s" })],
      rounds: 3,
      want: { phase: "Running", metrics: ["bad Running"], runSummary: { count: 1 }, dryRunSummary: {} },
    },
  ],
  [
    "failureLimit 3 fails at the fourth (trap 14)",
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
for (const [name, { metrics, more, terminateAfter, rounds = 1, want }] of vectors) {
  test(`10.1: ${name}`, async () => {
    const run = lab({ spec: { metrics, ...more }, measure: byName });
    for (let round = 0; round < rounds; round += 1) {
      await run.settle();
      run.pass(11);
    }
    if (terminateAfter === true) {
      run.change({ terminate: true });
      await run.settle();
    }
    deepEqual(outline(run.status), want);
  });
}

test("10.1: inconclusive when both limits apply and the count is exhausted", async () => {
  const answers = [bad, good];
  const spec = { metrics: [metric("m", { failureLimit: 1, consecutiveSuccessLimit: 2, count: 3, interval: "1s" })] };
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

test("a run writes its times, measurements, counters and events", async () => {
  const run = lab({ spec: { metrics: [metric("bad")] }, measure: () => ({ ...bad, about: { ResolvedX: "q" } }) });
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
  deepEqual(run.status, { phase: "Error", message: "Analysis spec invalid: no metrics specified", runSummary: {} });
  deepEqual(run.events, ["Warning AnalysisRunError Analysis Completed. Result: Error"]);
});

test("a dry metric's result tells what it would have done (trap 22)", async () => {
  const run = lab({ spec: { metrics: [metric("bad")], dryRun: [{ metricName: "bad" }] }, measure: byName });
  await run.settle();
  const [result] = run.status.metricResults ?? [];
  equal(result?.message, "Metric assessed Failed due to failed (1) > failureLimit (0)");
  equal(result?.dryRun, true);
});

test("ten measurements are kept, all are counted (trap 39)", async () => {
  const spec = { metrics: [metric("a", { interval: "1s" }), metric("b", { interval: "1s" })] };
  const run = lab({ spec: { ...spec, measurementRetention: [{ metricName: ".*", limit: 5 }, { metricName: "a", limit: 2 }] } });
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
  const collections = run.asked.flatMap(({ task, metric: { name } }) => (task.do === "collect" ? [`${name} ${task.limit}`] : []));
  deepEqual(collections.sort(), ["a 2", "a 2", "a 2", "a 2", "a 2", "b 5", "b 5"]);
});

test("a measurement under way is looked at again when it says so, and keeps what it is", async () => {
  const answers: Measured[] = [running, { is: "running", resumeAt: start }, { is: "verdict", phase: "Successful" }];
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
  deepEqual(run.asked.map(({ task }) => task.do), ["run", "resume"]);

  run.pass(1);
  await run.settle();
  equal(run.status.phase, "Successful");
  deepEqual(run.asked[2]?.task, { do: "resume", startedAt: start, metadata: { "job-name": "j" } });
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
  ["success, strictly later (trap 38)", { phase: "Successful", completedAt: rfc3339(start) }, 11, true],
  ["failure", { phase: "Failed", completedAt: rfc3339(start) }, 21, true],
  ["failure, too early", { phase: "Failed", completedAt: rfc3339(start) }, 20, false],
  ["any end", { phase: "Inconclusive", completedAt: rfc3339(start) }, 31, true],
  ["an end without time (trap 38)", { phase: "Error" }, 1000, false],
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
