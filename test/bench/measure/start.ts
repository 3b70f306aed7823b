import { type Cluster, namespace, replicaSetRef, rolloutRef } from "../cluster.ts";
import { within } from "../concurrency.ts";
import type { Finding } from "../finding.ts";
import { median } from "../median.ts";
import { names, rolloutOf } from "../rollouts.ts";
import type { Target } from "../target.ts";

/** How often it is started. */
const times = 3;

/**
 * How long a controller takes from the start of its process to its first write for a Rollout that was created
 * while it was away. Nothing is found where the controller is not ours to restart.
 */
export async function measureStart(cluster: Cluster, target: Target): Promise<readonly Finding[]> {
  if (target.restart === undefined) return [];
  const taken: number[] = [];
  for (const name of names("start", times)) {
    const again = await target.restart();
    await cluster.client.create(rolloutOf(name));
    const born = whenBorn(cluster, name);
    const began = performance.now();
    const healthy = again();
    await within(60, born, () => `the controller has not looked at ${name}`);
    taken.push((performance.now() - began) / 1000);
    await healthy;
  }
  return [
    { row: "start", value: median(taken), details: { least: Math.min(...taken), most: Math.max(...taken) } },
  ];
}

/** Resolves when a Rollout has its first ReplicaSet. */
function whenBorn({ cache }: Cluster, name: string): Promise<void> {
  return new Promise((resolve) => {
    const unsubscribe = cache.subscribe(replicaSetRef, (_, __, next) => {
      const owner = next?.metadata.ownerReferences?.[0];
      if (owner?.kind !== rolloutRef.kind || owner.name !== name || next?.metadata.namespace !== namespace)
        return;
      unsubscribe();
      resolve();
    });
  });
}
