import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { annotation } from "../../src/api/labels.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { targetOf } from "../../src/reconcile/effect.ts";
import {
  decided,
  eventsOf,
  type Midway,
  newHash,
  oldHash,
  secondsIn,
  statusAfter,
  template,
  timeAt,
} from "./seen.ts";

const analysis = { templates: [{ templateName: "rate" }] };
const templates = new Map([["shop/rate", template("rate")]]);
const paused = [{ reason: "CanaryPauseStep", startTime: timeAt(0) }];
const rest: Midway = { stable: "3/3", new: "1/1" };
const steps = (...all: readonly object[]) => ({ canary: { steps: all } });

function stepRun(phase: string): Partial<Midway> {
  const run: KubeObject = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisRun",
    metadata: { name: "run", namespace: "shop", labels: { "rollout-type": "Step", "step-index": "0" } },
    spec: { metrics: [] },
    status: { phase },
  };
  const canary = { currentStepAnalysisRunStatus: { name: "run", status: "Running" } };
  return { runs: [run], more: { templates }, status: { canary } };
}

/** The index that a step leads to, at ten seconds (rollout-core 13.4). */
const completions: readonly [name: string, given: Midway, index: number][] = [
  ["pause without condition begins", { ...rest, ...steps({ pause: {} }) }, 0],
  ["pause that a person ended", { ...rest, ...steps({ pause: {} }), status: { controllerPause: true } }, 1],
  ["pause without end", { ...rest, ...steps({ pause: {} }), status: { pauseConditions: paused } }, 0],
  [
    "pause under way",
    { ...rest, ...steps({ pause: { duration: 10 } }), status: { pauseConditions: paused } },
    0,
  ],
  [
    "pause that is over",
    { ...rest, ...steps({ pause: { duration: 9 } }), status: { pauseConditions: paused } },
    1,
  ],
  [
    "pause in words",
    { ...rest, ...steps({ pause: { duration: "1h" } }), status: { pauseConditions: paused } },
    0,
  ],
  ["setWeight with its pods", { ...rest, ...steps({ setWeight: 25 }) }, 1],
  ["setWeight without one of them", { ...rest, new: "1/0", ...steps({ setWeight: 25 }) }, 0],
  ["setWeight with pods of others", { ...rest, others: { older: "1/1" }, ...steps({ setWeight: 25 }) }, 0],
  ["setWeight with too many stable pods", { ...rest, stable: "4/4", ...steps({ setWeight: 25 }) }, 0],
  ["setWeight of a router", { weight: 25, ...steps({ setWeight: 25 }) }, 1],
  ["setWeight that the router has not taken", { weight: 0, ...steps({ setWeight: 25 }) }, 0],
  [
    "setWeight beside stable pods that are not there yet",
    { weight: 25, stable: { size: 4, total: 3 }, ...steps({ setWeight: 25 }) },
    0,
  ],
  [
    "setWeight that stable cannot carry the rest of",
    { weight: 0, stable: "4/2", ...steps({ setWeight: 25 }) },
    0,
  ],
  [
    "setCanaryScale with its pods",
    { weight: 0, new: "3/3", ...steps({ setCanaryScale: { replicas: 3 } }) },
    1,
  ],
  [
    "setCanaryScale without one of them",
    { weight: 0, new: "3/2", ...steps({ setCanaryScale: { replicas: 3 } }) },
    0,
  ],
  [
    "setCanaryScale and setWeight by the pods",
    { weight: 25, new: "3/3", ...steps({ setWeight: 25, setCanaryScale: { replicas: 3 } }) },
    1,
  ],
  [
    "analysis that is new",
    { ...rest, stable: "4/4", new: "0/0", ...steps({ analysis }), more: { templates } },
    0,
  ],
  ["analysis under way", { ...rest, ...steps({ analysis }), ...stepRun("Running") }, 0],
  ["analysis that succeeded", { ...rest, ...steps({ analysis }), ...stepRun("Successful") }, 1],
  ["analysis without templates", { ...rest, ...steps({ analysis: {} }) }, 1],
  ["setHeaderRoute", { weight: 0, new: "0/0", ...steps({ setHeaderRoute: { name: "h" } }) }, 1],
  ["setMirrorRoute", { weight: 0, new: "0/0", ...steps({ setMirrorRoute: { name: "m" } }) }, 1],
  ["none while a person holds it", { ...rest, ...steps({ setWeight: 25 }), spec: { paused: true } }, 0],
  ["one at a time", { ...rest, ...steps({ setWeight: 25 }, { setWeight: 25 }) }, 1],
];
for (const [name, given, index] of completions) {
  test(`step done: ${name}`, () => equal(statusAfter(given, 10).currentStepIndex, index));
}

test("step done: a pause is looked at just after its end", () => {
  const given = { ...rest, ...steps({ pause: { duration: 30 } }), status: { pauseConditions: paused } };
  equal(decided(given, 10).requeueAt, secondsIn(30) + 1);
});

test("an abort turns the routes back before it notes when the pods may go", () => {
  const canary = { steps: [{ setWeight: 50 }, { pause: {} }], abortScaleDownDelaySeconds: 30 };
  const { effects } = decided({ weight: 50, new: "2/2", canary, status: { abort: true } }, 10);
  deepEqual(
    effects.map((effect) => targetOf(effect).kind),
    ["Route", "ReplicaSet"],
  );
});

const done: Midway = { new: "4/4", stable: "0/0" };
const end = { status: { currentStepIndex: 2 } };
const pair: Midway = {
  canary: { steps: [], pingPong: { pingService: "ping", pongService: "pong" } },
  status: { canary: { stablePingPong: "ping" } },
};
const window: Midway = {
  spec: { rollbackWindow: { revisions: 1 } },
  new: { size: 4, revision: 1 },
  stable: { size: 0, revision: 3 },
  revision: 3,
};

/** Why the new version becomes stable (rollout-core 13.5). */
const promotions: readonly [name: string, given: Midway, reason: string | undefined][] = [
  ["1 without stable version", { stable: null, status: { stableRS: "" } }, "Initial deploy"],
  ["1 without the stable ReplicaSet, midway", { stable: null }, "Initial deploy"],
  ["1 before an abort", { stable: null, status: { stableRS: "", abort: true } }, "Initial deploy"],
  ["c2 aborted", { ...done, status: { ...end.status, abort: true } }, undefined],
  ["c3 without one pod", { ...done, ...end, new: "4/3" }, undefined],
  ["c3 with more pods than wanted", { ...done, ...end, new: "5/5" }, "Completed all 2 canary steps"],
  [
    "c3 with enough by the threshold",
    { ...done, ...end, new: "4/3", canary: { replicaProgressThreshold: { type: "Percent", value: 75 } } },
    "Completed all 2 canary steps",
  ],
  ["c4 in full", { ...done, status: { promoteFull: true } }, "Full promotion requested"],
  [
    "c4 in full after an abort",
    { ...done, status: { promoteFull: true, abort: true } },
    "Full promotion requested",
  ],
  ["c4 in full without pods", { ...done, new: "4/1", status: { promoteFull: true } }, undefined],
  ["c5 within the window", window, "Rollback within window"],
  ["c6 at the end", { ...done, ...end }, "Completed all 2 canary steps"],
  ["c6 without steps", { ...done, canary: { steps: [] } }, "Completed all 0 canary steps"],
  ["c6 midway", { ...done, status: { currentStepIndex: 1 } }, undefined],
  ["while the router is still to be written to", { ...end, new: "4/4", weight: 25 }, undefined],
  [
    "while the side of a pair that will be stable has still to be turned",
    { ...pair, new: "4/4", weight: 0, services: { ping: oldHash, pong: "" } },
    undefined,
  ],
  [
    "once the side of a pair is turned",
    { ...pair, new: "4/4", weight: 0, services: { ping: oldHash, pong: newHash } },
    "Completed all 0 canary steps",
  ],
  ["while stable has more pods than replicas", { ...end, new: "4/4", stable: "5/5", weight: 0 }, undefined],
  [
    "while pods of stable are still going",
    { ...end, new: "4/4", stable: { size: 4, available: 4, total: 5 }, weight: 0 },
    undefined,
  ],
  ["once the router carries everything", { ...end, new: "4/4", weight: 100 }, "Completed all 2 canary steps"],
];
for (const [name, given, reason] of promotions) {
  test(`promotion: ${name}`, () => {
    const told = eventsOf(decided(given)).find((text) => text.includes("RolloutCompleted"));
    const { stableRS, promoteFull } = statusAfter(given);
    const prefix = `Normal RolloutCompleted: Rollout completed update to revision ${given.revision ?? 2} (${newHash}): `;
    equal(told, reason === undefined ? undefined : prefix + reason);
    if (reason !== undefined) deepEqual([stableRS, promoteFull], [newHash, undefined]);
  });
}

test("core trap 55: while the router does not confirm the last weight nothing is promoted", () => {
  const stuck = { ...end, new: "4/4" as const, weight: 75 };
  deepEqual([statusAfter(stuck).stableRS, statusAfter(stuck).currentStepIndex], [oldHash, 2]);
  deepEqual(
    decided(stuck).effects.map((effect) => effect.why),
    ["send 100"],
  );
});

test("a promotion of a fully promoted Rollout only drops promoteFull", () => {
  const given: Midway = { stable: "same", new: "4/4", status: { promoteFull: true, currentStepIndex: 2 } };
  equal(statusAfter(given).promoteFull, undefined);
  deepEqual(
    eventsOf(decided(given)).filter((text) => text.includes("RolloutCompleted")),
    [],
  );
  equal(statusAfter({ ...given, new: "4/3" }).promoteFull, true);
});

/** Going back (rollout-core 13.6): by creation time and the number between. */
const windows: readonly [name: string, given: Midway, index: number][] = [
  ["an older version within it", window, 2],
  ["an older version without one", { ...window, spec: {} }, 0],
  [
    "a newer version",
    { spec: window.spec ?? {}, ...rest, canary: { steps: [{ setWeight: 60 }, { pause: {} }] } },
    0,
  ],
  ["as many between as it allows", { ...window, others: { between: between() } }, 0],
  [
    "fewer between than it allows",
    { ...window, spec: { rollbackWindow: { revisions: 2 } }, others: { between: between() } },
    2,
  ],
];
for (const [name, given, index] of windows) {
  test(`rollback window: ${name}`, () => {
    const held = {
      ...given,
      new: { ...(typeof given.new === "object" ? given.new : {}), size: 1, available: 0 },
    };
    equal(
      statusAfter({ ...held, canary: { steps: [{ setWeight: 60 }, { pause: {} }] } }).currentStepIndex,
      index,
    );
  });
}

/** A ReplicaSet that was created between the two of `window`. */
function between() {
  return { size: 0, revision: 2, annotations: { [annotation.revision]: "9" } };
}

test("a change begins anew and touches neither pods nor traffic", () => {
  const plan = decided({
    weight: 0,
    new: "0/0",
    status: { currentPodHash: oldHash, currentStepIndex: 2, promoteFull: true },
  });
  deepEqual(plan.effects, []);
  const { currentStepIndex, currentPodHash, promoteFull } = statusAfter({
    status: { currentPodHash: oldHash, currentStepIndex: 2, promoteFull: true },
  });
  deepEqual([currentStepIndex, currentPodHash, promoteFull], [0, newHash, undefined]);
});

for (const [step, text] of [
  [{ setWeight: 10 }, "setWeight: 10"],
  [{ setCanaryScale: { weight: 25 } }, "setCanaryScale{weight: 25}"],
  [{ setCanaryScale: { replicas: 1 } }, "setCanaryScale{replicas: 1}"],
  [{ setCanaryScale: { matchTrafficWeight: true }, setWeight: 25 }, "setWeight: 25"],
] as const) {
  test(`events: a step is named ${text}`, () => {
    const steps = [step, { pause: {} }];
    const weight = "setWeight" in step ? step.setWeight : 0;
    const plan = decided({ canary: { steps }, weight, new: "1/1", stable: "4/4", status: {} });
    ok(
      eventsOf(plan).includes(`Normal RolloutStepCompleted: Rollout step 1/2 completed (${text})`),
      eventsOf(plan).join(),
    );
  });
}
