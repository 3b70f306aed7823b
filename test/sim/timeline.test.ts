import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { Timeline } from "../../src/sim/timeline.ts";
import { after } from "./controllers/objects.ts";

const steps = [{ setWeight: 20 }, { pause: {} }, { setWeight: 60 }];

function rolloutOf(status: object, strategy: object = { canary: { steps } }): KubeObject {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { name: "web", namespace: "prod", generation: 2 },
    spec: { strategy },
    status: { stableRS: "old", currentPodHash: "new", ...status },
  };
}

function setOf(hash: string, availableReplicas: number): KubeObject {
  const metadata = { name: `web-${hash}`, labels: { "rollouts-pod-template-hash": hash } };
  return { apiVersion: "apps/v1", kind: "ReplicaSet", metadata, status: { availableReplicas } };
}

const sets = [setOf("old", 4), setOf("new", 1)];
const routed = { canary: { steps, trafficRouting: { nginx: {} } } };
const weights = { weights: { canary: { weight: 33 }, stable: { weight: 67 } } };
const done = { stableRS: "new", currentPodHash: "new" };

const old = { stableRS: "old", currentPodHash: "old" };
const before = rolloutOf(old);
const cases: [name: string, rollout: KubeObject, step: number | null, weight: number][] = [
  ["before it is seen", rolloutOf({ ...old, currentStepIndex: 3 }), 0, 0],
  ["at its first step", rolloutOf({ currentStepIndex: 0 }), 0, 20],
  ["at a pause", rolloutOf({ currentStepIndex: 1 }), 1, 20],
  ["at its last step", rolloutOf({ currentStepIndex: 2 }), 2, 60],
  ["after all steps", rolloutOf({ currentStepIndex: 3 }), 3, 100],
  ["after an abort", rolloutOf({ currentStepIndex: 0, abort: true }), 0, 0],
  ["once promoted", rolloutOf({ currentStepIndex: 3, ...done }), 3, 100],
  ["with a router", rolloutOf({ currentStepIndex: 0, canary: weights }, routed), 0, 33],
  ["with a router that carries nothing yet", rolloutOf({ currentStepIndex: 0 }, routed), 0, 0],
  ["without steps", rolloutOf({}, { canary: {} }), null, 0],
  [
    "of blue-green before the switch",
    rolloutOf({ blueGreen: { activeSelector: "old" } }, { blueGreen: {} }),
    null,
    0,
  ],
  [
    "of blue-green after it",
    rolloutOf({ blueGreen: { activeSelector: "new" } }, { blueGreen: {} }),
    null,
    100,
  ],
];
for (const [name, rollout, step, weight] of cases) {
  test(`the moment of a rollout ${name}`, () => {
    const timeline = new Timeline(after(0), before);
    timeline.add({ rollout, replicaSets: sets }, [], after(1.5));
    const [moment] = timeline.moments;
    deepEqual([moment?.at, moment?.step, moment?.weight], [1.5, step, weight]);
  });
}

test("pods are those available of each version; of a promoted one there is no canary", () => {
  const podsOf = (status: object) => {
    const rollout = rolloutOf(status);
    const timeline = new Timeline(after(0), before);
    timeline.add({ rollout, replicaSets: sets }, [], after(0));
    return timeline.moments[0]?.pods;
  };
  deepEqual(podsOf({}), { stable: 4, canary: 1 });
  deepEqual(podsOf(done), { stable: 1, canary: 0 });
});

test("there is a moment for each change and each instant in which something was written", () => {
  const rollout = rolloutOf({ currentStepIndex: 0 });
  const timeline = new Timeline(after(0), before);
  const ref = { apiVersion: "v1", kind: "Service", namespace: "prod", name: "web" };
  const effect = { do: "patch", ref, type: "merge", body: {}, why: "because" } as const;
  timeline.add({ rollout, replicaSets: sets }, [], after(0));
  timeline.add({ rollout, replicaSets: sets }, [], after(1));
  timeline.add({ rollout, replicaSets: sets }, [effect], after(2));
  timeline.add({ rollout, replicaSets: sets }, [{ ...effect, why: "again" }], after(2));
  equal(timeline.moments.length, 2);
  const shown = (why: string) => ({ do: "patch", object: "Service/web", why });
  deepEqual(timeline.moments[1]?.effects, [shown("because"), shown("again")]);
  equal(timeline.changedAt, after(2));
});
