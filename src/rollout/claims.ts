import { refOf } from "../api/object.ts";
import type { Effect } from "../reconcile/effect.ts";
import { ownerOf } from "../reconcile/owner.ts";
import type { View } from "./view.ts";

/**
 * Takes ReplicaSets that match and belong to nobody, and lets go of those that match no longer (rollout-core
 * 9.4). The version seen holds both to what was decided about.
 */
export function claims({ seen }: View): readonly Effect[] {
  const owner = ownerOf(seen.object);
  const adopted = seen.orphans.map((set): Effect => {
    const ownerReferences = [...(set.metadata.ownerReferences ?? []), owner];
    return {
      ...about(set),
      body: { metadata: { ownerReferences } },
      why: "its labels match and it belongs to nobody",
    };
  });
  const released = seen.strays.map((set): Effect => {
    const ownerReferences = (set.metadata.ownerReferences ?? []).filter(({ uid }) => uid !== owner.uid);
    return { ...about(set), body: { metadata: { ownerReferences } }, why: "its labels match no longer" };
  });
  return [...adopted, ...released];
}

function about(set: Parameters<typeof refOf>[0]) {
  return {
    do: "patch",
    ref: refOf(set),
    type: "merge",
    ifVersion: set.metadata.resourceVersion ?? "",
  } as const;
}
