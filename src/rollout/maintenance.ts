import { annotation } from "../api/labels.ts";
import { refOf } from "../api/object.ts";
import type { Effect } from "../reconcile/effect.ts";
import type { Replicas } from "./replicaSet.ts";
import type { View } from "./view.ts";
import { workloadGeneration } from "./workloadRef.ts";

type Texts = Readonly<Record<string, string>>;

/** What is to change on the ReplicaSet of the current template besides its size. */
export interface Upkeep {
  readonly annotations: Texts;
  readonly minReadySeconds: number | undefined;
  readonly revision: number;
}

const notCopied: readonly string[] = [
  annotation.lastApplied,
  annotation.revision,
  annotation.revisionHistory,
  annotation.desiredReplicas,
  annotation.notified,
];

/**
 * The annotations of the Rollout that its ReplicaSets carry as well (rollout-core 9.5), those that it gets
 * now too.
 */
export function copiedAnnotations(view: View): Texts {
  const generation = workloadGeneration(view);
  const own = {
    ...view.seen.object.metadata.annotations,
    ...(generation !== undefined && { [annotation.workloadGeneration]: generation }),
  };
  return Object.fromEntries(Object.entries(own).filter(([key]) => !notCopied.includes(key)));
}

/**
 * The revision that the current template's ReplicaSet should have: higher than all others (rollout-core 9.6).
 */
export function revisionFor({ newRS, allRSs }: View): number {
  const highest = allRSs
    .filter((set) => set !== newRS)
    .reduce((most, set) => Math.max(most, set.revision), 0);
  return newRS !== undefined && newRS.revision > highest ? newRS.revision : highest + 1;
}

/** What differs on the ReplicaSet of the current template (rollout-core 9.6); nothing is ever removed. */
export function upkeepOf(view: View, newRS: Replicas): Upkeep {
  const { annotations: has = {} } = newRS.object.metadata;
  const revision = revisionFor(view);
  const wanted: Texts = { ...copiedAnnotations(view), [annotation.revision]: String(revision) };
  const changed = Object.fromEntries(Object.entries(wanted).filter(([key, value]) => has[key] !== value));
  const isChanged = Object.keys(changed).length > 0;
  const history =
    isChanged && newRS.revision > 0 ? [has[annotation.revisionHistory], String(newRS.revision)] : [];
  const minReady = ((newRS.object["spec"] ?? {}) as { minReadySeconds?: number }).minReadySeconds ?? 0;
  const minReadySeconds = view.spec.minReadySeconds ?? 0;
  return {
    annotations: {
      ...changed,
      ...(history.length > 0 && {
        [annotation.revisionHistory]: history.filter((one) => one !== undefined).join(","),
      }),
    },
    minReadySeconds: minReady === minReadySeconds ? undefined : minReadySeconds,
    revision,
  };
}

/** Whether anything differs. */
export function isUpdated({ annotations, minReadySeconds }: Upkeep): boolean {
  return minReadySeconds !== undefined || Object.keys(annotations).length > 0;
}

/** Gives the Rollout the revision of its current ReplicaSet. */
export function revisionEffect({ seen, revision: has }: View, revision: number): readonly Effect[] {
  if (has === revision) return [];
  return [
    {
      do: "patch",
      ref: refOf(seen.object),
      type: "merge",
      body: { metadata: { annotations: { [annotation.revision]: String(revision) } } },
      why: `this is revision ${revision}`,
      event: { type: "Normal", reason: "RolloutUpdated", message: `Rollout updated to revision ${revision}` },
    },
  ];
}
