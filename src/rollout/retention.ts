import { label } from "../api/labels.ts";
import { type KubeObject, refOf } from "../api/object.ts";
import type { Effect } from "../reconcile/effect.ts";
import { phaseOf } from "./analysisRuns.ts";
import type { View } from "./view.ts";

/**
 * Deletes what has been kept long enough (analysis 4.9): runs or experiments that do not count any more,
 * newest kept first; those whose ReplicaSet is gone at once.
 */
export function expired(
  view: View,
  objects: readonly KubeObject[],
  counting: ReadonlySet<string>,
): readonly Effect[] {
  const { successfulRunHistoryLimit: good = 5, unsuccessfulRunHistoryLimit: bad = 5 } =
    view.spec.analysis ?? {};
  const left = { good, bad };
  const hashes = new Set(
    view.allRSs.filter((set) => set.object.metadata.deletionTimestamp === undefined).map((set) => set.hash),
  );
  const keeps = (object: KubeObject): boolean => {
    if (!hashes.has(object.metadata.labels?.[label.podHash] ?? "")) return false;
    const phase = phaseOf(object);
    if (phase === "Successful") return left.good-- > 0;
    return ["Failed", "Error", "Inconclusive"].includes(phase) ? left.bad-- > 0 : true;
  };
  return objects
    .filter(({ metadata }) => !counting.has(metadata.name) && metadata.deletionTimestamp === undefined)
    .toSorted((one, other) => newest(other) - newest(one))
    .filter((object) => !keeps(object))
    .map((object) => ({
      do: "delete",
      ref: refOf(object),
      why: "more finished ones than the history limit keeps",
    }));
}

function newest({ metadata }: KubeObject): number {
  return metadata.creationTimestamp === undefined ? 0 : Date.parse(metadata.creationTimestamp);
}
