import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../../src/api/object.ts";
import { podTemplateHash } from "../../../src/api/podTemplate/hash.ts";
import { decideDeployment } from "../../../src/sim/controllers/deployment.ts";
import { jsonOf } from "../../../src/sim/json.ts";
import { after, workloadOf } from "./objects.ts";

const deployment = (spec: object, status: object = {}) => workloadOf("apps/v1", "Deployment", spec, status);
const hash = podTemplateHash(jsonOf(jsonOf(deployment({})["spec"])["template"]));

function setOf(name: string, own: string, replicas: number, available: number): KubeObject {
  const labels = { app: "web", "pod-template-hash": own };
  const status = { replicas, readyReplicas: available, availableReplicas: available };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name, labels },
    spec: { replicas },
    status,
  };
}

const sizes = (plan: ReturnType<typeof decideDeployment>) =>
  plan.effects.map((effect) => {
    if (effect.do === "create")
      return [effect.object.metadata.name, jsonOf(effect.object["spec"])["replicas"]];
    return effect.do === "patch" ? [effect.ref.name, jsonOf(jsonOf(effect.body)["spec"])["replicas"]] : [];
  });

const cases: [name: string, spec: object, sets: KubeObject[], want: unknown[]][] = [
  ["a new template gets a ReplicaSet", { replicas: 3 }, [], [[`web-${hash}`, 3]]],
  ["a paused one gets none", { replicas: 3, paused: true }, [], []],
  ["the current one gets all pods", { replicas: 3 }, [setOf("cur", hash, 1, 1)], [["cur", 3]]],
  [
    "old ones leave as the current one becomes available",
    { replicas: 3 },
    [setOf("old", "x", 3, 3), setOf("cur", hash, 3, 1)],
    [["old", 2]],
  ],
  ["scaled to 0, all go", { replicas: 0 }, [setOf("cur", hash, 3, 3)], [["cur", 0]]],
];
for (const [name, spec, sets, want] of cases) {
  test(`Deployment: ${name}`, () => {
    deepEqual(sizes(decideDeployment({ deployment: deployment(spec), sets }, after(0))), want);
  });
}

test("Deployment: the status sums the ReplicaSets; Available keeps its times until it changes", () => {
  const sets = [setOf("cur", hash, 3, 2)];
  const seen = { deployment: deployment({ replicas: 3 }), sets };
  const first = decideDeployment(seen, after(0)).status?.patch;
  deepEqual(
    [
      first?.["replicas"],
      first?.["updatedReplicas"],
      first?.["availableReplicas"],
      first?.["unavailableReplicas"],
    ],
    [3, 3, 2, 1],
  );
  const later = decideDeployment({ sets, deployment: deployment({ replicas: 3 }, first) }, after(60));
  equal(later.status?.patch, undefined);
});
