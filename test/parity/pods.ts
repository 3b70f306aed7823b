import { controllerOf, type KubeObject, refOf } from "../../src/api/object.ts";
import { rfc3339 } from "../../src/api/time.ts";
import { namespace, type World } from "./world.ts";

const podRef = { apiVersion: "v1", kind: "Pod" };

/** Puts the pods of all ReplicaSets there that are missing, ready at once. */
export async function putPods(world: World): Promise<void> {
  for (const set of world.replicaSets) {
    const { replicas = 0, template } = set["spec"] as {
      replicas?: number;
      template: { metadata: object; spec: object };
    };
    const missing = replicas - podsOf(world, set).length;
    for (let at = 0; at < missing; at += 1) await putPod(world, set, template);
  }
}

/** The pods of a ReplicaSet. */
export function podsOf(world: World, set: KubeObject): readonly KubeObject[] {
  return world.cluster
    .list(podRef, { namespace })
    .filter((pod) => controllerOf(pod)?.uid === set.metadata.uid);
}

async function putPod(world: World, set: KubeObject, template: { metadata: object; spec: object }) {
  const { name, uid = "" } = set.metadata;
  const owner = { apiVersion: "apps/v1", kind: "ReplicaSet", name, uid, controller: true };
  const metadata = {
    ...template.metadata,
    generateName: `${name}-`,
    name: "",
    namespace,
    ownerReferences: [owner],
  };
  const pod = await world.client.create({ ...podRef, metadata, spec: template.spec });
  const time = rfc3339(world.clock.now());
  const ready = { type: "Ready", status: "True", lastTransitionTime: time };
  const body = { status: { phase: "Running", conditions: [ready] } };
  await world.client.patch(refOf(pod), { type: "merge", subresource: "status", body });
}
