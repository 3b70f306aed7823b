import { refOf } from "../api/object.ts";
import type { Effect } from "../reconcile/effect.ts";
import { byAge } from "./replicaSet.ts";
import type { View } from "./view.ts";

/**
 * Deletes the oldest ReplicaSets above the revision history limit, as far as they are empty (rollout-core
 * 18.5).
 */
export function forgotten({ otherRSs, spec }: View): readonly Effect[] {
  const kept = spec.revisionHistoryLimit ?? 10;
  const living = otherRSs
    .filter((set) => set.object.metadata.deletionTimestamp === undefined)
    .toSorted(byAge);
  return living
    .slice(0, Math.max(0, living.length - kept))
    .filter((set) => set.size === 0 && set.total === 0 && isObserved(set.object))
    .map((set) => ({ do: "delete", ref: refOf(set.object), why: `more than ${kept} old revisions` }));
}

function isObserved(object: Parameters<typeof refOf>[0]): boolean {
  const { observedGeneration = 0 } = (object["status"] ?? {}) as { observedGeneration?: number };
  return (object.metadata.generation ?? 0) <= observedGeneration;
}
