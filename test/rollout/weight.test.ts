import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { verdictOf } from "../../src/rollout/verdict.ts";
import { trafficFor, weightEvent } from "../../src/rollout/weight.ts";
import { istio } from "../../src/traffic/istio.ts";
import type { Router, Wanted } from "../../src/traffic/router.ts";
import { type Midway, newHash, oldHash, viewAt } from "./seen.ts";

function traffic(options: Midway) {
  const view = viewAt({ weight: 0, ...options });
  return trafficFor(view, verdictOf(view));
}

const recorded = (canary: number, hash = newHash) => ({
  canary: {
    weights: { canary: { weight: canary, podTemplateHash: hash }, stable: { weight: 100 - canary } },
  },
});
const dynamic = { dynamicStableScale: true };
const promoted: Midway = { stable: "same", new: "4/4" };
const threeSteps = { canary: { steps: [{ setWeight: 25 }, { setWeight: 50 }, { pause: {} }] } };

/** The wanted weight (rollout-core 14.2, 14.4). */
const weights: readonly [row: string, given: Midway, weight: number][] = [
  [
    "1 dynamically rolling back",
    { ...promoted, new: "4/1", canary: dynamic, status: { ...recorded(75, "other"), currentStepIndex: 2 } },
    75,
  ],
  [
    "1 not any more once stable is whole",
    { ...promoted, canary: dynamic, status: { ...recorded(75, "other"), currentStepIndex: 2 } },
    0,
  ],
  ["2 promoted", { ...promoted, status: { currentStepIndex: 2 } }, 0],
  ["3 aborted", { status: { abort: true, ...recorded(25) } }, 0],
  [
    "3 aborted, dynamic, stable not grown",
    { canary: dynamic, new: "3/3", stable: "1/1", status: { abort: true, ...recorded(75) } },
    75,
  ],
  [
    "3 aborted, dynamic, stable grown",
    { canary: dynamic, new: "3/3", stable: "3/3", status: { abort: true, ...recorded(75) } },
    25,
  ],
  [
    "3 aborted, dynamic, stable whole",
    { canary: dynamic, new: "1/1", stable: "4/4", status: { abort: true, ...recorded(25) } },
    0,
  ],
  ["4 no available pod", { new: "1/0", status: recorded(25) }, 0],
  ["4 no new ReplicaSet", { new: null, status: recorded(25) }, 0],
  [
    "5 promoted in full keeps the recorded weight",
    { new: "2/2", status: { promoteFull: true, ...recorded(25) } },
    25,
  ],
  ["5 promoted in full without record", { new: "2/2", status: { promoteFull: true } }, 0],
  [
    "5 promoted in full, dynamic, by pods",
    { canary: dynamic, new: "4/3", status: { promoteFull: true, ...recorded(25) } },
    75,
  ],
  [
    "5 promoted in full, dynamic, never more than all",
    { canary: dynamic, spec: { replicas: 1 }, new: "2/2", stable: "1/1", status: { promoteFull: true } },
    100,
  ],
  ["6 pods not there", { ...threeSteps, new: "2/1", status: { currentStepIndex: 1, ...recorded(25) } }, 25],
  [
    "6 pods not there, moved on by a person",
    { ...threeSteps, new: "2/1", status: { currentStepIndex: 2, ...recorded(25) } },
    25,
  ],
  ["6 pods not there for the first weight", { new: "2/2" }, 0],
  ["7 the step's own", {}, 25],
  [
    "7 at a pause that of the step before",
    { ...threeSteps, new: "2/2", status: { currentStepIndex: 2 } },
    50,
  ],
  ["7 without weight so far", { canary: { steps: [{ pause: {} }] }, new: "0/0" }, 0],
  ["8 all steps done", { new: "4/4", status: { currentStepIndex: 2 } }, 100],
  ["8 all steps done, pods not there", { new: "4/3", status: { currentStepIndex: 2, ...recorded(25) } }, 25],
  [
    "8 all of another maximum",
    { new: "4/4", canary: { trafficRouting: { maxTrafficWeight: 1000 } }, status: { currentStepIndex: 2 } },
    1000,
  ],
  ["9 no steps", { canary: { steps: [] }, new: "4/4" }, 0],
];
for (const [row, given, weight] of weights) {
  test(`weight row ${row}`, () => equal(traffic(given).weight, weight));
}

/** Whether the router is written to at all (rollout-core 14.3 gate 1). */
const gates: readonly [name: string, given: Midway, writes: number][] = [
  ["stable has what it needs", { stable: "4/3" }, 1],
  ["stable lacks a pod", { stable: "4/2" }, 0],
  [
    "stable is enough by the threshold",
    { stable: "4/2", new: "1/1", canary: { replicaProgressThreshold: { type: "Percent", value: 50 } } },
    1,
  ],
  ["there is no stable ReplicaSet", { stable: null }, 0],
  ["after an abort one stable pod may be missing", { stable: "4/3", status: { abort: true }, weight: 25 }, 1],
  ["after an abort two may not", { stable: "4/2", status: { abort: true }, weight: 25 }, 0],
  [
    "a single stable pod that is missing gets no more traffic",
    {
      spec: { replicas: 1 },
      stable: "1/0",
      canary: { steps: [{ setWeight: 50 }] },
      weight: 100,
      status: recorded(100),
    },
    0,
  ],
  [
    "a dynamic stable version that gave all away and has no pod yet gets no more traffic",
    {
      new: "4/4",
      stable: "1/0",
      canary: { ...dynamic, steps: [{ setWeight: 90 }] },
      weight: 100,
      status: recorded(100),
    },
    0,
  ],
  [
    "a single stable pod that is missing may lose traffic",
    {
      spec: { replicas: 1 },
      stable: "1/0",
      canary: { steps: [{ setWeight: 50 }] },
      weight: 0,
      status: recorded(0),
    },
    1,
  ],
  ["the weight is there", { weight: 25 }, 0],
];
for (const [name, given, writes] of gates) {
  test(`traffic gate: ${name}`, () => equal(traffic(given).effects.length, writes));
}

test("weights are recorded once they were read back", () => {
  equal(traffic({ weight: 0 }).recorded, undefined);
  deepEqual(traffic({ weight: 25 }).recorded, {
    canary: { weight: 25, serviceName: "c", podTemplateHash: newHash },
    stable: { weight: 75, serviceName: "s", podTemplateHash: oldHash },
  });
  const old = { canary: { weight: 0 }, stable: { weight: 100 } };
  deepEqual(traffic({ weight: 0, status: { canary: { weights: old } } }).recorded, old);
});

test("a weight that was sent is recorded, also when stable has gone since", () => {
  const gone = traffic({ stable: "4/0", weight: 25, status: recorded(0) });
  deepEqual([gone.holds, gone.recorded?.canary.weight], [true, 25]);
  const fresh = traffic({ stable: "4/0", weight: 0, new: "0/0", status: {} });
  deepEqual([fresh.holds, fresh.recorded], [false, undefined]);
});

test("without router no weights are recorded", () => {
  const view = viewAt({ canary: { trafficRouting: {} }, status: recorded(25) });
  equal(trafficFor(view, verdictOf(view)).recorded, undefined);
});

type Weights = Parameters<typeof weightEvent>[0];

/** The texts of rollout-core 14.5. */
const extra = { weight: 10, serviceName: "e", podTemplateHash: "exp" };
const of = (canary: number, more: object = {}): Weights =>
  ({ canary: { weight: canary }, stable: { weight: 100 - canary }, ...more }) as Weights;
const texts: readonly [old: Weights, next: Weights, text: string | undefined][] = [
  [undefined, of(25), "Traffic weight updated to 25"],
  [of(0), of(25), "Traffic weight updated from 0 to 25"],
  [of(25), of(25), undefined],
  [of(25), of(25, { verified: true }), undefined],
  [of(25), of(25, { additional: [extra] }), "Traffic weight updated , additional: [{10 e exp}]"],
  [of(0), of(25, { additional: [extra] }), "Traffic weight updated from 0 to 25, additional: [{10 e exp}]"],
  [of(25, { additional: [extra] }), of(25), "Traffic weight updated , additional: []"],
  [
    of(25),
    { canary: { weight: 25, podTemplateHash: "new" }, stable: { weight: 75 } },
    "Traffic weight updated ",
  ],
  [of(25), undefined, undefined],
];
for (const [old, next, text] of texts) {
  test(`event of weights ${JSON.stringify(old)} to ${JSON.stringify(next)}`, () =>
    equal(weightEvent(old, next)?.message, text));
}

for (const cluster of [undefined, "here"]) {
  test(`T-51: an object ${cluster ? "in another cluster" : "here"} is noted with ${cluster ?? "no cluster"}`, () => {
    const noted: unknown[] = [];
    const router = {
      cluster: istio(undefined, cluster).cluster, // not its schema, which does not stand being frozen
      route: (_config: unknown, _objects: unknown, { by }: Wanted) => {
        noted.push(by);
        return [];
      },
      carries: () => 0,
    } as unknown as Router;
    traffic({ more: { routers: [{ name: "istio", router, config: 7, refs: [], objects: [] }] } });
    deepEqual(noted[0], { router: "istio", config: 7, ...(cluster && { cluster }) });
  });
}
