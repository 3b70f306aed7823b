import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import type { Plan } from "../../src/reconcile/plan.ts";
import {
  condition,
  decided,
  eventsOf,
  type Midway,
  newHash,
  oldHash,
  service,
  template,
  timeAt,
} from "./seen.ts";

/** All events of a plan: those of its requests, then those of its status. */
function told(plan: Plan): readonly string[] {
  const requests = plan.effects.flatMap(({ event }) => event ?? []);
  return [...requests.map(({ type, reason, message }) => `${type} ${reason}: ${message}`), ...eventsOf(plan)];
}

const set = `web-${newHash}`;
const old = `web-${oldHash}`;
const notCompleted = { conditions: [condition("Completed", "False", "RolloutCompleted")] };
const paused = {
  pauseConditions: [{ reason: "CanaryPauseStep", startTime: timeAt(0) }],
  controllerPause: true,
};
const analysis = { templates: [{ templateName: "rate" }] };
const templates = new Map([["shop/rate", template("rate")]]);
const weights = {
  canary: { weight: 25, serviceName: "c", podTemplateHash: newHash },
  stable: { weight: 75, serviceName: "s", podTemplateHash: oldHash },
};
const quiet: Midway = { stable: "3/3", status: { ...notCompleted, currentStepIndex: 1 } };

const backToStable = [
  `Normal ScalingReplicaSet: Scaled up ReplicaSet ${old} (revision 1) from 3 to 4`,
  `Normal ScalingReplicaSet: Scaled down ReplicaSet ${set} (revision 2) from 1 to 0`,
];

function run(phase: string, type = "Background"): KubeObject {
  const labels = { "rollout-type": type, "rollouts-pod-template-hash": newHash };
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisRun",
    metadata: { name: "run", namespace: "shop", labels },
    spec: { metrics: [] },
    status: { phase, message: "bad" },
  };
}

function analysed(phase: string, before: string): Midway {
  return {
    canary: { analysis },
    stable: "3/3",
    runs: [run(phase)],
    more: { templates },
    status: {
      ...notCompleted,
      ...paused,
      currentStepIndex: 1,
      canary: { currentBackgroundAnalysisRunStatus: { name: "run", status: before } },
    },
  };
}

/** The table of rollout-core 8, as far as a Rollout's own looks send them. */
const rows: readonly [name: string, given: Midway, at: number, want: readonly string[]][] = [
  [
    "RolloutUpdated, NewReplicaSetCreated",
    { new: null, stable: { size: 4, revision: 1 }, revision: 1, status: notCompleted },
    0,
    [
      "Normal RolloutUpdated: Rollout updated to revision 2",
      `Normal NewReplicaSetCreated: Created ReplicaSet ${set} (revision 2)`,
    ],
  ],
  [
    "RolloutNotCompleted, and the scaling at birth",
    { status: { currentPodHash: oldHash, conditions: [condition("Completed", "True", "RolloutCompleted")] } },
    0,
    [
      `Normal RolloutNotCompleted: Rollout not completed, started update to revision 2 (${newHash})`,
      `Normal ScalingReplicaSet: Scaled up ReplicaSet ${set} (revision 2) from 0 to 1`,
    ],
  ],
  [
    "ScalingReplicaSet up",
    { canary: { trafficRouting: {} }, new: "0/0", status: notCompleted },
    0,
    [`Normal ScalingReplicaSet: Scaled up ReplicaSet ${set} (revision 2) from 0 to 1`],
  ],
  [
    "ScalingReplicaSet down",
    { status: notCompleted, canary: { maxSurge: 1, maxUnavailable: 0 } },
    0,
    [`Normal ScalingReplicaSet: Scaled down ReplicaSet ${old} (revision 1) from 4 to 3`],
  ],
  [
    "none for annotations alone",
    { ...quiet, status: { ...quiet.status, ...paused }, new: { size: 1, desired: 3 } },
    0,
    [],
  ],
  [
    "SwitchService",
    {
      ...quiet,
      status: { ...quiet.status, ...paused },
      canary: { canaryService: "c" },
      services: { c: oldHash },
    },
    0,
    [`Normal SwitchService: Switched selector for service 'c' from '${oldHash}' to '${newHash}'`],
  ],
  [
    "SwitchService when blue-green only notes its name",
    {
      blueGreen: {},
      stable: "same",
      new: "4/4",
      services: { p: newHash, a: newHash },
      status: {
        conditions: [condition("Completed", "True", "RolloutCompleted")],
        blueGreen: { activeSelector: newHash, previewSelector: newHash },
      },
      more: { services: new Map(["a", "p"].map((name) => [name, service(name, newHash, {})])) },
    },
    0,
    ["p", "a"].map(
      (name) =>
        `Normal SwitchService: Switched selector for service '${name}' from '${newHash}' to '${newHash}'`,
    ),
  ],
  [
    "RolloutStepCompleted, RolloutPaused",
    { stable: "3/3", status: notCompleted },
    0,
    [
      "Normal RolloutStepCompleted: Rollout step 1/2 completed (setWeight: 25)",
      "Normal RolloutPaused: Rollout is paused (CanaryPauseStep)",
    ],
  ],
  [
    "SkipSteps to stable",
    {
      new: { size: 4, annotations: { "rollout.argoproj.io/revision-history": "1" } },
      stable: "same",
      status: { ...notCompleted, currentPodHash: oldHash },
    },
    0,
    ["Normal SkipSteps: Rollback to stable ReplicaSets"],
  ],
  [
    "SkipSteps within the window",
    {
      new: { size: 1, spec: {}, annotations: { "rollout.argoproj.io/revision-history": "1" } },
      spec: { rollbackWindow: { revisions: 2 } },
      stable: { size: 4, revision: 3 },
      revision: 2,
      status: { ...notCompleted, currentPodHash: oldHash },
    },
    0,
    [
      "Normal RolloutUpdated: Rollout updated to revision 4",
      "Normal SkipSteps: Rollback to active ReplicaSets within RollbackWindow",
    ],
  ],
  [
    "TrafficWeightUpdated for the first time",
    { ...quiet, status: { ...quiet.status, ...paused }, stable: "4/4", weight: 25 },
    0,
    ["Normal TrafficWeightUpdated: Traffic weight updated to 25"],
  ],
  [
    "TrafficWeightUpdated from another",
    {
      stable: "4/4",
      weight: 25,
      status: {
        ...quiet.status,
        ...paused,
        canary: {
          weights: { canary: { ...weights.canary, weight: 0 }, stable: { ...weights.stable, weight: 100 } },
        },
      },
    },
    0,
    ["Normal TrafficWeightUpdated: Traffic weight updated from 0 to 25"],
  ],
  [
    "TrafficWeightUpdated for hashes alone",
    {
      stable: "4/4",
      weight: 25,
      status: {
        ...quiet.status,
        ...paused,
        canary: { weights: { ...weights, canary: { ...weights.canary, podTemplateHash: "other" } } },
      },
    },
    0,
    ["Normal TrafficWeightUpdated: Traffic weight updated "],
  ],
  [
    "none for the same weights",
    { stable: "4/4", weight: 25, status: { ...quiet.status, ...paused, canary: { weights } } },
    0,
    [],
  ],
  [
    "RolloutResumed when a pause ends by itself",
    {
      canary: { steps: [{ setWeight: 25 }, { pause: { duration: 5 } }, { pause: {} }] },
      stable: "3/3",
      status: { ...notCompleted, ...paused, currentStepIndex: 1 },
    },
    6,
    [
      "Normal RolloutStepCompleted: Rollout step 2/3 completed (pause: 5)",
      "Normal RolloutResumed: Rollout is resumed",
    ],
  ],
  [
    "RolloutAborted by a person, without RolloutResumed",
    { stable: "3/3", new: "1/1", status: { ...notCompleted, ...paused, abort: true, currentStepIndex: 1 } },
    0,
    [...backToStable, "Warning RolloutAborted: Rollout aborted update to revision 2"],
  ],
  [
    "RolloutCompleted",
    { canary: { steps: [] }, new: "4/4", stable: "0/0", status: notCompleted },
    0,
    [
      `Normal RolloutCompleted: Rollout completed update to revision 2 (${newHash}): Completed all 0 canary steps`,
    ],
  ],
  [
    "AnalysisRunRunning of a run that had no phase when it was recorded",
    analysed("Running", ""),
    0,
    ["Normal AnalysisRunRunning: Background Analysis Run 'run' Status New: 'Running' Previous: ''"],
  ],
  [
    "AnalysisRunSuccessful",
    analysed("Successful", "Running"),
    0,
    [
      "Normal AnalysisRunSuccessful: Background Analysis Run 'run' Status New: 'Successful' Previous: 'Running'",
    ],
  ],
  ["none for a run of the same phase", analysed("Running", "Running"), 0, []],
  [
    "AnalysisRunFailed, and the abort for it",
    analysed("Failed", "Running"),
    0,
    [
      ...backToStable,
      "Warning AnalysisRunFailed: Background Analysis Run 'run' Status New: 'Failed' Previous: 'Running'",
      "Warning RolloutAborted: Rollout aborted update to revision 2: Background analysis phase error/failed: bad",
    ],
  ],
  [
    "AnalysisRunError, and the abort for it",
    analysed("Error", "Running"),
    0,
    [
      ...backToStable,
      "Warning AnalysisRunError: Background Analysis Run 'run' Status New: 'Error' Previous: 'Running'",
      "Warning RolloutAborted: Rollout aborted update to revision 2: Background analysis phase error/failed: bad",
    ],
  ],
  [
    "AnalysisRunInconclusive",
    analysed("Inconclusive", "Running"),
    0,
    [
      "Normal AnalysisRunInconclusive: Background Analysis Run 'run' Status New: 'Inconclusive' Previous: 'Running'",
    ],
  ],
];
for (const [name, given, at, want] of rows) {
  test(`events: ${name}`, () => deepEqual(told(decided(given, at)), want));
}
