import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import {
  type AbortInput,
  abortWeight,
  atDesiredCounts,
  type CountsSeen,
  enough,
  podsForWeight,
  stepDownWeight,
  type Threshold,
  type TrafficInput,
  trafficCounts,
} from "../../src/rollout/podsTraffic.ts";
import { decided } from "./seen.ts";

const ten: TrafficInput = { replicas: 10, max: 100, weight: 0, dynamic: false, aborted: false };
const dynamic = { dynamic: true };

type Result = [canary: number, stable: number];
const counts: [name: string, input: Partial<TrafficInput>, want: Result][] = [
  ["setWeight 25", { weight: 25 }, [3, 10]],
  ["a pause as first step", {}, [0, 10]],
  ["steps done", { weight: 100 }, [10, 10]],
  ["setWeight 5 with at least 2 pods", { weight: 5, minPods: 2 }, [2, 10]],
  ["one replica with at least 2 pods", { replicas: 1, weight: 100, minPods: 2 }, [1, 1]],
  ["setWeight 0 with at least 2 pods", { minPods: 2 }, [0, 10]],
  ["setCanaryScale replicas 9, then setWeight 50", { replicas: 4, weight: 50, canaryReplicas: 9 }, [9, 4]],
  ["setCanaryScale replicas 1 with at least 2 pods", { weight: 50, canaryReplicas: 1, minPods: 2 }, [1, 10]],
  ["setCanaryScale weight 200", { replicas: 4, weight: 200 }, [8, 4]],
  ["setWeight 50 matched again", { replicas: 4, weight: 50 }, [2, 4]],
  ["steps done after a scale", { replicas: 4, weight: 100 }, [4, 4]],
  ["an abort", { replicas: 4, aborted: true }, [0, 4]],
  [
    "an abort where setCanaryScale 1 still applies",
    { replicas: 4, canaryReplicas: 1, aborted: true },
    [1, 4],
  ],
  ["setWeight 34 of three", { replicas: 3, weight: 34 }, [2, 3]],
  ["another maximum", { max: 1000, weight: 250 }, [3, 10]],
  ["weights that flow, without dynamic scale", { weight: 20, weights: { canary: 60, stable: 40 } }, [2, 10]],
  ["no replicas", { replicas: 0, weight: 50 }, [0, 0]],
  ["no replicas, dynamic", { replicas: 0, weight: 50, minPods: 2, ...dynamic }, [0, 0]],
  ["dynamic, from 10 to 20", { weight: 20, weights: { canary: 10, stable: 90 }, ...dynamic }, [2, 9]],
  ["dynamic, at 20", { weight: 20, weights: { canary: 20, stable: 80 }, ...dynamic }, [2, 8]],
  ["dynamic, nothing known", { weight: 20, ...dynamic }, [2, 8]],
  ["dynamic, from 60 to 20", { weight: 20, weights: { canary: 60, stable: 40 }, ...dynamic }, [2, 8]],
  [
    "dynamic, at least 3 pods, from 90 to 20",
    { weight: 20, minPods: 3, weights: { canary: 90, stable: 10 }, ...dynamic },
    [3, 8],
  ],
  ["dynamic, at least 3 pods, at 90", { weight: 90, minPods: 3, ...dynamic }, [9, 3]],
  ["dynamic, setCanaryScale replicas 2", { weight: 60, canaryReplicas: 2, ...dynamic }, [2, 10]],
  ["dynamic, setCanaryScale replicas 1, at least 3", { canaryReplicas: 1, minPods: 3, ...dynamic }, [3, 10]],
  [
    "dynamic, an abort from 60 to 20",
    { weight: 20, weights: { canary: 60, stable: 40 }, aborted: true, ...dynamic },
    [6, 8],
  ],
  [
    "dynamic, an abort from 20 to 0",
    { weight: 0, weights: { canary: 20, stable: 80 }, aborted: true, ...dynamic },
    [2, 10],
  ],
  [
    "dynamic, an abort from 10 to 0",
    { weight: 0, weights: { canary: 10, stable: 90 }, aborted: true, ...dynamic },
    [1, 10],
  ],
  ["dynamic, an abort, nothing known", { weight: 20, aborted: true, ...dynamic }, [2, 8]],
];
for (const [name, input, [canary, stable]] of counts) {
  test(`with traffic routing, ${name}: ${canary} canary and ${stable} stable pods`, () => {
    deepEqual(trafficCounts({ ...ten, ...input }), { canary, stable });
  });
}

const rounded = [
  [0, 0],
  [1, 1],
  [10, 1],
  [11, 2],
  [99, 10],
  [100, 10],
  [200, 20],
] as const;
test("the pods for a weight are rounded up, and may be more than all", () => {
  for (const [weight, want] of rounded) equal(podsForWeight(weight, ten), want, `weight ${weight}`);
});

const percent = (value: number): Threshold => ({ type: "Percent", value });
const inPods = (value: number): Threshold => ({ type: "Pods", value });

const thresholds: [available: number, wanted: number, threshold: Threshold, want: boolean][] = [
  [9, 10, percent(90), true],
  [8, 10, percent(90), false],
  [0, 0, percent(90), true],
  [1, 3, percent(33), true],
  [1, 3, percent(34), false],
  [29, 100, percent(29), true],
  [57, 100, percent(57), true],
  [0, 10, percent(0), true],
  [20, 10, percent(100), true],
  [3, 10, inPods(3), true],
  [2, 10, inPods(3), false],
  [0, 0, inPods(3), false],
  [3, 10, { type: "Pod", value: 3 }, true],
];
for (const [available, wanted, threshold, want] of thresholds) {
  const asked = JSON.stringify(threshold);
  test(`${available} of ${wanted} pods are ${want ? "" : "not "}enough for ${asked}`, () => {
    equal(enough(available, wanted, threshold), want);
  });
}

const settled: CountsSeen = {
  newRS: { size: 3, available: 3 },
  stableRS: { size: 10, total: 10 },
  othersAvailable: 0,
  dynamic: false,
};
const desired: [name: string, seen: Partial<CountsSeen>, want: boolean][] = [
  ["all there", {}, true],
  ["a canary pod missing", { newRS: { size: 3, available: 2 } }, false],
  ["a canary of another size", { newRS: { size: 4, available: 3 } }, false],
  ["a canary pod too many", { newRS: { size: 3, available: 4 } }, false],
  ["no canary", { newRS: undefined }, false],
  ["no stable", { stableRS: undefined }, false],
  ["no stable, dynamic", { stableRS: undefined, dynamic: true }, true],
  ["stable of another size", { stableRS: { size: 9, total: 10 } }, false],
  ["stable pods not created", { stableRS: { size: 10, total: 9 } }, false],
  ["stable of another size, dynamic", { stableRS: { size: 4, total: 4 }, dynamic: true }, true],
  ["old pods left", { othersAvailable: 1 }, false],
  ["enough by percent", { newRS: { size: 3, available: 2 }, threshold: percent(60) }, true],
  ["too few by percent", { newRS: { size: 3, available: 2 }, threshold: percent(70) }, false],
  ["enough by percent at another size", { newRS: { size: 1, available: 2 }, threshold: percent(60) }, true],
  ["enough by pods", { newRS: { size: 3, available: 1 }, threshold: inPods(1) }, true],
  ["a negative threshold", { newRS: { size: 3, available: 2 }, threshold: percent(-1) }, false],
  ["enough by pods, stable not created", { stableRS: { size: 10, total: 9 }, threshold: inPods(1) }, false],
];
for (const [name, seen, want] of desired) {
  test(`counts with ${name} are ${want ? "" : "not "}as desired`, () => {
    equal(atDesiredCounts({ ...settled, ...seen }, { canary: 3, stable: 10 }), want);
  });
}

test("counts of no replicas are as desired at once", () => {
  const none = { ...settled, newRS: { size: 0, available: 0 }, stableRS: { size: 0, total: 0 } };
  equal(atDesiredCounts(none, { canary: 0, stable: 0 }), true);
  equal(atDesiredCounts({ ...none, newRS: undefined }, { canary: 0, stable: 0 }), true);
});

test("a threshold does not end a step of a canary without router on its way", () => {
  const seen = { ...settled, newRS: { size: 2, available: 1 }, stableRS: { size: 9, total: 9 } };
  equal(atDesiredCounts({ ...seen, threshold: percent(50) }, { canary: 5, stable: 5 }), false);
  equal(atDesiredCounts({ ...seen, threshold: inPods(1) }, { canary: 5, stable: 5 }), false);
});

const aborted: AbortInput = {
  replicas: 10,
  max: 100,
  canaryAvailable: 6,
  stableAvailable: 4,
  keepsCanary: false,
  setWeights: [20, 60],
};
const aborts: [name: string, input: Partial<AbortInput>, want: number][] = [
  ["one step down", {}, 20],
  ["nothing below", { canaryAvailable: 2, stableAvailable: 8 }, 0],
  [
    "canary pods kept",
    { setWeights: [10, 50], canaryAvailable: 5, stableAvailable: 9, keepsCanary: true },
    0,
  ],
  ["canary pods not kept", { setWeights: [10, 50], canaryAvailable: 5, stableAvailable: 9 }, 10],
  ["stable lacks more than the canary has", { canaryAvailable: 0, stableAvailable: 3 }, 60],
  ["weights that go down", { setWeights: [60, 20, 30] }, 30],
  ["no steps", { setWeights: [] }, 0],
  ["a weight of 0", { setWeights: [0, 60] }, 0],
  ["another maximum", { max: 1000, setWeights: [200, 600] }, 200],
  ["no replicas", { replicas: 0, canaryAvailable: 0, stableAvailable: 0 }, 0],
];
for (const [name, input, want] of aborts) {
  test(`an abort with a dynamic stable scale, ${name}, goes to ${want}`, () => {
    equal(abortWeight({ ...aborted, ...input }), want);
  });
}

type Whole = { readonly replicas: number; readonly max: number };
const four: Whole = { replicas: 4, max: 100 };
type Down = [name: string, available: number, target: number, recorded: number | undefined, want: number];
const downs: Down[] = [
  ["aborted at 75 while stable has one pod", 1, 25, 75, 75],
  ["stable has grown for 25", 3, 25, 75, 25],
  ["the last step down waits for stable", 3, 0, 25, 25],
  ["stable is complete", 4, 0, 25, 0],
  ["stable flaps: never up", 1, 0, 25, 25],
  ["stable flaps under a target: never up", 4, 75, 25, 25],
  ["stable has more than all", 6, 0, 25, 0],
  ["nothing recorded: what stable cannot carry", 1, 25, undefined, 75],
  ["nothing recorded: the target", 4, 25, undefined, 25],
  ["nothing recorded, nothing needed", 4, 0, undefined, 0],
  ["a rollback without abort stays as it is", 1, 100, 75, 75],
  ["a rollback without abort stays so when stable is complete", 4, 100, 75, 75],
  ["no stable pods", 0, 0, 75, 75],
];
for (const [name, stableAvailable, target, recorded, want] of downs) {
  test(`the weight on the way back to stable, ${name}: ${want}`, () => {
    equal(stepDownWeight({ ...four, stableAvailable }, target, recorded), want);
  });
}

const wholes: [whole: Whole, stableAvailable: number, want: number][] = [
  [{ replicas: 0, max: 100 }, 0, 0],
  [{ replicas: 3, max: 100 }, 2, 34],
  [{ replicas: 3, max: 1000 }, 2, 334],
];
for (const [whole, stableAvailable, want] of wholes) {
  test(`stable with ${stableAvailable} of ${whole.replicas} pods leaves ${want} of ${whole.max}`, () => {
    equal(stepDownWeight({ ...whole, stableAvailable }, 0, whole.max), want);
    equal(stepDownWeight({ ...whole, stableAvailable }, 0, undefined), want);
  });
}

test("no pod goes in the look that writes to a router: traffic may still go where it went (I2)", () => {
  const sizes = (weight: number) =>
    decided({
      canary: { steps: [{ setWeight: 0 }, { pause: {} }] },
      new: "4/4",
      weight,
      others: { older: "2/2" },
      status: { currentStepIndex: 1 },
    }).effects.flatMap((effect) =>
      effect.do === "patch" && effect.ref.kind === "ReplicaSet" ? [effect.why] : [],
    );
  deepEqual(sizes(10), []);
  deepEqual(sizes(0).length, 2);
});
