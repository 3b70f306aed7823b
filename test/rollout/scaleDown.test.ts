import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { annotation } from "../../src/api/labels.ts";
import { decided, type Midway, newHash, oldHash, secondsIn, template, timeAt } from "./seen.ts";

/** What a plan does to ReplicaSets: `hash size deadline`, what stays is `-`. */
function changes(options: Midway, at = 10): readonly string[] {
  return decided(options, at).effects.flatMap((effect) => {
    if (effect.do !== "patch" || effect.ref.kind !== "ReplicaSet") return [];
    const { metadata, spec } = effect.body as {
      metadata?: { annotations?: Readonly<Record<string, string | null>> };
      spec?: { replicas?: number };
    };
    const deadline = metadata?.annotations?.[annotation.scaleDownDeadline];
    const size = spec?.replicas ?? "-";
    if (size === "-" && deadline === undefined) return [];
    return [`${effect.ref.name.slice(4)} ${size} ${deadline === undefined ? "-" : (deadline ?? "none")}`];
  });
}

const idle: Midway = { stable: "same", new: "4/4", status: { currentStepIndex: 2 } };
const routed = { trafficRouting: {}, canaryService: "c", stableService: "s" };
const pausing = { status: { currentStepIndex: 1 } };
const after30 = timeAt(40);

/** A ping-pong pair whose canary side selects a version, carries 25, and has that recorded nowhere. */
function pairAt(selected: string): Midway {
  return {
    weight: 25,
    new: "1/1",
    canary: { pingPong: { pingService: "ping", pongService: "pong" }, canaryService: "", stableService: "" },
    services: { ping: selected, pong: oldHash },
    others: { mid: "1/1" },
    status: { currentStepIndex: 1, canary: { stablePingPong: "pong" } },
  };
}

/** Canary (rollout-core 18.2, 18.4), at ten seconds. */
const canaries: readonly [name: string, given: Midway, want: readonly string[]][] = [
  [
    "a former stable one gets its time",
    { ...idle, canary: routed, others: { old: "4/4" } },
    [`old - ${after30}`],
  ],
  [
    "in its time it stays",
    { ...idle, canary: routed, others: { old: { size: 4, deadline: timeAt(20) } } },
    [],
  ],
  [
    "it goes when that is over",
    { ...idle, canary: routed, others: { old: { size: 4, deadline: timeAt(10) } } },
    ["old 0 none"],
  ],
  [
    "a deadline that cannot be read is over",
    { ...idle, canary: routed, others: { old: { size: 4, deadline: "soon" } } },
    ["old 0 none"],
  ],
  [
    "without delay it goes now",
    { ...idle, canary: { ...routed, scaleDownDelaySeconds: 0 }, others: { old: "4/4" } },
    ["old 0 -"],
  ],
  [
    "with its own delay",
    { ...idle, canary: { ...routed, scaleDownDelaySeconds: 60 }, others: { old: "4/4" } },
    [`old - ${timeAt(70)}`],
  ],
  [
    "above the limit the older goes",
    {
      ...idle,
      canary: { ...routed, scaleDownDelayRevisionLimit: 1 },
      others: { older: { size: 4, revision: 0 }, old: { size: 4, revision: 1 } },
    },
    [`old - ${after30}`, "older 0 -"],
  ],
  [
    "above the limit the older goes, also in its time",
    {
      ...idle,
      canary: { ...routed, scaleDownDelayRevisionLimit: 1 },
      others: {
        older: { size: 4, revision: 0, deadline: timeAt(20) },
        old: { size: 4, revision: 1, deadline: timeAt(20) },
      },
    },
    ["older 0 none"],
  ],
  ["a version between goes at once", { canary: routed, others: { mid: "2/2" }, ...pausing }, ["mid 0 -"]],
  [
    "a version between that has a deadline keeps its time",
    { canary: routed, others: { mid: { size: 2, deadline: timeAt(20) } } },
    [],
  ],
  [
    "with a dynamic stable it goes at once",
    { ...idle, canary: { ...routed, dynamicStableScale: true }, others: { old: "4/4" } },
    ["old 0 -"],
  ],
  [
    "one that a Service selects stays",
    { ...idle, canary: routed, services: { s: "old", c: newHash }, others: { old: "4/4" } },
    [],
  ],
  [
    "one that has recorded weight stays",
    {
      ...idle,
      weight: 0,
      others: { old: "4/4" },
      status: {
        currentStepIndex: 2,
        canary: { weights: { canary: { weight: 0, podTemplateHash: "old" }, stable: { weight: 100 } } },
      },
    },
    [],
  ],
  ["one that a pair sends traffic to stays", pairAt("mid"), []],
  ["one that a pair sends no traffic to goes", pairAt(newHash), ["mid 0 -"]],
  ["without router it is drained", { ...idle, others: { old: "2/2" } }, ["old 0 -"]],
  [
    "without router no more than may be missing",
    { ...idle, new: "4/2", others: { old: "2/2" } },
    ["old 1 -"],
  ],
  ["without router none while too few are available", { ...idle, new: "4/1", others: { old: "2/2" } }, []],
  [
    "pods that are not available go first",
    { ...idle, canary: routed, others: { old: { size: 4, available: 3, deadline: timeAt(20) } } },
    ["old 3 -"],
  ],
  [
    "nothing while pods are still going",
    { ...idle, canary: routed, others: { old: { size: 2, available: 3 } } },
    [],
  ],
  [
    "nothing while a person holds it",
    { ...idle, canary: routed, spec: { paused: true }, others: { old: "4/4" } },
    [],
  ],
];
for (const [name, given, want] of canaries) {
  test(`scale down of a canary: ${name}`, () => deepEqual(changes(given), want));
}

const blueGreen = {
  blueGreen: {},
  services: { a: newHash, p: newHash },
  stable: "same",
  new: "4/4",
} as const;
const asked = { pauseConditions: [{ reason: "InconclusiveAnalysisRun", startTime: timeAt(0) }] };
const post = { postPromotionAnalysis: { templates: [] as object[] } };

/** A version in the delay beside a new one that is active, with a run of the analysis after the switch. */
function analysed(phase: string, scaleDownDelaySeconds?: number, stable: "same" | "4/4" = "4/4"): Midway {
  const postPromotionAnalysis = { templates: [{ templateName: "rate" }] };
  const metadata = { name: "run", namespace: "shop", labels: { "rollout-type": "PostPromotion" } };
  return {
    ...blueGreen,
    blueGreen: {
      postPromotionAnalysis,
      ...(scaleDownDelaySeconds !== undefined && { scaleDownDelaySeconds }),
    },
    stable,
    others: { old: "4/4" },
    runs: [
      { apiVersion: "argoproj.io/v1alpha1", kind: "AnalysisRun", metadata, spec: {}, status: { phase } },
    ],
    more: { templates: new Map([["shop/rate", template("rate")]]) },
    status: {
      blueGreen: {
        activeSelector: newHash,
        postPromotionAnalysisRunStatus: { name: "run", status: "Running" },
      },
    },
  };
}

/** Blue-green (rollout-core 15.9, 18.2, 18.4), at ten seconds. */
const blueGreens: readonly [name: string, given: Midway, want: readonly string[]][] = [
  ["an old version gets its time", { ...blueGreen, others: { old: "4/4" } }, [`old - ${after30}`]],
  [
    "in its time it follows the replicas",
    { ...blueGreen, others: { old: { size: 2, deadline: timeAt(20) } } },
    ["old 4 -"],
  ],
  [
    "it goes when that is over",
    { ...blueGreen, others: { old: { size: 4, deadline: timeAt(9) } } },
    ["old 0 none"],
  ],
  [
    "without delay it goes now",
    { ...blueGreen, blueGreen: { scaleDownDelaySeconds: 0 }, others: { old: "4/4" } },
    ["old 0 -"],
  ],
  ["while a person is asked it stays", { ...blueGreen, others: { old: "4/4" }, status: asked }, []],
  [
    "one that a Service selects stays",
    { ...blueGreen, services: { a: newHash, p: "old" }, others: { old: "4/4" } },
    [],
  ],
  [
    "an analysis without templates does not hold it",
    { ...blueGreen, blueGreen: post, others: { old: "4/4" } },
    [`old - ${after30}`],
  ],
  ["while the analysis after the switch runs it stays", analysed("Running"), []],
  ["after that analysis it gets its time", analysed("Successful"), [`old - ${after30}`]],
  [
    "with a delay of its own it does not wait for that analysis",
    analysed("Running", 30),
    [`old - ${after30}`],
  ],
  [
    "once promoted it does not wait for that analysis",
    analysed("Failed", undefined, "same"),
    [`old - ${after30}`],
  ],
];
for (const [name, given, want] of blueGreens) {
  test(`scale down of blue-green: ${name}`, () => deepEqual(changes(given), want));
}

const aborted = { status: { abort: true } };
const own = (seconds: number) => ({ abortScaleDownDelaySeconds: seconds });
const kept = `${newHash} - ${after30}`;

/** The aborted version (rollout-core 18.3), at ten seconds. */
const aborts: readonly [name: string, given: Midway, want: readonly string[]][] = [
  ["gets its time", { canary: routed, ...aborted }, [kept]],
  ["gets its own time", { canary: { ...routed, ...own(5) }, ...aborted }, [`${newHash} - ${timeAt(15)}`]],
  ["gets none before stable is whole", { canary: routed, stable: "4/3", ...aborted }, []],
  ["stays in its time", { canary: routed, new: { size: 1, deadline: timeAt(20) }, ...aborted }, []],
  ["stays in a long time", { canary: routed, new: { size: 1, deadline: timeAt(7200) }, ...aborted }, []],
  [
    "goes when that is over, and keeps the note",
    { canary: routed, new: { size: 1, deadline: timeAt(9) }, ...aborted },
    [`${newHash} 0 -`],
  ],
  ["goes at once with a delay of 0", { canary: { ...routed, ...own(0) }, ...aborted }, [`${newHash} 0 -`]],
  [
    "stays with a delay of 0 and a scale step",
    { canary: { ...routed, ...own(0), steps: [{ setCanaryScale: { replicas: 1 } }] }, ...aborted },
    [],
  ],
  [
    "has no time with a dynamic stable",
    { canary: { ...routed, dynamicStableScale: true }, ...aborted },
    [`${newHash} 0 -`],
  ],
  [
    "has its own time with a dynamic stable",
    { canary: { ...routed, dynamicStableScale: true, ...own(5) }, ...aborted },
    [`${newHash} - ${timeAt(15)}`],
  ],
  ["has no time without router", { stable: "4/4", ...aborted }, [`${newHash} 0 -`]],
  [
    "does not go while it has traffic",
    { canary: routed, weight: 25, new: { size: 1, deadline: timeAt(9) }, ...aborted },
    [],
  ],
  [
    "of blue-green gets its time",
    { blueGreen: {}, services: { a: oldHash, p: newHash }, new: "4/4", ...aborted },
    [kept],
  ],
  [
    "of blue-green stays with a delay of 0",
    { blueGreen: own(0), services: { a: oldHash, p: newHash }, new: "4/4", ...aborted },
    [],
  ],
  [
    "of blue-green goes when its time is over",
    {
      blueGreen: {},
      services: { a: oldHash, p: newHash },
      new: { size: 4, deadline: timeAt(9) },
      ...aborted,
    },
    [`${newHash} 0 -`],
  ],
];
for (const [name, given, want] of aborts) {
  test(`the aborted version ${name}`, () => deepEqual(changes(given), want));
}

test("the ends of delays are looked at", () => {
  equal(
    decided({ ...idle, canary: routed, others: { old: { size: 4, deadline: timeAt(20) } } }, 10).requeueAt,
    secondsIn(20),
  );
  equal(
    decided({ canary: routed, new: { size: 1, deadline: timeAt(20) }, ...aborted }, 10).requeueAt,
    secondsIn(20),
  );
});
