import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { experimentKind } from "../../src/experiment/index.ts";
import { Lab, rolloutWith } from "./lab.ts";

const owner = (kind: string, name: string) => ({
  ownerReferences: [{ apiVersion: "argoproj.io/v1alpha1", kind, name, uid: name, controller: true }],
});

const cases: readonly [kind: string, apiVersion: string, metadata: object, want: readonly string[]][] = [
  ["ReplicaSet", "apps/v1", owner("Experiment", "exp"), ["ns/exp"]],
  ["AnalysisRun", "argoproj.io/v1alpha1", owner("Experiment", "exp"), ["ns/exp"]],
  ["Service", "v1", owner("Experiment", "exp"), ["ns/exp"]],
  ["ReplicaSet", "apps/v1", owner("Rollout", "web"), []],
  ["Service", "v1", {}, []],
];
for (const [kind, apiVersion, metadata, want] of cases) {
  test(`a ${kind} with ${JSON.stringify(metadata)} wakes ${want.length} experiments`, () => {
    const object: KubeObject = { apiVersion, kind, metadata: { name: "x", namespace: "ns", ...metadata } };
    const wake = experimentKind().wokenBy.find((one) => one.kind.kind === kind);
    deepEqual(wake?.keys(object, new Lab({ spec: {} }).cache), want);
  });
}

test("a Rollout wakes those of its experiments that have pods", () => {
  const rollout = rolloutWith();
  const wake = experimentKind().wokenBy.find((one) => one.kind.kind === "Rollout");
  const counts: readonly [replicas: number, want: readonly string[]][] = [
    [0, []],
    [1, ["ns/exp"]],
  ];
  for (const [replicas, want] of counts) {
    const lab = new Lab({ spec: {}, status: { templateStatuses: [{ name: "a", replicas }] }, rollout });
    deepEqual(wake?.keys(rollout, lab.cache), want);
  }
});

test("an experiment that is gone or going is not looked at", async () => {
  const lab = new Lab({ spec: {} });
  const { observe } = experimentKind();
  equal(await observe("ns/other", lab.ports), undefined);
  lab.edit("Experiment", "exp", { metadata: { deletionTimestamp: "2024-05-01T12:00:00Z" } });
  equal(await observe("ns/exp", lab.ports), undefined);
});

test("what cannot be read is told as an invalid spec, once", async () => {
  const lab = new Lab({ spec: {} });
  lab.edit("Experiment", "exp", { spec: { duration: 5 } });
  await lab.look();
  equal(lab.status.conditions?.[0]?.type, "InvalidSpec");
  lab.pass(60);
  await lab.look();
  deepEqual(lab.sent, []);
});
