import { annotation, label } from "../api/labels.ts";
import type { KubeObject } from "../api/object.ts";
import { type Instant, instant } from "../api/time.ts";
import { remembered } from "../reconcile/remembered.ts";

/** A ReplicaSet as decisions read it. */
export interface Replicas {
  readonly object: KubeObject;
  readonly name: string;
  /** The pod template hash in its labels. */
  readonly hash: string;
  /** `spec.replicas`. */
  readonly size: number;
  readonly total: number;
  readonly ready: number;
  /** Available pods that are to stay: those that are going may still be reported. */
  readonly available: number;
  /** `status.availableReplicas`. */
  readonly reported: number;
  readonly revision: number;
  readonly created: Instant;
  /** The Rollout's size when this one was last scaled. */
  readonly desired: number | undefined;
  /** The text of its scale-down deadline. */
  readonly deadline: string | undefined;
  /** Whether it was current before: it has earlier revisions. */
  readonly hadHistory: boolean;
}

/** Reads a ReplicaSet; what its controller has not reported yet counts as 0. One object is read once. */
export const replicasOf = remembered((object: KubeObject): Replicas => {
  const { name, labels = {}, annotations = {}, creationTimestamp } = object.metadata;
  const spec = (object["spec"] ?? {}) as { replicas?: number };
  const status = (object["status"] ?? {}) as Record<
    "replicas" | "readyReplicas" | "availableReplicas",
    number | undefined
  >;
  const { replicas: size = 0 } = spec;
  const reported = status.availableReplicas ?? 0;
  return {
    object,
    name,
    hash: labels[label.podHash] ?? "",
    size,
    total: status.replicas ?? 0,
    ready: status.readyReplicas ?? 0,
    available: Math.min(size, reported),
    reported,
    revision: revisionIn(annotations),
    created: creationTimestamp === undefined ? (0 as Instant) : instant(creationTimestamp),
    desired: wholeNumber(annotations[annotation.desiredReplicas]),
    deadline: annotations[annotation.scaleDownDeadline],
    hadHistory: annotations[annotation.revisionHistory] !== undefined,
  };
});

/** The revision in these annotations; 0 when there is none or it is no number. */
export function revisionIn(annotations: Readonly<Record<string, string>> = {}): number {
  return wholeNumber(annotations[annotation.revision]) ?? 0;
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^-?\d+$/.test(text) ? Number(text) : undefined;
}

/** Oldest first; names decide between equals (rollout-core 9.3). */
export function byAge(one: Replicas, other: Replicas): number {
  return one.created - other.created || (one.name < other.name ? -1 : 1);
}

/** Highest revision first. */
export function byRevision(one: Replicas, other: Replicas): number {
  return other.revision - one.revision;
}

/** The sum of one count over ReplicaSets. */
export function total(sets: readonly Replicas[], count: "size" | "total" | "ready" | "reported"): number {
  return sets.reduce((sum, set) => sum + set[count], 0);
}
