import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { sharedRun } from "../../src/analysis/shared.ts";
import type { AnalysisRunStatus } from "../../src/analysis/types.ts";
import type { KubeObject } from "../../src/api/object.ts";

const measurement = (second: number, phase = "Successful") => ({
  phase,
  startedAt: `2024-05-01T12:00:0${second}Z`,
  metadata: { note: "x" },
});

function run(measurements: readonly object[], more: object = {}): KubeObject {
  const metricResults = [{ name: "m", phase: "Running", measurements }];
  const spec = { metrics: [{ name: "m", provider: { web: { url: "http://x" } } }] };
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisRun",
    metadata: { name: "run", uid: "u" },
    spec,
    status: { phase: "Running", metricResults },
    ...more,
  };
}

const measurementsOf = (object: KubeObject) =>
  (object["status"] as AnalysisRunStatus).metricResults?.[0]?.measurements ?? [];

test("what has not changed is shared with the state before", () => {
  const old = run([measurement(1), measurement(2), measurement(3)]);
  const next = run([measurement(2), measurement(3), measurement(4)]);
  const kept = sharedRun(next, old);
  deepEqual(kept, next);
  equal(kept["spec"], old["spec"]);
  equal(measurementsOf(kept)[0], measurementsOf(old)[1]);
  equal(measurementsOf(kept)[1], measurementsOf(old)[2]);
});

test("a measurement says the same whatever texts others have in common with it", () => {
  const minutes = Array.from({ length: 1_100 }, (_, minute) => new Date(minute * 60_000).toISOString());
  const next = run(minutes.map((at) => ({ phase: "Failed", startedAt: at, finishedAt: at, value: "[0.5]" })));
  deepEqual([sharedRun(next), sharedRun(next)], [next, next]);
});

const others: readonly [name: string, next: KubeObject, old: KubeObject | undefined][] = [
  ["one that is new", run([measurement(1)]), undefined],
  [
    "one of the same name",
    run([measurement(1)], { metadata: { name: "run", uid: "v" } }),
    run([measurement(1)]),
  ],
  ["a measurement that has gone on", run([measurement(1)]), run([measurement(1, "Running")])],
  ["the first measurement", run([measurement(1)]), run([])],
  ["results that are gone", run([], { status: { phase: "Error" } }), run([measurement(1)])],
  ["no status any more", run([], { status: undefined }), run([measurement(1)])],
  ["another spec", run([measurement(1)], { spec: { metrics: [], terminate: true } }), run([measurement(1)])],
];
for (const [name, next, old] of others) {
  test(`a run says the same when it is kept: ${name}`, () => {
    deepEqual(JSON.parse(JSON.stringify(sharedRun(next, old))), JSON.parse(JSON.stringify(next)));
  });
}
