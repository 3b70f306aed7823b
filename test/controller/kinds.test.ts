import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { fenced } from "../../src/controller/fence.ts";
import { type Flags, readFlags } from "../../src/controller/flags.ts";
import { namesMetric, tableOf } from "../../src/controller/kinds.ts";
import { kindText, type Table } from "../../src/controller/table.ts";
import type { Client } from "../../src/reconcile/ports.ts";

function tableFor(...args: string[]): Table {
  const line = readFlags(args, "1");
  if (line.is === "print") throw new Error(line.text);
  return tableOf({} as Client, line.flags as Flags, { variables: {}, namespace: "ns" });
}

test("kinds: rollouts and analysis runs have their threads", () => {
  const { kinds } = tableFor("--rollout-threads=3", "--analysis-threads=4");
  const workers = new Map(kinds.map(({ kind, workers }) => [kind.name, workers]));
  deepEqual([workers.get("rollout"), workers.get("analysisrun")], [3, 4]);
});

test("kinds: --controllers analysis runs AnalysisRuns alone", () => {
  deepEqual(
    tableFor("--controllers=analysis").kinds.map(({ kind }) => kind.name),
    ["analysisrun"],
  );
});

test("kinds: ReplicaSets and Services are always watched, pods and routers are not", () => {
  const always = tableFor()
    .shapes.filter((shape) => shape.always)
    .map(({ kind }) => kindText(kind));
  equal(always.includes("apps/v1 ReplicaSet") && always.includes("v1 Service"), true);
  equal(always.includes("v1 Pod") || always.some((text) => text.startsWith("networking.k8s.io/")), false);
});

test("kinds: a Rollout without status is told of when it is seen first, one with status is not", () => {
  const [rollouts] = tableFor().kinds;
  const object = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { namespace: "ns", name: "web" },
  };
  deepEqual(rollouts?.greeting?.(object), {
    type: "Normal",
    reason: "RolloutAddedToInformer",
    message: "Rollout resource added to informer: ns/web",
  });
  equal(rollouts?.greeting?.({ ...object, status: { phase: "Healthy" } }), undefined);
});

test("kinds: a deleted Rollout is told of with its name first", () => {
  const [rollouts] = tableFor().kinds;
  const object = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { namespace: "ns", name: "web" },
  };
  deepEqual(rollouts?.farewell?.(object), {
    type: "Normal",
    reason: "RolloutDeleted",
    message: "Rollout web/ns is deleted.",
  });
});

const rules: [rule: string, metric: string, want: boolean][] = [
  ["rate", "success-rate", true],
  ["^rate", "success-rate", false],
  [".*", "anything", true],
  ["(", "anything", false],
];
for (const [rule, metric, want] of rules) {
  test(`kinds: the rule ${rule} ${want ? "names" : "does not name"} ${metric}`, () => {
    equal(namesMetric(rule, metric), want);
  });
}

test("fence: reads always pass, writes only while they may", async () => {
  const asked: string[] = [];
  const client = new Proxy({} as Client, { get: (_, name) => async () => void asked.push(String(name)) });
  let may = false;
  const guarded = fenced(client, () => may);
  const ref = { apiVersion: "v1", kind: "Pod", namespace: "a", name: "b" };
  const object = { apiVersion: "v1", kind: "Pod", metadata: { name: "b" } };
  const writes = [
    () => guarded.create(object),
    () => guarded.replace(object),
    () => guarded.patch(ref, { type: "merge", body: {} }),
    () => guarded.delete(ref),
    () => guarded.evict(ref),
  ];
  await guarded.get(ref);
  await guarded.list(ref);
  for (const write of writes) {
    const refused = await write().then(
      () => "passed",
      (error: { code: number; reason: string }) => `${error.code} ${error.reason}`,
    );
    equal(refused, "0 Paused");
  }
  deepEqual(asked, ["get", "list"]);
  may = true;
  for (const write of writes) await write();
  equal(asked.length, 7);
});
