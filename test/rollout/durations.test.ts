import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { condition, type Midway, newHash, oldHash, statusAfter, timeAt } from "./seen.ts";

const running = { rolloutStartedAt: timeAt(0) };
const finished = { ...running, finishedAt: timeAt(1), completionStatus: "Promoted" };
const rest: Midway = { stable: "3/3", new: "1/1" };
const abortShown = { conditions: [condition("Progressing", "False", "RolloutAborted")] };
const paused = {
  pauseConditions: [{ reason: "CanaryPauseStep", startTime: timeAt(0) }],
  currentStepIndex: 1,
};
const fresh = { rolloutStartedAt: timeAt(10) };

/** The table of rollout-core 22, looked at ten seconds in. */
const rows: readonly [name: string, given: Midway, want: object | undefined][] = [
  [
    "a first version begins it",
    { ...rest, stable: null, status: { currentPodHash: "", currentStepHash: "", stableRS: "" } },
    fresh,
  ],
  ["a new template begins it", { ...rest, status: { currentPodHash: oldHash, duration: finished } }, fresh],
  ["other steps begin it", { ...rest, status: { currentStepHash: "other", duration: finished } }, fresh],
  [
    "back at stable with all pods begins nothing",
    { stable: "same", new: "4/4", status: { currentPodHash: oldHash, duration: finished } },
    finished,
  ],
  [
    "a retry begins it",
    {
      ...rest,
      canary: { steps: [{ setWeight: 60 }] },
      status: { ...abortShown, duration: { ...finished, completionStatus: "Aborted" } },
    },
    fresh,
  ],
  [
    "nothing new keeps it",
    {
      ...rest,
      status: { duration: running, ...paused },
      canary: { steps: [{ setWeight: 25 }, { pause: { duration: 60 } }] },
    },
    running,
  ],
  [
    "back to stable midway is a fast rollback",
    { stable: "same", new: "4/3", status: { currentPodHash: oldHash, duration: running } },
    { ...running, completionStatus: "FastRolledBack" },
  ],
  [
    "back to an older version midway is a rollback",
    {
      new: { size: 1, revision: 1 },
      stable: { size: 3, revision: 2 },
      revision: 3,
      status: { currentPodHash: "third", duration: running },
    },
    { ...running, completionStatus: "RolledBack" },
  ],
  [
    "another template midway begins anew",
    { ...rest, status: { currentPodHash: "third", duration: running } },
    fresh,
  ],
  [
    "a promotion without all pods",
    { stable: null, new: "4/3", status: { stableRS: "", duration: running } },
    { ...running, completionStatus: "Promoted" },
  ],
  [
    "a promotion",
    { canary: { steps: [] }, new: "4/4", stable: "0/0", status: { duration: running } },
    { ...running, completionStatus: "Promoted", finishedAt: timeAt(10) },
  ],
  [
    "a full promotion",
    { new: "4/4", stable: "0/0", status: { duration: running, promoteFull: true } },
    { ...running, completionStatus: "FastPromoted", finishedAt: timeAt(10) },
  ],
  [
    "a rollback that is promoted stays one",
    {
      canary: { steps: [] },
      new: "4/4",
      stable: "0/0",
      status: { duration: { ...running, completionStatus: "RolledBack" } },
    },
    { ...running, completionStatus: "RolledBack", finishedAt: timeAt(10) },
  ],
  [
    "all pods after a promotion",
    {
      stable: "same",
      new: "4/4",
      status: { currentStepIndex: 2, duration: { ...running, completionStatus: "Promoted" } },
    },
    { ...running, completionStatus: "Promoted", finishedAt: timeAt(10) },
  ],
  [
    "an abort",
    { ...rest, status: { abort: true, duration: running } },
    { ...running, completionStatus: "Aborted", finishedAt: timeAt(10) },
  ],
  [
    "a pause without end begins to count",
    { ...rest, status: { ...paused, duration: running } },
    { ...running, manualPauseStartedAt: timeAt(10) },
  ],
  [
    "a pause without end goes on counting",
    { ...rest, status: { ...paused, duration: { ...running, manualPauseStartedAt: timeAt(4) } } },
    { ...running, manualPauseStartedAt: timeAt(4) },
  ],
  [
    "a person who resumes ends the count",
    {
      ...rest,
      status: {
        currentStepIndex: 1,
        controllerPause: true,
        duration: { ...running, manualPauseStartedAt: timeAt(4), totalManualPauseDurationSeconds: 3 },
      },
    },
    { ...running, totalManualPauseDurationSeconds: 9 },
  ],
  [
    "a person who holds it counts",
    { ...rest, spec: { paused: true }, status: { duration: running } },
    { ...running, manualPauseStartedAt: timeAt(10) },
  ],
  [
    "a blue-green pause counts when a person has to end it",
    {
      blueGreen: { autoPromotionEnabled: false },
      new: "4/4",
      services: { a: oldHash, p: newHash },
      status: { duration: running },
    },
    { ...running, manualPauseStartedAt: timeAt(10) },
  ],
  [
    "a blue-green pause that ends by itself does not count",
    {
      blueGreen: { autoPromotionSeconds: 60 },
      new: "4/4",
      services: { a: oldHash, p: newHash },
      status: { duration: running },
    },
    running,
  ],
  [
    "a person who is asked counts",
    {
      ...rest,
      canary: { steps: [{ setWeight: 60 }] },
      status: {
        duration: running,
        pauseConditions: [{ reason: "InconclusiveAnalysisRun", startTime: timeAt(0) }],
      },
    },
    { ...running, manualPauseStartedAt: timeAt(10) },
  ],
];
for (const [name, given, want] of rows) {
  test(`duration: ${name}`, () => deepEqual(statusAfter(given, 10).duration, want));
}
