import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { type Explanation, explain } from "../../src/rollout/explain.ts";
import { pod } from "../support/rolloutSeen.ts";
import { condition, type Midway, midway, newHash, oldHash, secondsIn, template, timeAt } from "./seen.ts";

const updated = condition("Progressing", "True", "ReplicaSetUpdated");
const moved = { conditions: [condition("Completed", "False", "RolloutCompleted"), updated] };
const paused = (reason: string, at = 0) => ({
  ...moved,
  pauseConditions: [{ reason, startTime: timeAt(at) }],
});
const steps = (...all: readonly object[]) => ({ canary: { steps: all } });
const pods: Midway = { ...steps({ setWeight: 75 }, { pause: {} }), new: "3/1", stable: "1/1", status: moved };
const analysis = { templates: [{ templateName: "rate" }] };
const templates = new Map([["shop/rate", template("rate")]]);
const run = (name: string, phase: string, labels: object): KubeObject => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "AnalysisRun",
  metadata: { name, namespace: "shop", uid: name, creationTimestamp: timeAt(1), labels: { ...labels } },
  spec: { metrics: [] },
  status: {
    phase,
    startedAt: timeAt(2),
    metricResults: [
      { name: "rate", phase, successful: 2, failed: 1, error: 1, message: "too low" },
      { name: "load", phase, successful: 1, inconclusive: 2, dryRun: true },
    ],
  },
});
const measured = [
  "metric rate: Running, 2 good, 1 bad, 1 failed to be taken: too low",
  "metric load: Running, 1 good, 0 bad, 2 inconclusive, dry run",
];
const stepRun = { "step-index": "0", "rollout-type": "Step" };

/** What is told: state, what is waited for, seconds since and until, and what ends it. */
type Told = readonly [is: Explanation["is"], what?: string, since?: number, until?: number, ends?: string];

const degraded = "it is called Degraded (ProgressDeadlineExceeded), and goes on";
const rows: readonly [name: string, given: Midway, told: Told][] = [
  ["pods", pods, ["waiting", "the canary's pods", 0, 600, degraded]],
  [
    "pods, with an abort in the end",
    { ...pods, spec: { progressDeadlineAbort: true, progressDeadlineSeconds: 60 } },
    ["waiting", "the canary's pods", 0, 60, "the update is aborted (progressDeadlineAbort)"],
  ],
  [
    "pods after the deadline",
    { ...pods, status: { conditions: [condition("Progressing", "False", "ProgressDeadlineExceeded")] } },
    ["stuck", "the canary's pods", 0],
  ],
  [
    "a pause of some time",
    { ...steps({ pause: { duration: 90 } }), new: "0/0", status: paused("CanaryPauseStep", -5) },
    ["waiting", "the pause to end", -5, 85, "the step is done"],
  ],
  [
    "a pause without end",
    { ...steps({ pause: {} }), new: "0/0", status: paused("CanaryPauseStep", -5) },
    ["waiting", "someone to promote it", -5],
  ],
  [
    "someone who holds it",
    {
      spec: { paused: true },
      status: { conditions: [updated, condition("Paused", "True", "RolloutPaused", "", 3)] },
    },
    ["waiting", "someone to resume it (spec.paused)", 3],
  ],
  [
    "an analysis",
    {
      ...steps({ analysis }),
      new: "0/0",
      runs: [run("web-step", "Running", stepRun)],
      status: { ...moved, canary: { currentStepAnalysisRunStatus: { name: "web-step", status: "Running" } } },
      more: { templates },
    },
    ["waiting", "the analysis web-step", 2],
  ],
  [
    "someone to decide about an analysis",
    { status: paused("InconclusiveAnalysisRun", 4) },
    ["stuck", "someone to decide about an inconclusive analysis", 4],
  ],
  [
    "someone after an abort",
    { new: "0/0", status: { ...moved, abort: true, abortedAt: timeAt(5) } },
    ["stuck", "someone to retry it, or to release another version", 5],
  ],
  [
    "the traffic after an abort",
    { new: "1/1", stable: "4/1", weight: 25, status: { ...moved, abort: true, abortedAt: timeAt(5) } },
    ["stuck", "the traffic to go back to stable", 5],
  ],
  [
    "stable that cannot carry its share",
    { ...steps({ setWeight: 25 }), new: "1/1", stable: "4/1", weight: 0, status: moved },
    ["waiting", "stable to carry its share of the traffic", 0, 600, degraded],
  ],
  [
    "all pods in the end",
    { new: "4/3", stable: "0/0", status: { ...moved, currentStepIndex: 2 } },
    ["waiting", "all 4 pods of the new version", 0, 600, degraded],
  ],
  [
    "pods of a version that is stable",
    { stable: "same", new: "4/3", status: { ...moved, currentStepIndex: 2 } },
    ["waiting", "all 4 pods of the new version", 0],
  ],
  [
    "the preview",
    { blueGreen: {}, services: { a: oldHash, p: newHash }, new: "4/2", status: moved },
    ["waiting", "4 pods of the new version", 0, 600, degraded],
  ],
  [
    "someone to promote the preview",
    {
      blueGreen: { autoPromotionEnabled: false },
      services: { a: oldHash, p: newHash },
      new: "4/4",
      status: paused("BlueGreenPause", 7),
    },
    ["waiting", "someone to promote it", 7],
  ],
  [
    "the preview's time",
    {
      blueGreen: { autoPromotionSeconds: 30 },
      services: { a: oldHash, p: newHash },
      new: "4/4",
      status: paused("BlueGreenPause", 7),
    },
    ["waiting", "the pause to end", 7, 37, "the switch"],
  ],
  [
    "someone to correct it",
    {
      more: { invalid: { message: "spec.x: no" } },
      status: { conditions: [condition("InvalidSpec", "True", "InvalidSpec", "", 8)] },
    },
    ["stuck", "someone to correct it", 8],
  ],
  [
    "a ReplicaSet that cannot be created",
    {
      new: null,
      status: { conditions: [condition("Progressing", "False", "ReplicaSetCreateError", "no quota", 6)] },
    },
    ["stuck", "a ReplicaSet that can be created", 6],
  ],
  [
    "the controller",
    { new: null, generation: 3, status: { observedGeneration: "2" } },
    ["moving", "the controller to see the last change"],
  ],
  [
    "nothing, as it goes on",
    { ...steps({ setWeight: 25 }, { setWeight: 50 }), stable: "3/3", status: moved },
    ["moving"],
  ],
];
for (const [name, given, [is, what, since, until, ends]] of rows) {
  test(`explain: waits for ${name}`, () => {
    const found = explain(midway(given), secondsIn(9));
    const instantOf = (seconds?: number) => (seconds === undefined ? undefined : secondsIn(seconds));
    const { waits } = found;
    deepEqual(
      [found.is, waits?.for, waits?.since, whole(waits?.until), waits?.ends],
      [is, what, instantOf(since), instantOf(until), ends],
    );
  });
}

/** The end of a pause is the millisecond after it. */
function whole(at: number | undefined): number | undefined {
  return at === undefined ? undefined : Math.floor(at / 1000) * 1000;
}

const why = (given: Midway, at = 9) => explain(midway(given), secondsIn(at)).waits?.why;
const next = (given: Midway) => explain(midway(given), secondsIn(9)).waits?.next;

test("explain: says what is the matter with pods, as seen or as known", () => {
  const short = `1 of 3 pods of ReplicaSet "web-${newHash}" (new version) are available`;
  deepEqual(why(pods), [short]);
  const status = { containerStatuses: [{ name: "web", state: { waiting: { reason: "CrashLoopBackOff" } } }] };
  const ill = [{ ...pod("a", { hash: newHash }), status }];
  const crashes = '1 of 3 pods fail because container "web" ends again and again (CrashLoopBackOff)';
  deepEqual(why({ ...pods, more: { pods: ill } }, 15), [short, crashes]);
  const known = condition("PodsFailing", "True", "CrashLoopBackOff", "they crash");
  deepEqual(why({ ...pods, status: { conditions: [updated, known] } }), [short, "they crash"]);
  equal(explain(midway({ ...pods, status: { conditions: [updated, known] } }), secondsIn(9)).is, "stuck");
  const refused = condition("ReplicaFailure", "True", "FailedCreate", "no quota");
  deepEqual(
    why({ ...pods, status: { conditions: [updated, refused] } })?.[1],
    "pods cannot be created: no quota",
  );
});

test("explain: says what analyses have measured and can do", () => {
  const [, step] = rows.find(([name]) => name === "an analysis") ?? [];
  deepEqual(why(step ?? {}), measured);
  deepEqual(next(step ?? {}), ["revision 2 becomes stable", "an abort when it fails"]);
  const background: Midway = {
    ...pods,
    canary: { ...pods.canary, analysis },
    runs: [run("web-back", "Running", { "rollout-type": "Background" })],
    status: {
      ...moved,
      canary: { currentBackgroundAnalysisRunStatus: { name: "web-back", status: "Running" } },
    },
    more: { templates },
  };
  deepEqual(
    why(background)?.slice(1),
    measured.map((line) => `background analysis: ${line}`),
  );
  deepEqual(next(background), ["step 2/2 (pause)", "an abort when the background analysis web-back fails"]);
});

test("explain: says why it was aborted, and what may follow", () => {
  const progressing = condition(
    "Progressing",
    "False",
    "RolloutAborted",
    "Rollout aborted update to revision 2: bad",
  );
  const aborted: Midway = {
    new: "0/0",
    status: { conditions: [progressing], abort: true, abortedAt: timeAt(5) },
  };
  deepEqual(why(aborted), ["Rollout aborted update to revision 2: bad"]);
  deepEqual(next(aborted), [
    "when it is retried: the update begins again at its first step",
    "or another version is released",
  ]);
});

test("explain: shows what is written now, where it is, and when it is looked at again", () => {
  const found = explain(
    midway({ ...steps({ setWeight: 50 }, { pause: {} }), new: "1/1", stable: "3/3", status: moved }),
    secondsIn(9),
  );
  deepEqual(found.step, { index: 0, count: 2, text: "setWeight: 50" });
  deepEqual(
    found.writes.map(({ do: verb, object }) => [verb, object]),
    [
      ["patch", `ReplicaSet/web-${oldHash}`],
      ["patch", `ReplicaSet/web-${newHash}`],
    ],
  );
  match(found.writes[1]?.why ?? "", /needs these pods/);
  equal(found.rollout, "shop/web");
  const routed = explain(
    midway({ ...pods, ...steps({ setWeight: 75 }), new: "3/1", stable: "4/4", weight: 25 }),
    secondsIn(9),
  );
  deepEqual([routed.weight, routed.looksAgain], [25, secondsIn(10)]);
});

test("explain: a rollout at rest waits for nothing", () => {
  const done = [
    condition("Completed", "True", "RolloutCompleted"),
    condition("Available", "True", "AvailableReason"),
    condition("Healthy", "True", "RolloutHealthy"),
    condition("Progressing", "True", "NewReplicaSetAvailable"),
  ];
  const found = explain(
    midway({
      stable: "same",
      new: "4/4",
      status: { currentStepIndex: 2, phase: "Healthy", conditions: done },
    }),
    secondsIn(9),
  );
  deepEqual([found.is, found.waits, found.step, found.writes], ["settled", undefined, undefined, []]);
});
