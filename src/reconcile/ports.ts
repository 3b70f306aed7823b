import type { KindRef, KubeObject, ObjectRef } from "../api/object.ts";
import type { Instant } from "../api/time.ts";
import type { EventNote, PatchType } from "./effect.ts";
import type { Failure, Outcome, Plan } from "./plan.ts";

/** Time and timers; virtual in the simulator. */
export interface Clock {
  now(): Instant;
  /** Calls back once at the instant (at once when it has passed); returns what cancels it. */
  at(when: Instant, run: () => void): () => void;
}

/**
 * The answer of the API server when a request failed; `status` is the Kubernetes Status object, if one came.
 */
export class ApiError extends Error implements Failure {
  readonly code: number;
  readonly reason: string;
  readonly status: unknown;

  constructor(
    code: number,
    reason: string,
    message: string,
    options: { status?: unknown; cause?: unknown } = {},
  ) {
    super(message, { cause: options.cause });
    this.name = "ApiError";
    this.code = code;
    this.reason = reason;
    this.status = options.status;
  }
}

/** What was answered, or `instead` where the object or its kind is not there (404). */
export async function unlessMissing<T>(answer: Promise<T>, instead: T): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof ApiError && error.code === 404) return instead;
    throw error;
  }
}

/** How a patch is sent. */
export interface PatchRequest {
  readonly type: PatchType;
  readonly body: unknown;
  readonly subresource?: "status" | "scale" | undefined;
}

/** Which objects a list asks for. */
export interface Selection {
  readonly namespace?: string | undefined;
  /** In the string form of the API: `app=web,tier!=db`. */
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
}

/** How an object is deleted. */
export interface DeleteRequest {
  readonly propagation?: "Foreground" | "Background" | "Orphan" | undefined;
  readonly uid?: string | undefined;
  /** How long a running pod may take to end, instead of what its spec says; 0 removes it at once. */
  readonly gracePeriodSeconds?: number | undefined;
}

/** The API server. Every method rejects with `ApiError`; `get` of what is not there resolves to undefined. */
export interface Client {
  get(ref: ObjectRef): Promise<KubeObject | undefined>;
  list(kind: KindRef, selection?: Selection): Promise<readonly KubeObject[]>;
  create(object: KubeObject, options?: { dryRun?: boolean }): Promise<KubeObject>;
  replace(object: KubeObject, subresource?: "status"): Promise<KubeObject>;
  patch(ref: ObjectRef, patch: PatchRequest): Promise<KubeObject>;
  /**
   * Resolves to the object as it was when deletion began, or undefined when the server answered with a
   * Status.
   */
  delete(ref: ObjectRef, request?: DeleteRequest): Promise<KubeObject | undefined>;
  evict(ref: ObjectRef): Promise<void>;
}

/**
 * What the watches have delivered, with the answers to our own writes already in it. Objects are never
 * changed.
 */
export interface CacheReader {
  /** Whether this kind is watched and its first list is complete. */
  watches(kind: KindRef): boolean;
  get(ref: ObjectRef): KubeObject | undefined;
  list(kind: KindRef, namespace?: string): readonly KubeObject[];
  /** The objects of a kind that the owner with this uid controls. */
  ownedBy(kind: KindRef, uid: string): readonly KubeObject[];
  /** The objects for which the index named so (registered with the kind) gave this value. */
  indexed(kind: KindRef, index: string, value: string): readonly KubeObject[];
}

/** The events recorder. It never rejects. */
export interface Recorder {
  record(about: KubeObject, note: EventNote): void;
}

/**
 * Readings that take time: measurements, weight verifications. A pool of their own runs them, bounded in all
 * and per host; when one has arrived its key is woken. Nobody waits for a reading.
 */
export interface Readings {
  /**
   * The result of the reading named `id` of this key when it has arrived, else undefined; `start` is called
   * once for an id that is not under way.
   */
  take(
    key: string,
    id: string,
    how: ReadingHow,
    start: (signal: AbortSignal) => Promise<unknown>,
  ): Reading | undefined;
  /** Ends and forgets the readings of a key except those named. */
  keep(key: string, ids: ReadonlySet<string>): void;
}

/** How a reading is begun. */
export interface ReadingHow {
  /** Groups readings that share a bound: the host they go to. */
  readonly pool: string;
  /**
   * Whether nobody counts on the moment: of those of a pool one begins after the other, so that what began
   * in a crowd does not come back in one.
   */
  readonly atLeisure?: boolean;
}

/** What a reading found: a value, or why it failed. */
export type Reading =
  | {
      readonly is: "value";
      readonly value: unknown;
      readonly startedAt: Instant;
      readonly finishedAt: Instant;
    }
  | {
      readonly is: "error";
      readonly message: string;
      readonly startedAt: Instant;
      readonly finishedAt: Instant;
    };

/** What an observation may use. */
export interface Ports {
  readonly clock: Clock;
  readonly cache: CacheReader;
  readonly client: Client;
  readonly readings: Readings;
  /** What became of the last plan for this key in this process, if there was one. */
  last(key: string): Outcome | undefined;
}

/** Who is told of every plan and its outcome: the log, metrics, the timeline of the simulator. */
export interface Witness {
  reconciled(kind: string, key: string, plan: Plan, outcome: Outcome, tookMillis: number): void;
  failed(kind: string, key: string, error: unknown): void;
  /** How long a key had to wait for a worker, in milliseconds. */
  waited?(kind: string, millis: number): void;
}

/** The object as the watches delivered it, or asked of the API server where its kind is not watched. */
export async function read(
  ports: Pick<Ports, "cache" | "client">,
  ref: ObjectRef,
): Promise<KubeObject | undefined> {
  return ports.cache.watches(ref) ? ports.cache.get(ref) : ports.client.get(ref);
}
