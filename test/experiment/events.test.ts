import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import type { ExperimentStatus } from "../../src/api/experiment.ts";
import { eventsFor } from "../../src/experiment/events.ts";
import { viewOf } from "../../src/experiment/view.ts";
import { rolloutWith, start } from "./lab.ts";

const rollout = rolloutWith();

/** The events of a change, as `object type reason message`. */
function told(before: ExperimentStatus, after: ExperimentStatus, owned = false): readonly string[] {
  const object = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Experiment",
    metadata: { name: "exp" },
    status: before,
  };
  const seen = {
    object,
    spec: { templates: [] },
    invalid: undefined,
    replicaSets: [],
    runs: [],
    services: new Map(),
    templates: new Map(),
    rollout: owned ? rollout : undefined,
    obstacle: undefined,
    last: undefined,
  };
  return eventsFor(viewOf(seen, start), after).map(
    ({ on, type, reason, message }) => `${on === rollout ? "RO " : ""}${type} ${reason} ${message}`,
  );
}

const run = (phase: string, message?: string) => ({
  analysisRuns: [{ name: "m", analysisRun: "exp-m", phase, ...(message !== undefined && { message }) }],
});
const version = (status: string, message?: string) => ({
  templateStatuses: [{ name: "a", status, ...(message !== undefined && { message }) }],
});

const cases: readonly [
  name: string,
  before: ExperimentStatus,
  after: ExperimentStatus,
  want: readonly string[],
][] = [
  ["nothing", { phase: "Running", ...run("Running") }, { phase: "Running", ...run("Running", "new") }, []],
  [
    "the first phase",
    {},
    { phase: "Pending" },
    ["Normal ExperimentPending Experiment transitioned from  -> Pending"],
  ],
  ...["Failed", "Error", "Inconclusive"].map((phase): (typeof cases)[number] => [
    `a bad phase: ${phase}`,
    { phase: "Running" },
    { phase, message: "m" },
    [`Warning Experiment${phase} Experiment transitioned from Running -> ${phase}`],
  ]),
  [
    "a version that fails",
    version("Progressing"),
    version("Failed", "late"),
    ["Warning TemplateFailed Template 'a' transitioned from Progressing -> Failed: late"],
  ],
  [
    "an inconclusive analysis, a warning here (analysis trap 71)",
    run("Running"),
    run("Inconclusive", "unsure"),
    ["Warning AnalysisRunInconclusive AnalysisRun 'm' transitioned from Running -> Inconclusive: unsure"],
  ],
];
for (const [name, before, after, want] of cases) {
  test(`the events of an experiment tell ${name}`, () => deepEqual(told(before, after), want));
}

test("events about analyses reach the Rollout, always as warnings (analysis trap 70)", () => {
  deepEqual(told({ ...run("Running") }, { ...run("Successful"), ...version("Running") }, true), [
    "Normal TemplateRunning Template 'a' transitioned from  -> Running",
    "Normal AnalysisRunSuccessful AnalysisRun 'm' transitioned from Running -> Successful",
    "RO Warning AnalysisRunSuccessful AnalysisRun 'm' transitioned from Running -> Successful",
  ]);
});
