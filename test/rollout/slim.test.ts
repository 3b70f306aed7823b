import { deepEqual, equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { digestOf, slimReplicaSet } from "../../src/rollout/slim.ts";

interface Options {
  readonly uid?: string;
  readonly generation?: number;
  readonly image?: string;
  readonly ephemeral?: string;
}

function replicaSet({ uid = "a", generation = 1, image = "web:1", ephemeral }: Options): KubeObject {
  const annotations = ephemeral === undefined ? {} : { "rollout.argoproj.io/ephemeral-metadata": ephemeral };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name: "web-1", uid, generation, annotations },
    spec: {
      replicas: 1,
      template: {
        metadata: { labels: { app: "web", role: "canary" } },
        spec: { containers: [{ name: "web", image }] },
      },
    },
    status: {},
  };
}

test("a ReplicaSet is kept with the digest of its template", () => {
  const full = replicaSet({});
  const kept = slimReplicaSet(full);
  equal(digestOf(kept), digestOf(full));
  deepEqual((kept["spec"] as { template: object }).template, {
    metadata: { labels: { app: "web", role: "canary" } },
  });
});

test("what is kept of the spec stays while its generation does", () => {
  const kept = slimReplicaSet(replicaSet({}));
  const next = slimReplicaSet({ ...replicaSet({}), status: { replicas: 1 } }, kept);
  equal(next["spec"], kept["spec"]);
  deepEqual(next["status"], { replicas: 1 });
});

const changes: [name: string, next: Options][] = [
  ["another generation", { generation: 2, image: "web:2" }],
  ["another object of that name", { uid: "b", image: "web:2" }],
  ["other metadata of its role", { ephemeral: JSON.stringify({ labels: { role: "canary" } }) }],
];
for (const [name, options] of changes) {
  test(`the digest is worked out again for ${name}`, () => {
    const kept = slimReplicaSet(replicaSet({}));
    const next = slimReplicaSet(replicaSet(options), kept);
    equal(digestOf(next), digestOf(replicaSet(options)));
    notEqual(digestOf(next), digestOf(kept));
  });
}
