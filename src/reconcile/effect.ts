import type { KubeObject, ObjectRef } from "../api/object.ts";

/** A line in `kubectl get events`; the recorder aggregates repeated ones. */
export interface EventNote {
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly message: string;
  /** What it is about, where that is not the object that is reconciled. */
  readonly on?: KubeObject | undefined;
}

/** The three patch languages of the API server. */
export type PatchType = "merge" | "json" | "strategic";

interface Common {
  /** The reason for this write in plain words; logs, the timeline and the dashboard print it. */
  readonly why: string;
  /** Sent once the request has succeeded, on the object that is reconciled. */
  readonly event?: EventNote;
  /**
   * Sent when the request is refused, with what the API server said as their message; a lost race is no
   * refusal.
   */
  readonly refusal?: readonly Pick<EventNote, "type" | "reason">[];
}

/**
 * Creates an object with a computed name. One that exists already and is ours (same controller uid) is
 * success.
 */
export interface Create extends Common {
  readonly do: "create";
  readonly object: KubeObject;
}

/** Changes part of an object. */
export interface Patch extends Common {
  readonly do: "patch";
  readonly ref: ObjectRef;
  readonly type: PatchType;
  readonly body: unknown;
  readonly subresource?: "status" | "scale";
  /**
   * The resourceVersion that the decision depends on; another one is a conflict and the key is looked at
   * again.
   */
  readonly ifVersion?: string;
}

/** Deletes an object; one that is gone already is success. */
export interface Delete extends Common {
  readonly do: "delete";
  readonly ref: ObjectRef;
  readonly propagation?: "Foreground" | "Background" | "Orphan";
  readonly ifUid?: string;
  /** How long a running pod may take to end; 0 removes it at once. Left out, its spec says. */
  readonly gracePeriodSeconds?: number;
}

/**
 * Evicts a pod through `pods/eviction` (policy/v1); 429 means a disruption budget forbids it now: no error.
 */
export interface Evict extends Common {
  readonly do: "evict";
  readonly ref: ObjectRef;
}

/** One write, which is one request. */
export type Effect = Create | Patch | Delete | Evict;

/** The object that an effect is about. */
export function targetOf(effect: Effect): ObjectRef {
  if (effect.do !== "create") return effect.ref;
  const { apiVersion, kind, metadata } = effect.object;
  const { namespace, name } = metadata;
  return namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
}
