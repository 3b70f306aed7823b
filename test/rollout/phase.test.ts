import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { phaseOf } from "../../src/rollout/phase.ts";
import type { Status } from "../../src/rollout/status.ts";
import { condition, type Midway, newHash, oldHash, timeAt, viewAt } from "./seen.ts";

/** A promoted Rollout with all its pods. */
const done: Status = {
  currentPodHash: newHash,
  stableRS: newHash,
  replicas: 4,
  updatedReplicas: 4,
  availableReplicas: 4,
  blueGreen: { activeSelector: newHash },
};
const invalid = condition("InvalidSpec", "True", "InvalidSpec", "it is wrong");
const aborted = condition("Progressing", "False", "RolloutAborted", "Rollout aborted update to revision 2");
const late = condition("Progressing", "False", "ProgressDeadlineExceeded", "too late");
const pause = { reason: "CanaryPauseStep", startTime: timeAt(0) };
const postAnalysis = { templates: [{ templateName: "rate" }] };
const restartAt = timeAt(60);

type Row = [row: number, name: string, given: Midway, next: Partial<Status>, want: string];

/** The table of rollout-core 6.1. */
const rows: readonly Row[] = [
  [1, "an invalid spec", {}, { conditions: [invalid] }, "Degraded InvalidSpec: it is wrong"],
  [
    2,
    "an abort",
    {},
    { conditions: [aborted] },
    "Degraded RolloutAborted: Rollout aborted update to revision 2",
  ],
  [2, "a deadline", {}, { conditions: [late] }, "Degraded ProgressDeadlineExceeded: too late"],
  [
    2,
    "the first of both",
    {},
    { conditions: [late, invalid] },
    "Degraded ProgressDeadlineExceeded: too late",
  ],
  [1, "the first of both", {}, { conditions: [invalid, late] }, "Degraded InvalidSpec: it is wrong"],
  [
    2,
    "an abort before a pause",
    {},
    { conditions: [aborted], pauseConditions: [pause] },
    "Degraded RolloutAborted: Rollout aborted update to revision 2",
  ],
  [3, "a person", { spec: { paused: true } }, { pauseConditions: [pause] }, "Paused manually paused"],
  [
    4,
    "the first pause",
    {},
    { pauseConditions: [pause, { reason: "InconclusiveAnalysisRun", startTime: timeAt(0) }] },
    "Paused CanaryPauseStep",
  ],
  [5, "a restart to come", { spec: { restartAt } }, {}, "Progressing rollout is restarting"],
  [
    5,
    "another restart",
    { spec: { restartAt } },
    { restartedAt: timeAt(0) },
    "Progressing rollout is restarting",
  ],
  [
    13,
    "a restart that is done, and written in another way",
    { spec: { restartAt: restartAt.replace("Z", "+00:00") } },
    { restartedAt: restartAt },
    "Healthy ",
  ],
  [13, "a restart that is done", { spec: { restartAt } }, { restartedAt: restartAt }, "Healthy "],
  [6, "too few updated", {}, { updatedReplicas: 3 }, "Progressing more replicas need to be updated"],
  [
    7,
    "too few available",
    {},
    { availableReplicas: 3 },
    "Progressing updated replicas are still becoming available",
  ],
  [
    8,
    "no active Service",
    { blueGreen: {} },
    { blueGreen: undefined as never },
    "Progressing active service cutover pending",
  ],
  [
    8,
    "another active version",
    { blueGreen: {} },
    { blueGreen: { activeSelector: oldHash } },
    "Progressing active service cutover pending",
  ],
  [
    9,
    "an analysis that has not begun",
    { blueGreen: { postPromotionAnalysis: postAnalysis } },
    { stableRS: oldHash },
    "Progressing waiting for analysis to complete",
  ],
  [
    9,
    "an analysis under way",
    { blueGreen: { postPromotionAnalysis: postAnalysis } },
    {
      stableRS: oldHash,
      blueGreen: {
        activeSelector: newHash,
        postPromotionAnalysisRunStatus: { name: "run", status: "Running" },
      },
    },
    "Progressing waiting for analysis to complete",
  ],
  [
    10,
    "an analysis that is over",
    { blueGreen: { postPromotionAnalysis: postAnalysis } },
    {
      stableRS: oldHash,
      blueGreen: {
        activeSelector: newHash,
        postPromotionAnalysisRunStatus: { name: "run", status: "Successful" },
      },
    },
    "Progressing waiting for post-promotion verification to complete",
  ],
  [
    10,
    "no analysis",
    { blueGreen: {} },
    { stableRS: oldHash },
    "Progressing waiting for post-promotion verification to complete",
  ],
  [
    10,
    "an analysis without templates",
    { blueGreen: { postPromotionAnalysis: {} } },
    { stableRS: oldHash },
    "Progressing waiting for post-promotion verification to complete",
  ],
  [11, "old pods", {}, { replicas: 5 }, "Progressing old replicas are pending termination"],
  [13, "old pods beside a router", { weight: 0 }, { replicas: 8 }, "Healthy "],
  [12, "another stable version", {}, { stableRS: oldHash }, "Progressing waiting for all steps to complete"],
  [12, "no stable version", { weight: 0 }, { stableRS: "" }, "Progressing waiting for all steps to complete"],
  [13, "nothing to wait for", {}, {}, "Healthy "],
  [13, "nothing to wait for", { blueGreen: {} }, {}, "Healthy "],
  [
    13,
    "no replicas at all",
    { spec: { replicas: 0 } },
    { replicas: 0, updatedReplicas: 0, availableReplicas: 0 },
    "Healthy ",
  ],
];
for (const [row, name, given, next, want] of rows) {
  const strategy = given.blueGreen === undefined ? "canary" : "blue-green";
  test(`phase row ${row}: ${strategy} with ${name}`, () => {
    const { phase, message } = phaseOf(viewAt(given), { ...done, ...next });
    deepEqual(`${phase} ${message}`, want);
  });
}
