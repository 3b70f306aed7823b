import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { decided, type Midway, newHash, oldHash, statusAfter, template, timeAt } from "./seen.ts";

const since = (reason: string) => ({ reason, startTime: timeAt(0) });
const paused = { pauseConditions: [since("CanaryPauseStep")], controllerPause: true, currentStepIndex: 1 };
const resumed = { controllerPause: true, currentStepIndex: 1 };
const rest: Midway = { stable: "3/3", new: "1/1" };
const held = { ...rest, spec: { paused: true } };
const analysis = { templates: [{ templateName: "rate" }] };
const templates = new Map([["shop/rate", template("rate")]]);

function inconclusive(type: string): KubeObject {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisRun",
    metadata: { name: "run", namespace: "shop", labels: { "rollout-type": type, "step-index": "0" } },
    spec: { metrics: [] },
    status: { phase: "Inconclusive" },
  };
}

const asked: Midway = {
  ...rest,
  canary: { analysis },
  runs: [inconclusive("Background")],
  more: { templates },
  status: { canary: { currentBackgroundAnalysisRunStatus: { name: "run", status: "Running" } } },
};

/**
 * `reasons / controllerPause / abort / abortedAt / index`, at ten seconds (rollout-core 16.1, 16.4, 13.4).
 */
const rows: readonly [name: string, given: Midway, want: string][] = [
  ["nothing", { ...rest, canary: { steps: [{ setWeight: 60 }] } }, "/ / / / 0"],
  ["a pause step begins with the end of the step before", rest, "CanaryPauseStep / true / / / 1"],
  ["a pause step begins", { ...rest, status: { currentStepIndex: 1 } }, "CanaryPauseStep / true / / / 1"],
  ["a pause step holds", { ...rest, status: paused }, "CanaryPauseStep / true / / / 1"],
  ["a pause step that a person ended", { ...rest, status: resumed }, "/ / / / 2"],
  [
    "a pause step does not begin while a person holds it",
    { ...held, status: { currentStepIndex: 1 } },
    "/ / / / 1",
  ],
  ["a resume waits while a person holds it", { ...held, status: resumed }, "/ true / / / 1"],
  [
    "an abort drops the pause",
    { ...rest, status: { ...paused, abort: true } },
    `/ / true / ${timeAt(10)} / 0`,
  ],
  [
    "an abort keeps its time",
    { ...rest, status: { abort: true, abortedAt: timeAt(3) } },
    `/ / true / ${timeAt(3)} / 0`,
  ],
  ["a retry", { ...rest, status: { abortedAt: timeAt(3) } }, "/ / / / 1"],
  [
    "a full promotion drops pause and abort",
    { ...rest, status: { ...paused, abort: true, promoteFull: true } },
    "/ / / / 2",
  ],
  ["the window drops the pause", { ...window(), status: paused }, "/ / / / 2"],
  ["the window drops the abort", { ...window(), status: { abort: true } }, "/ / / / 2"],
  [
    "a new template drops everything",
    { ...rest, status: { ...paused, abort: true, currentPodHash: oldHash } },
    "/ / / / 0",
  ],
  ["other steps drop everything", { ...rest, status: { ...paused, currentStepHash: "other" } }, "/ / / / 0"],
  ["an analysis without verdict asks", asked, "InconclusiveAnalysisRun / true / / / 0"],
  [
    "an analysis without verdict asks beside a pause",
    { ...asked, status: { ...paused, ...asked.status } },
    "CanaryPauseStep+InconclusiveAnalysisRun / true / / / 1",
  ],
  [
    "an abort of a promoted Rollout vanishes",
    { stable: "same", new: "4/4", status: { abort: true, currentStepIndex: 2 } },
    "/ / / / 2",
  ],
  [
    "an abort of the very first update vanishes",
    { ...rest, stable: null, status: { stableRS: "", abort: true } },
    "/ / / / 2",
  ],
];

/** An older version comes back within the rollback window. */
function window(): Midway {
  return {
    spec: { rollbackWindow: { revisions: 1 } },
    new: { size: 1, revision: 1 },
    stable: { size: 3, revision: 2 },
    revision: 3,
  };
}

for (const [name, given, want] of rows) {
  test(`pause: ${name}`, () => {
    const {
      pauseConditions = [],
      controllerPause,
      abort,
      abortedAt,
      currentStepIndex,
    } = statusAfter(given, 10);
    const reasons = pauseConditions.map(({ reason }) => reason).join("+");
    const parts = [reasons, controllerPause ?? "", abort ?? "", abortedAt ?? "", currentStepIndex ?? ""];
    equal(parts.join(" / ").replaceAll("  ", " ").trim(), want.trim());
  });
}

test("pause: what a person holds is not scaled, what a step holds is", () => {
  const sizes = (given: Midway) => decided(given).effects.map(({ do: verb }) => verb);
  const more = { ...rest, new: "0/0" as const, canary: { trafficRouting: {} }, stable: "4/4" as const };
  deepEqual(sizes({ ...more, spec: { paused: true } }), []);
  deepEqual(sizes({ ...more, status: paused }), ["patch"]);
  const asks = { ...paused, pauseConditions: [since("InconclusiveAnalysisRun")] };
  deepEqual(sizes({ ...more, status: asks }), []);
  const experiment = { ...paused, pauseConditions: [since("InconclusiveExperiment")] };
  deepEqual(sizes({ ...more, status: experiment }), ["patch"]);
});

test("pause: one of blue-green begins when the pods are there", () => {
  const manual: Midway = { blueGreen: { autoPromotionEnabled: false }, services: { a: oldHash, p: newHash } };
  const reasons = (given: Midway) =>
    statusAfter({ ...manual, ...given }).pauseConditions?.map(({ reason }) => reason);
  deepEqual(reasons({ new: "4/4" }), ["BlueGreenPause"]);
  deepEqual(reasons({ new: "4/3" }), undefined);
  deepEqual(reasons({ new: "4/4", status: { controllerPause: true } }), undefined);
});
