import { equal } from "node:assert/strict";
import { test } from "node:test";
import { instant, later, rfc3339, seconds } from "../../src/api/time.ts";
import { stuckSeconds } from "../../src/telemetry/stuck.ts";

const t0 = instant("2026-01-01T12:00:00Z");
const condition = (type: string, at: number, changed = at) => ({
  type,
  lastUpdateTime: rfc3339(later(t0, seconds(at))),
  lastTransitionTime: rfc3339(later(t0, seconds(changed))),
});
const update = { currentPodHash: "new", stableRS: "old", currentStepIndex: 0 };
const moved = { ...update, conditions: [condition("Progressing", 0)] };
const weighs = { strategy: { canary: { steps: [{ setWeight: 10 }, { pause: {} }] } } };
const stepOf = (step: object) => ({ strategy: { canary: { steps: [step] } } });
const analysed = (status: string) => ({
  ...moved,
  blueGreen: { prePromotionAnalysisRunStatus: { name: "a", status } },
});

/** Spec, status, seconds since the beginning, seconds for which it has been stuck. */
const rows: readonly [name: string, spec: object, status: object, at: number, want: number][] = [
  ["an update that does not move", weighs, moved, 300, 300],
  ["an update whose deadline has run out", weighs, { ...moved, phase: "Degraded" }, 900, 900],
  ["the first deployment", weighs, { ...moved, stableRS: "" }, 300, 300],
  ["blue-green", { strategy: { blueGreen: {} } }, moved, 300, 300],
  ["after the last step", weighs, { ...moved, currentStepIndex: 2 }, 300, 300],
  ["in its first ten seconds", weighs, moved, 10, 0],
  ["while pods prove themselves", { ...weighs, minReadySeconds: 60 }, moved, 70, 0],
  ["after that", { ...weighs, minReadySeconds: 60 }, moved, 71, 71],
  ["nothing known", weighs, {}, 300, 0],
  ["no condition", weighs, update, 300, 0],
  ["no update", weighs, { ...moved, stableRS: "new" }, 300, 0],
  ["held by a person", { ...weighs, paused: true }, moved, 300, 0],
  ["paused", weighs, { ...moved, pauseConditions: [{}] }, 300, 0],
  ["aborted", weighs, { ...moved, abort: true }, 300, 0],
  ["refused", weighs, { ...moved, conditions: [...moved.conditions, condition("InvalidSpec", 0)] }, 300, 0],
  ["at a pause", stepOf({ pause: {} }), moved, 300, 0],
  ["at an analysis", stepOf({ analysis: {} }), moved, 300, 0],
  ["at an experiment", stepOf({ experiment: {} }), moved, 300, 0],
  ["a blue-green analysis is running", {}, analysed("Running"), 300, 0],
  ["a blue-green analysis is over", {}, analysed("Successful"), 300, 300],
  [
    "pods that come and go, where that is counted",
    weighs,
    { ...update, conditions: [condition("Progressing", 290), condition("Advanced", 0)] },
    300,
    300,
  ],
  [
    "pods that fail, whatever else moves",
    weighs,
    { ...update, conditions: [condition("Progressing", 290), condition("PodsFailing", 280, 100)] },
    300,
    200,
  ],
];
for (const [name, spec, status, at, want] of rows) {
  test(`metrics: stuck seconds: ${name}`, () => {
    const rollout = {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      metadata: { name: "web" },
      spec,
      status,
    };
    equal(stuckSeconds(rollout, later(t0, seconds(at))), want);
  });
}
