import type { Replicas } from "./replicaSet.ts";

/** Whether a ReplicaSet stands at full size with every pod available (rollout-core 15.1). */
export function isSaturated(set: Replicas | undefined, R: number): boolean {
  return set !== undefined && set.size === R && set.desired === R && set.available === R;
}
