import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { Problem } from "../../src/api/problem.ts";
import { read } from "../../src/api/read.ts";
import { Rollout } from "../../src/api/rollout.ts";

function rollout(spec: unknown, more: object = {}): Record<string, unknown> {
  return { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", metadata: { name: "web" }, spec, ...more };
}

function canary(step: unknown): unknown {
  return { strategy: { canary: { steps: [step] } } };
}

test("what the schema does not know is left out, except in pods and plugins", () => {
  const spec = {
    nonsense: 1,
    template: { spec: { containers: [{ name: "a", nonsense: 1 }], nonsense: 1 } },
    strategy: { canary: { trafficRouting: { plugins: { "a/b": { nonsense: 1 } } } } },
  };
  const { nonsense: _, ...kept } = spec;
  deepEqual(read(Rollout, rollout(spec)), rollout(kept));
});

test("the metadata keeps what is not named in the schema", () => {
  const metadata = { name: "web", uid: "u", labels: { a: "b" }, generateName: "w", managedFields: [{}] };
  deepEqual(read(Rollout, rollout({}, { metadata })).metadata, metadata);
});

const wrong: [object: unknown, message: string][] = [
  [rollout({ replicas: "3" }), 'spec.replicas: Invalid value: "3": must be of type integer'],
  [rollout({ replicas: 1.5 }), "spec.replicas: Invalid value: 1.5: must be of type integer"],
  [rollout({ replicas: 3e9 }), "spec.replicas: Invalid value: 3000000000: must be a whole number of 32 bits"],
  [rollout({ paused: "yes" }), 'spec.paused: Invalid value: "yes": must be of type boolean'],
  [rollout({ template: [] }), "spec.template: Invalid value: []: must be of type object"],
  [
    rollout({ selector: { matchLabels: 1 } }),
    "spec.selector.matchLabels: Invalid value: 1: must be of type object",
  ],
  [
    rollout({ strategy: { canary: { steps: {} } } }),
    "spec.strategy.canary.steps: Invalid value: {}: must be of type array",
  ],
  [
    rollout(canary({ setWeight: "x" })),
    'spec.strategy.canary.steps[0].setWeight: Invalid value: "x": must be of type integer',
  ],
  [
    rollout(canary({ pause: { duration: true } })),
    "spec.strategy.canary.steps[0].pause.duration: Invalid value: true: must be of type integer or string",
  ],
  [
    rollout(canary({ setMirrorRoute: {} })),
    "spec.strategy.canary.steps[0].setMirrorRoute.name: Required value",
  ],
  [rollout({ strategy: { blueGreen: {} } }), "spec.strategy.blueGreen.activeService: Required value"],
  [rollout(undefined), "spec: Required value"],
  [rollout({}, { kind: "Deployment" }), 'kind: Unsupported value: "Deployment": supported values: "Rollout"'],
];
for (const [object, message] of wrong) {
  test(`read says ${message}`, () => {
    throws(
      () => read(Rollout, object),
      (error) => {
        equal(error instanceof Problem ? error.message : error, message);
        return true;
      },
    );
  });
}
