import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { targetOf } from "../../../src/reconcile/effect.ts";
import { decideReplicaSet } from "../../../src/sim/controllers/replicaSet.ts";
import { after, podOf, workloadOf } from "./objects.ts";

const set = (spec: object, status: object = {}) => workloadOf("apps/v1", "ReplicaSet", spec, status);
const done = (plan: ReturnType<typeof decideReplicaSet>) =>
  plan.effects.map((effect) => `${effect.do} ${targetOf(effect).name}`);

test("a ReplicaSet creates the pods that are missing, under names that no pod has", () => {
  const seen = { set: set({ replicas: 3 }), pods: [podOf("web-a", 0)], node: "sim" };
  const plan = decideReplicaSet(seen, after(1));
  const names = plan.effects.map((effect) => targetOf(effect).name);
  equal(new Set(names).size, 2);
  for (const name of names) equal(/^web-[a-z0-9]{5}$/.test(name), true);
  deepEqual(done(decideReplicaSet(seen, after(9))), done(plan), "the same decision gives the same names");
  const [first = ""] = names;
  const again = decideReplicaSet({ ...seen, pods: [...seen.pods, podOf(first)] }, after(1));
  deepEqual(done(again), [`create ${names[1]}`]);
});

test("a new pod has the template's labels, its owner, and the node", () => {
  const [effect] = decideReplicaSet({ set: set({ replicas: 1 }), pods: [], node: "sim" }, after(0)).effects;
  const pod = effect?.do === "create" ? effect.object : undefined;
  deepEqual(pod?.metadata.labels, { app: "web" });
  deepEqual(pod?.metadata.ownerReferences?.[0]?.uid, "u1");
  deepEqual(pod?.["spec"], { containers: [{ name: "web", image: "web:1" }], nodeName: "sim" });
});

const leaving: [name: string, pods: ReturnType<typeof podOf>[], goes: string][] = [
  ["one that does not run", [podOf("a", 0), { ...podOf("b"), status: { phase: "Pending" } }], "b"],
  ["one that is not ready", [podOf("a", 0), podOf("b")], "b"],
  [
    "the one that costs least",
    [podOf("a", 0, { annotations: { "controller.kubernetes.io/pod-deletion-cost": "-1" } }), podOf("b", 5)],
    "a",
  ],
  ["the one that is ready for less time", [podOf("a", 9), podOf("b", 2)], "a"],
  ["the youngest", [podOf("a", 2), podOf("b", 2, { creationTimestamp: "2024-01-01T00:00:01Z" })], "b"],
];
for (const [name, pods, goes] of leaving) {
  test(`a ReplicaSet with too many pods deletes ${name}`, () => {
    const plan = decideReplicaSet({ set: set({ replicas: 1 }), pods, node: undefined }, after(10));
    deepEqual(done(plan), [`delete ${goes}`]);
  });
}

test("pods that end or are deleted do not count", () => {
  const pods = [
    podOf("a", 0, { deletionTimestamp: "2024-01-01T00:00:00Z" }),
    { ...podOf("b"), status: { phase: "Failed" } },
  ];
  equal(decideReplicaSet({ set: set({ replicas: 1 }), pods, node: undefined }, after(1)).effects.length, 1);
});

test("the status counts pods, and says when the next one becomes available", () => {
  const pods = [podOf("a", 0), podOf("b", 4), podOf("c")];
  const seen = { set: set({ replicas: 3, minReadySeconds: 5 }), pods, node: undefined };
  const plan = decideReplicaSet(seen, after(6));
  deepEqual(plan.status?.patch, {
    replicas: 3,
    fullyLabeledReplicas: 3,
    readyReplicas: 2,
    availableReplicas: 1,
    observedGeneration: 3,
  });
  equal(plan.requeueAt, after(9));
  equal(decideReplicaSet(seen, after(9)).requeueAt, undefined);
});

test("counts that become 0 go, as Kubernetes leaves them out", () => {
  const before = { replicas: 1, readyReplicas: 1, availableReplicas: 1, fullyLabeledReplicas: 1 };
  const plan = decideReplicaSet({ set: set({ replicas: 0 }, before), pods: [], node: undefined }, after(0));
  deepEqual(plan.status?.patch, {
    replicas: 0,
    readyReplicas: null,
    availableReplicas: null,
    fullyLabeledReplicas: null,
    observedGeneration: 3,
  });
});
