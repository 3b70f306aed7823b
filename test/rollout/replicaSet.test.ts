import { equal } from "node:assert/strict";
import { test } from "node:test";
import { replicasOf } from "../../src/rollout/replicaSet.ts";
import { replicaSet } from "../support/rolloutSeen.ts";

test("pods that are going still count as reported, but traffic cannot rely on them", () => {
  const object = replicaSet({ hash: "5c77", size: 1 });
  const status = { replicas: 3, readyReplicas: 3, availableReplicas: 3 };
  const { size, available, reported } = replicasOf({ ...object, status });
  equal(size, 1);
  equal(available, 1);
  equal(reported, 3);
});
