import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { previewSize } from "../../src/rollout/blueGreen.ts";
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
  viewAt,
} from "./seen.ts";

const paused = {
  pauseConditions: [{ reason: "BlueGreenPause", startTime: timeAt(0) }],
  controllerPause: true,
};
const resumed = { controllerPause: true };
const checkpoint = { blueGreen: { scaleUpPreviewCheckPoint: true } };
const manual = { autoPromotionEnabled: false };
const later = { autoPromotionSeconds: 30 };
const analysis = { templates: [{ templateName: "rate" }] };
const templates = new Map([["shop/rate", template("rate")]]);
/** An update whose pods are all there and whose active Service is still the old version's. */
const ready: Midway = { blueGreen: {}, new: "4/4", services: { a: oldHash, p: newHash } };

function with_(strategy: object, more: Midway = {}): Midway {
  return { ...ready, ...more, blueGreen: strategy };
}

/** A finished or running pre- or post-promotion run that the status names. */
function analysed(kind: "pre" | "post", phase: string, more: Midway = {}): Midway {
  const type = kind === "pre" ? "PrePromotion" : "PostPromotion";
  const field = kind === "pre" ? "prePromotionAnalysis" : "postPromotionAnalysis";
  const run: KubeObject = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisRun",
    metadata: { name: "run", namespace: "shop", labels: { "rollout-type": type } },
    spec: { metrics: [] },
    status: { phase },
  };
  const status = {
    ...more.status,
    blueGreen: {
      activeSelector: kind === "pre" ? oldHash : newHash,
      [`${field}RunStatus`]: { name: "run", status: "Running" },
      ...(more.status?.["blueGreen"] as object | undefined),
    },
  };
  return with_(
    { ...manual, ...more.blueGreen, [field]: analysis },
    { ...more, status, runs: [run], more: { templates } },
  );
}

/** The preview's size (rollout-core 15.3). */
const one = { previewReplicaCount: 1 };
const sizes: readonly [name: string, given: Midway, want: number][] = [
  ["without a preview count", with_({}), 4],
  ["without active version", with_(one, { services: { a: "" } }), 4],
  ["when it is active", with_(one, { services: { a: newHash } }), 4],
  ["promoted in full", with_(one, { status: { promoteFull: true } }), 4],
  ["that has just changed", with_(one, { status: { currentPodHash: oldHash, ...checkpoint } }), 1],
  ["before the checkpoint", with_(one), 1],
  ["after the checkpoint", with_(one, { status: checkpoint }), 4],
  [
    "after the checkpoint while a person holds it",
    with_(one, { spec: { paused: true }, status: checkpoint }),
    1,
  ],
  ["after the checkpoint while paused", with_(one, { status: { ...paused, ...checkpoint } }), 1],
  [
    "back within the delay",
    with_(one, { new: { size: 4, revision: 1, deadline: timeAt(60) }, stable: { size: 4, revision: 2 } }),
    4,
  ],
];
for (const [name, given, want] of sizes) {
  test(`preview size ${name}`, () => equal(previewSize(viewAt(given, 10), newHash), want));
}

/**
 * The pause before the switch, and the switch (rollout-core 15.4, 15.5): what the status pauses for, and
 * where active goes.
 */
const pauses: readonly [name: string, given: Midway, at: number, pause: string, active: string][] = [
  ["needs none", ready, 0, "", "new"],
  ["needs none and has one", with_({}, { status: paused }), 0, "BlueGreenPause", "new"],
  ["pods are not ready", with_(manual, { new: "4/3" }), 0, "", ""],
  ["pods are of another size", with_(manual, { new: { size: 4, desired: 3 } }), 0, "BlueGreenPause", ""],
  ["begins", with_(manual), 0, "BlueGreenPause", ""],
  ["begins for a time", with_(later), 0, "BlueGreenPause", ""],
  ["goes on without end", with_(manual, { status: paused }), 9999, "BlueGreenPause", ""],
  ["goes on for its time", with_(later, { status: paused }), 30, "BlueGreenPause", ""],
  ["ends after its time", with_(later, { status: paused }), 31, "BlueGreenPause", "new"],
  [
    "its time does not count without auto-promotion",
    with_({ ...manual, ...later }, { status: paused }),
    31,
    "BlueGreenPause",
    "",
  ],
  ["was ended by a person", with_(manual, { status: resumed }), 0, "", "new"],
  ["was ended by a person before its time", with_(later, { status: resumed }), 0, "", "new"],
  [
    "promoted in full",
    with_(manual, { status: { ...paused, promoteFull: true } }),
    0,
    "BlueGreenPause",
    "new",
  ],
  ["ends when the switch is seen", with_({}, { services: { a: newHash }, status: paused }), 0, "", ""],
  [
    "promoted in full without all pods",
    with_(manual, { new: "4/3", status: { promoteFull: true } }),
    0,
    "",
    "",
  ],
  [
    "back within the delay",
    with_(manual, { new: { size: 4, revision: 1, deadline: timeAt(60) }, stable: { size: 4, revision: 2 } }),
    0,
    "",
    "new",
  ],
  [
    "back after the delay",
    with_(manual, { new: { size: 4, revision: 1 }, stable: { size: 4, revision: 2 } }),
    0,
    "BlueGreenPause",
    "",
  ],
  [
    "back within the window",
    with_(manual, {
      spec: { rollbackWindow: { revisions: 1 } },
      new: { size: 4, revision: 1 },
      stable: { size: 4, revision: 2 },
    }),
    0,
    "",
    "new",
  ],
  ["active selects nothing yet", with_(manual, { services: { a: "", p: newHash } }), 0, "", "new"],
  ["after the checkpoint", with_({ ...manual, ...one }, { status: checkpoint }), 0, "", "new"],
  ["before the checkpoint", with_({ ...manual, ...one }, { new: "1/1" }), 0, "BlueGreenPause", ""],
  ["preview resumed", with_({ ...manual, ...one }, { new: "1/1", status: resumed }), 0, "", ""],
  ["a person holds it", with_({}, { spec: { paused: true } }), 0, "", ""],
  ["waits for the analysis", analysed("pre", "Running"), 0, "", ""],
  ["begins after the analysis", analysed("pre", "Successful"), 0, "BlueGreenPause", ""],
  ["resumed after the analysis", analysed("pre", "Successful", { status: resumed }), 0, "", "new"],
  ["resumed before the end of the analysis", analysed("pre", "Running", { status: resumed }), 0, "", ""],
  ["asks a person about the analysis", analysed("pre", "Inconclusive"), 0, "InconclusiveAnalysisRun", ""],
  ["aborted before the switch", with_(manual, { status: { abort: true } }), 0, "", ""],
  [
    "aborted after the switch",
    with_(
      { postPromotionAnalysis: analysis },
      { services: { a: newHash }, status: { abort: true }, more: { templates } },
    ),
    0,
    "",
    "old",
  ],
  [
    "aborted after the switch while new pods crash",
    with_(
      { postPromotionAnalysis: analysis },
      { new: "4/0", services: { a: newHash }, status: { abort: true }, more: { templates } },
    ),
    0,
    "",
    "old",
  ],
];
for (const [name, given, at, pause, active] of pauses) {
  test(`blue-green pause: ${name}`, () => {
    const reasons = (statusAfter(given, at).pauseConditions ?? []).map(({ reason }) => reason).join("+");
    deepEqual([reasons, activeIn(given, at)], [pause, active]);
  });
}

/** The version that the plan switches the active Service to; empty when it stays. */
function activeIn(given: Midway, at: number): string {
  const effect = decided(given, at).effects.find((one) => one.do === "patch" && one.ref.name === "a");
  if (effect?.do !== "patch") return "";
  const { selector } = (effect.body as { spec: { selector: Readonly<Record<string, string>> } }).spec;
  return Object.values(selector).includes(newHash) ? "new" : "old";
}

test("blue-green: the end of the countdown is looked at", () => {
  equal(decided(with_(later, { status: paused }), 5).requeueAt, secondsIn(30) + 1);
});

const switched = { services: { a: newHash, p: newHash } };

/** Why the new version becomes stable (rollout-core 13.5). */
const promotions: readonly [name: string, given: Midway, reason: string | undefined][] = [
  ["1 without stable version", with_({}, { stable: null, status: { stableRS: "" } }), "Initial deploy"],
  ["b2 while active selects nothing", with_({}, { services: { a: "" } }), "Initial deploy"],
  ["b3 while active selects another", ready, undefined],
  ["b5 in full", with_({}, { ...switched, status: { promoteFull: true } }), "Full promotion requested"],
  [
    "b6 within the window",
    with_(
      {},
      {
        ...switched,
        spec: { rollbackWindow: { revisions: 1 } },
        new: { size: 4, revision: 1 },
        stable: { size: 4, revision: 2 },
      },
    ),
    "Rollback within window",
  ],
  [
    "b6 within the delay",
    with_(
      {},
      { ...switched, new: { size: 4, revision: 1, deadline: timeAt(60) }, stable: { size: 4, revision: 2 } },
    ),
    "Fast rollback",
  ],
  ["b7 aborted", with_({}, { ...switched, status: { abort: true } }), undefined],
  ["b8 before the analysis succeeded", analysed("post", "Running", switched), undefined],
  [
    "b8 after the analysis succeeded",
    analysed("post", "Successful", switched),
    "Completed blue-green update",
  ],
  ["b9 switched", with_({}, switched), "Completed blue-green update"],
];
for (const [name, given, reason] of promotions) {
  test(`blue-green promotion: ${name}`, () => {
    const told = eventsOf(decided(given)).find((text) => text.includes("RolloutCompleted"));
    equal(told?.split(`(${newHash}): `)[1], reason);
    equal(statusAfter(given).stableRS, reason === undefined ? oldHash : newHash);
  });
}

test("blue-green: the checkpoint is reached with the preview's pods once released, and stays", () => {
  const reached = (given: Midway) => statusAfter(given).blueGreen?.scaleUpPreviewCheckPoint;
  const small = { new: "1/1" } as const;
  equal(reached(with_({ ...manual, ...one }, small)), undefined);
  equal(reached(with_({ ...manual, ...one }, { ...small, status: resumed })), true);
  equal(reached(with_(one, small)), true);
  equal(reached(with_({ ...manual, ...one }, { status: checkpoint, new: "4/3" })), true);
});

test("blue-green: status counts the active version alone", () => {
  const { replicas, updatedReplicas, readyReplicas, availableReplicas, HPAReplicas, selector } = statusAfter(
    with_(manual, { new: "4/4", stable: "4/3" }),
  );
  deepEqual([replicas, updatedReplicas, readyReplicas, availableReplicas, HPAReplicas], [8, 4, 3, 3, 4]);
  equal(selector, `app=web,rollouts-pod-template-hash=${oldHash}`);
});
