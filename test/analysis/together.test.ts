import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Metric } from "../../src/analysis/types.ts";
import { seconds } from "../../src/api/time.ts";
import type { Measured } from "../../src/reconcile/measure.ts";
import { bad, ended, good, job, lab, metric, outline, running, start } from "./lab.ts";

/** A run whose measurements arrive when they are told to. */
function told(metrics: readonly Metric[]) {
  const waiting = new Map<string, (answer: Measured) => void>();
  const run = lab({
    spec: { metrics },
    measure: ({ metric: { name }, task }) => {
      if (task.do === "terminate") return ended;
      if (name.startsWith("job")) return running;
      return new Promise((resolve) => waiting.set(name, resolve));
    },
  });
  const arrives = async (name: string, answer: Measured) => {
    waiting.get(name)?.(answer);
    await run.settle();
  };
  return { run, arrives };
}

test("measurements that began together are judged together, whichever arrives first", async () => {
  const { run, arrives } = told([
    metric("good"),
    metric("bad"),
    metric("worse"),
    metric("often", { interval: "1h" }),
  ]);
  await run.settle();
  await arrives("worse", bad);
  deepEqual(outline(run.status), {
    phase: "Running",
    metrics: ["worse Failed"],
    runSummary: { count: 4, failed: 1 },
    dryRunSummary: {},
  });
  await arrives("often", good);
  await arrives("bad", bad);
  equal(run.status.phase, "Running");
  await arrives("good", good);
  deepEqual(outline(run.status), {
    phase: "Failed",
    message: 'Metric "bad" assessed Failed due to failed (1) > failureLimit (0)',
    metrics: ["good Successful", "bad Failed", "worse Failed", "often Successful"],
    runSummary: { count: 4, successful: 2, failed: 2 },
    dryRunSummary: {},
  });
  deepEqual(
    run.events.filter((event) => event.includes("Analysis Completed")),
    ["Warning AnalysisRunFailed Analysis Completed. Result: Failed"],
  );
});

test("one that hangs holds up a run that has failed for two seconds at most", async () => {
  const { run, arrives } = told([metric("hangs"), metric("bad")]);
  await run.settle();
  await arrives("bad", bad);
  const plan = await run.look();
  equal(run.status.phase, "Running");
  equal(plan?.requeueAt, start + seconds(2));
  run.pass(2);
  await run.settle();
  deepEqual(outline(run.status), {
    phase: "Failed",
    message: 'Metric "bad" assessed Failed due to failed (1) > failureLimit (0)',
    metrics: ["bad Failed"],
    runSummary: { count: 2, failed: 1 },
    dryRunSummary: {},
  });
  equal(run.readings.known.size, 0);
});

test("what was not due when a run failed is not begun any more", async () => {
  const late = [metric("late", { initialDelay: "2s" }), metric("soon", { initialDelay: "1500ms" })];
  const { run, arrives } = told([metric("hangs"), metric("bad"), ...late]);
  await run.settle();
  await arrives("bad", bad);
  run.pass(1.9);
  await run.settle();
  deepEqual(
    run.asked.map((request) => request.metric.name),
    ["hangs", "bad"],
  );
});

test("a Job under way is ended at once when another metric fails", async () => {
  const { run, arrives } = told([job("job"), metric("hangs"), metric("bad")]);
  await run.settle();
  await arrives("bad", bad);
  deepEqual(
    run.asked.filter((request) => request.metric.name === "job").map(({ task }) => task.do),
    ["run", "resume", "terminate"],
  );
  run.pass(2);
  await run.settle();
  deepEqual(run.status.runSummary, { count: 3, failed: 1, inconclusive: 1 });
});
