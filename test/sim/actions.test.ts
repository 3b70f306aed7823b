import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { type Action, patchesOf } from "../../src/sim/actions.ts";
import { after } from "./controllers/objects.ts";

function rolloutOf(spec: object, status: object): KubeObject {
  const steps = [{ setWeight: 20 }, { pause: {} }];
  const template = { spec: { containers: [{ name: "web", image: "web:1" }] } };
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { name: "web" },
    spec: { strategy: { canary: { steps } }, template, ...spec },
    status,
  };
}

const paused = { pauseConditions: [{ reason: "CanaryPauseStep" }], currentStepIndex: 1 };
const cases: [name: string, action: Action, rollout: KubeObject, bodies: unknown[]][] = [
  ["ends a pause", { do: "promote" }, rolloutOf({}, paused), [{ status: { pauseConditions: null } }]],
  [
    "skips a step where there is no pause",
    { do: "promote" },
    rolloutOf({}, { currentStepIndex: 0 }),
    [{ status: { pauseConditions: null, currentStepIndex: 1 } }],
  ],
  [
    "does not go beyond the last step",
    { do: "promote" },
    rolloutOf({}, { currentStepIndex: 2 }),
    [{ status: { pauseConditions: null, currentStepIndex: 2 } }],
  ],
  [
    "resumes what a person has paused",
    { do: "promote" },
    rolloutOf({ paused: true }, paused),
    [{ status: { pauseConditions: null } }, { spec: { paused: false } }],
  ],
  ["promotes fully", { do: "promoteFull" }, rolloutOf({}, {}), [{ status: { promoteFull: true } }]],
  ["aborts", { do: "abort" }, rolloutOf({}, {}), [{ status: { abort: true } }]],
  ["retries", { do: "retry" }, rolloutOf({}, {}), [{ status: { abort: false } }]],
  ["pauses", { do: "pause" }, rolloutOf({}, {}), [{ spec: { paused: true } }]],
  ["restarts", { do: "restart" }, rolloutOf({}, {}), [{ spec: { restartAt: "2024-01-01T00:00:09Z" } }]],
  ["scales", { do: "scale", replicas: 3 }, rolloutOf({}, {}), [{ spec: { replicas: 3 } }]],
  [
    "sets an image",
    { do: "setImage", images: { web: "web:2" } },
    rolloutOf({}, {}),
    [[{ op: "add", path: "/spec/template/spec/containers/0/image", value: "web:2" }]],
  ],
  ["sets no image that is set", { do: "setImage", images: { "*": "web:1" } }, rolloutOf({}, {}), []],
];
for (const [name, action, rollout, bodies] of cases) {
  test(`a person ${name}`, () => {
    const patches = patchesOf(action, rollout, after(9));
    deepEqual(
      patches.map(({ body }) => body),
      bodies,
    );
  });
}
