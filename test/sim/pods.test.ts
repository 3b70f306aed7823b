import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { type Millis, seconds } from "../../src/api/time.ts";
import { jsonOf, listOf } from "../../src/sim/json.ts";
import type { Fate } from "../../src/sim/podFate.ts";
import { type Ailment, decidePod, fatesByImage } from "../../src/sim/pods.ts";
import { after, podOf } from "./controllers/objects.ts";

const born: KubeObject = { ...podOf("a"), status: { phase: "Pending", qosClass: "BestEffort" } };
const decide = (fate: Fate, at: number, pod = born) =>
  decidePod({ pod, fate, stopAfter: 0 as Millis }, after(at));

/** Phase, whether it is ready, and why its container waits or ended. */
function brief(patch: Readonly<Record<string, unknown>> | undefined): unknown[] {
  const conditions = listOf(patch?.["conditions"]).map(jsonOf);
  const ready = conditions.find(({ type }) => type === "Ready")?.["status"];
  const { state } = jsonOf(listOf(patch?.["containerStatuses"])[0]);
  const { waiting, terminated } = jsonOf(state);
  return [patch?.["phase"] ?? "Pending", ready, jsonOf(waiting ?? terminated)["reason"]];
}

const cases: [name: string, fate: Fate, at: number, want: unknown[], until: number | undefined][] = [
  ["runs before it is ready", { is: "ready", after: seconds(10) }, 2, ["Running", "False", undefined], 10],
  [
    "is ready after its time",
    { is: "ready", after: seconds(10) },
    10,
    ["Running", "True", undefined],
    undefined,
  ],
  ["is ready at once", { is: "ready", after: 0 as Millis }, 0, ["Running", "True", undefined], undefined],
  ["is never ready", { is: "unready" }, 99, ["Running", "False", undefined], undefined],
  ["crashes", { is: "crash" }, 1, ["Running", "False", "CrashLoopBackOff"], undefined],
  ["has no image", { is: "noImage" }, 1, ["Pending", "False", "ImagePullBackOff"], undefined],
  [
    "runs before it ends",
    { is: "ends", after: seconds(5), well: true },
    1,
    ["Running", "True", undefined],
    5,
  ],
  [
    "ends well",
    { is: "ends", after: seconds(5), well: true },
    5,
    ["Succeeded", "False", "Completed"],
    undefined,
  ],
  ["ends badly", { is: "ends", after: seconds(5), well: false }, 5, ["Failed", "False", "Error"], undefined],
];
for (const [name, fate, at, want, until] of cases) {
  test(`a pod ${name}`, () => {
    const plan = decide(fate, at);
    deepEqual(brief(plan.status?.patch), want);
    equal(plan.requeueAt, until === undefined ? undefined : after(until));
  });
}

test("a pod without a node says so", () => {
  const [scheduled] = listOf(decide({ is: "unschedulable" }, 1).status?.patch?.["conditions"]).map(jsonOf);
  deepEqual([scheduled?.["status"], scheduled?.["reason"]], ["False", "Unschedulable"]);
});

test("a pod as it should be is not written to, and a condition keeps its time until it changes", () => {
  const patch = decide({ is: "ready", after: 0 as Millis }, 3).status?.patch;
  const ready = { ...born, status: { ...jsonOf(born["status"]), ...patch } };
  equal(decide({ is: "ready", after: 0 as Millis }, 60, ready).status?.patch, undefined);
  const sick = decide({ is: "crash" }, 60, ready).status?.patch;
  const [scheduled, , , isReady] = listOf(sick?.["conditions"]).map(jsonOf);
  equal(scheduled?.["lastTransitionTime"], "2024-01-01T00:00:03Z");
  equal(isReady?.["lastTransitionTime"], "2024-01-01T00:01:00Z");
});

test("a pod that has ended stays as it is", () => {
  deepEqual(decide({ is: "unready" }, 9, { ...born, status: { phase: "Failed" } }), { effects: [] });
});

const going = (grace: number): KubeObject => ({
  ...born,
  metadata: {
    ...born.metadata,
    deletionTimestamp: new Date(after(10 + grace)).toISOString().replace(".000", ""),
    deletionGracePeriodSeconds: grace,
  },
});
const endings: [
  name: string,
  grace: number,
  stopAfter: number,
  at: number,
  deleted: boolean,
  until?: number,
][] = [
  ["goes as soon as its containers have ended", 30, 2, 12, true],
  ["waits for them", 30, 2, 11, false, 12],
  ["goes when its grace is over", 30, 99, 40, true],
];
for (const [name, grace, stopAfter, at, deleted, until] of endings) {
  test(`a deleted pod ${name}`, () => {
    const seen = { pod: going(grace), fate: { is: "unready" } as const, stopAfter: seconds(stopAfter) };
    const plan = decidePod(seen, after(at));
    const [effect] = plan.effects;
    equal(effect?.do === "delete" ? effect.gracePeriodSeconds : undefined, deleted ? 0 : undefined);
    equal(plan.requeueAt, until === undefined ? undefined : after(until));
  });
}

test("fates follow the images; the pods of Jobs end", () => {
  const fate = fatesByImage(new Map<string, Ailment>([["web:1", "crash"]]), seconds(5));
  deepEqual(fate(born), { is: "crash" });
  const healthy = { ...born, spec: { containers: [{ image: "web:2" }] } };
  deepEqual(fate(healthy), { is: "ready", after: 5000 });
  const owner = { apiVersion: "batch/v1", kind: "Job", name: "j", uid: "j", controller: true };
  const job = { ...healthy, metadata: { ...healthy.metadata, ownerReferences: [owner] } };
  deepEqual(fate(job), { is: "ends", after: 5000, well: true });
});
