import { annotation } from "../api/labels.ts";
import { refOf } from "../api/object.ts";
import type { Effect } from "../reconcile/effect.ts";
import type { Upkeep } from "./maintenance.ts";
import type { Replicas } from "./replicaSet.ts";

/** What is to change on one ReplicaSet; all of it is one request. */
export interface Change {
  readonly set: Replicas;
  /** The size to have; undefined leaves it. */
  readonly size?: number | undefined;
  /** The scale-down deadline to have; null removes it. */
  readonly deadline?: string | null | undefined;
  /** The Rollout's size to note; undefined leaves the note. */
  readonly desired?: number | undefined;
  readonly upkeep?: Upkeep | undefined;
  readonly why: string;
}

/** Whether a change makes the ReplicaSet smaller; those go last. */
export function shrinks({ set, size }: Change): boolean {
  return size !== undefined && size < set.size;
}

/** Whether a change only gives a ReplicaSet its scale-down deadline; that need not come before the routes. */
export function delays(change: Change): boolean {
  return typeof change.deadline === "string" && !resizes(change);
}

/** Whether a change alters the number of pods. */
export function resizes({ set, size }: Change): boolean {
  return size !== undefined && size !== set.size;
}

/** The request for a change, or nothing when the ReplicaSet is that way already (rollout-core 9.7). */
export function resize(change: Change): readonly Effect[] {
  const { set, upkeep, why } = change;
  const annotations = annotationsFor(change);
  const spec = {
    ...(resizes(change) && { replicas: change.size }),
    ...(upkeep?.minReadySeconds !== undefined && { minReadySeconds: upkeep.minReadySeconds }),
  };
  const body = {
    ...(Object.keys(annotations).length > 0 && { metadata: { annotations } }),
    ...(Object.keys(spec).length > 0 && { spec }),
  };
  if (Object.keys(body).length === 0) return [];
  const event = resizes(change)
    ? { event: scaledEvent(set, change.size ?? 0, upkeep?.revision ?? set.revision) }
    : {};
  return [{ do: "patch", ref: refOf(set.object), type: "merge", body, why, ...event }];
}

function annotationsFor({ set, deadline, desired, upkeep }: Change): Readonly<Record<string, string | null>> {
  const moved = deadline !== undefined && (deadline ?? undefined) !== set.deadline;
  return {
    ...upkeep?.annotations,
    ...(desired !== undefined &&
      desired !== set.desired && { [annotation.desiredReplicas]: String(desired) }),
    ...(moved && { [annotation.scaleDownDeadline]: deadline }),
  };
}

/** The event of a new size. */
export function scaledEvent(
  { name, size: from }: Pick<Replicas, "name" | "size">,
  to: number,
  revision: number,
) {
  const direction = to > from ? "up" : "down";
  const message = `Scaled ${direction} ReplicaSet ${name} (revision ${revision}) from ${from} to ${to}`;
  return { type: "Normal", reason: "ScalingReplicaSet", message } as const;
}
