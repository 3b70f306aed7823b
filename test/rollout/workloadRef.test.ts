import { deepEqual, equal, fail } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { heldBack } from "../../src/rollout/heldBack.ts";
import { type View, viewOf } from "../../src/rollout/view.ts";
import { workloadGeneration, workloadNote, workloadScaleDown } from "../../src/rollout/workloadRef.ts";
import { newHash, replicaSet, type SetOptions, seen, t0 } from "../support/rolloutSeen.ts";

const key = "rollout.argoproj.io/workload-generation";

function deployment(replicas: number | undefined): KubeObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "web", namespace: "shop", generation: 12 },
    spec: replicas === undefined ? {} : { replicas },
  };
}

/** A Rollout of four pods, in its first revision, that refers to a Deployment of four. */
interface Case {
  readonly scaleDown?: string;
  readonly set?: Partial<SetOptions>;
  readonly status?: object;
  readonly spec?: object;
  readonly workload?: KubeObject;
  readonly annotations?: Readonly<Record<string, string>>;
}

function view(given: Case): View {
  const { scaleDown, set, status, spec, workload = deployment(4), annotations } = given;
  const workloadRef = {
    apiVersion: "apps/v1",
    kind: "Deployment",
    name: "web",
    ...(scaleDown && { scaleDown }),
  };
  return viewOf(
    seen({
      metadata: annotations === undefined ? {} : { annotations },
      spec: { workloadRef, ...spec },
      status: { stableRS: newHash, currentPodHash: newHash, phase: "Progressing", ...status },
      replicaSets: [replicaSet({ hash: newHash, ...set })],
      more: { workload },
    }),
    t0,
  );
}

function sizeOf(given: Case): number | undefined {
  const [effect, ...others] = workloadScaleDown(view(given));
  deepEqual(others, []);
  if (effect === undefined) return undefined;
  deepEqual(effect.do === "patch" && effect.ref, {
    apiVersion: "apps/v1",
    kind: "Deployment",
    namespace: "shop",
    name: "web",
  });
  return effect.do === "patch" ? (effect.body as { spec: { replicas: number } }).spec.replicas : undefined;
}

const healthy = { phase: "Healthy" };
const slowly = "progressively";

const sizes: [name: string, given: Case, want: number | undefined][] = [
  ["stays without scaleDown", { status: healthy }, undefined],
  ["stays with never", { scaleDown: "never", status: healthy }, undefined],
  ["stays with a word that is not known", { scaleDown: "slowly", status: healthy }, undefined],
  ["goes on success", { scaleDown: "onsuccess", status: healthy }, 0],
  ["stays before success", { scaleDown: "onsuccess" }, undefined],
  [
    "stays when the status is older than the pods' loss",
    { scaleDown: "onsuccess", status: healthy, set: { available: 3 } },
    undefined,
  ],
  ["is gone already", { scaleDown: "onsuccess", status: healthy, workload: deployment(0) }, undefined],
  ["has one pod by default", { scaleDown: "onsuccess", status: healthy, workload: deployment(undefined) }, 0],
  [
    "stays in the second revision",
    { scaleDown: "onsuccess", status: healthy, set: { revision: 2 } },
    undefined,
  ],
  [
    "stays while another version is stable",
    { scaleDown: "onsuccess", status: { ...healthy, stableRS: "old" } },
    undefined,
  ],
  ["stays in full before anything is available", { scaleDown: slowly, set: { available: 0 } }, undefined],
  ["gives way to what is available", { scaleDown: slowly, set: { available: 1 } }, 3],
  [
    "gives way as far as it has",
    { scaleDown: slowly, set: { available: 1 }, workload: deployment(3) },
    undefined,
  ],
  ["gives way to everything", { scaleDown: slowly }, 0],
  ["gives way to more than was asked for", { scaleDown: slowly, set: { size: 6 } }, 0],
  ["comes back when pods are lost", { scaleDown: slowly, set: { available: 2 }, workload: deployment(1) }, 2],
  [
    "never comes back from 0",
    { scaleDown: slowly, set: { available: 2 }, workload: deployment(0) },
    undefined,
  ],
  ["goes when healthy", { scaleDown: slowly, status: healthy }, 0],
  [
    "waits for the number of replicas",
    { scaleDown: slowly, spec: { replicas: undefined }, set: { available: 1 } },
    undefined,
  ],
  [
    "stays in the second revision, progressively",
    { scaleDown: slowly, set: { revision: 2, available: 1 } },
    undefined,
  ],
  [
    "is no Deployment",
    { scaleDown: "onsuccess", status: healthy, workload: { ...deployment(4), kind: "ReplicaSet" } },
    undefined,
  ],
  ["is not referred to any more", { spec: { workloadRef: undefined }, status: healthy }, undefined],
];
for (const [name, given, want] of sizes) {
  test(`the Deployment ${name}: ${want ?? "-"}`, () => equal(sizeOf(given), want));
}

test("at every number of available pods, Deployment and Rollout together have what was there", () => {
  for (let available = 0; available <= 4; available += 1) {
    for (const phase of ["Progressing", "Healthy"]) {
      const left = sizeOf({ scaleDown: slowly, set: { available }, status: { phase } }) ?? 4;
      equal(left + available >= 4, true, `${available} available, ${left} left`);
    }
  }
});

test("the generation of the workload is in the status and on the Rollout", () => {
  equal(workloadGeneration(view({})), "12");
  const [effect] = workloadNote(view({}));
  deepEqual(effect?.do === "patch" && effect.body, { metadata: { annotations: { [key]: "12" } } });
  deepEqual(workloadNote(view({ annotations: { [key]: "12" } })), []);
});

test("a template of one's own has no generation", () => {
  const own = view({ spec: { workloadRef: undefined }, annotations: { [key]: "12" } });
  equal(workloadGeneration(own), undefined);
  deepEqual(workloadNote(own), []);
});

test("an update that waits because a person holds the canary notes the generation on the Rollout alone", () => {
  const held = view({ spec: { paused: true, replicas: 9 }, status: { workloadObservedGeneration: "11" } });
  const { effects, status } = heldBack(held, held.newRS ?? fail());
  deepEqual(effects.map((effect) => effect.do === "patch" && [effect.ref.kind, effect.body]).at(0), [
    "Rollout",
    { metadata: { annotations: { [key]: "12" } } },
  ]);
  equal("workloadObservedGeneration" in (status?.patch ?? {}), false);
});
