import type { KubeObject, ObjectRef } from "../api/object.ts";
import type { Instant } from "../api/time.ts";
import type { Effect, EventNote } from "./effect.ts";

/** The status that a decision arrived at. It is written last, also when an effect failed. */
export interface StatusWrite {
  readonly ref: ObjectRef;
  /** The resourceVersion seen; own writes of the same pass advance it. A conflict means: look again. */
  readonly version: string;
  /** `status` where the kind has that subresource, nothing where status lives in the main object. */
  readonly subresource?: "status";
  /** The merge patch: only what differs, gone fields as null; undefined when nothing differs. */
  readonly patch?: Readonly<Record<string, unknown>> | undefined;
  /**
   * Whether it goes at once; what is not urgent (counters, messages, times) waits up to a second for company.
   */
  readonly urgent: boolean;
  /** Sent in this order after the write succeeded (all that follow from the old and the new status). */
  readonly events: readonly EventNote[];
}

/** What one look at an object decided: writes in a safe order, its next status, and when to look again. */
export interface Plan {
  /** Applied one after the other; the first failure skips the rest (every prefix is safe). */
  readonly effects: readonly Effect[];
  readonly status?: StatusWrite | undefined;
  /**
   * The first instant at which the decision would be another one; undefined when only a change can matter.
   */
  readonly requeueAt?: Instant | undefined;
  /** What the user has to fix: shown in the status, and the key is retried with back-off. */
  readonly problem?: string | undefined;
}

/** What happened to a plan; the loop hands it to the next look and to the log, metrics, timeline ports. */
export interface Outcome {
  readonly done: readonly Effect[];
  /** The effect that failed, or `status` when the status write did. */
  readonly failed?: { readonly effect: Effect | "status"; readonly error: Failure } | undefined;
  /** Evictions that a disruption budget forbids for now; no error. */
  readonly skipped?: readonly Effect[] | undefined;
  /**
   * `written` when the status patch was sent; `held` when it is not urgent and waits up to a second for
   * company.
   */
  readonly status?: "written" | "held" | undefined;
}

/** Why a request failed: `code` is the HTTP status, 0 when the connection failed. */
export interface Failure {
  readonly code: number;
  readonly reason: string;
  readonly message: string;
}

/** Something that a plan was made for: the key and the object seen. */
export interface Subject {
  readonly key: string;
  readonly object: KubeObject;
}
