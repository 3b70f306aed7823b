import { controllerOf, type KubeObject, type ObjectRef, refText } from "../api/object.ts";
import { messageOf } from "../api/problem.ts";
import type { Cache } from "./cache.ts";
import { type Create, type Effect, type EventNote, type Evict, type Patch, targetOf } from "./effect.ts";
import type { Failure, Outcome, Plan, StatusWrite } from "./plan.ts";
import { ApiError, type Client, type Recorder, unlessMissing } from "./ports.ts";

/** What applying a plan needs. */
export interface Applying {
  readonly client: Client;
  readonly cache: Pick<Cache, "watches" | "absorb" | "absorbDeleted">;
  readonly recorder: Recorder;
  /** The object that is reconciled: events are about it. Without it none is sent. */
  readonly about: KubeObject | undefined;
  /** Whether the status is kept back this time: its patch waits for company. */
  readonly holdStatus: boolean;
  /**
   * Asked before each write; when it says no, the rest of the plan is dropped with a failure of reason
   * `Paused`.
   */
  mayWrite(): boolean;
}

/**
 * Carries out a plan: its effects in order, until one fails, then the status, also when an effect failed.
 * Every answer is absorbed by the cache, and an event is sent once its request succeeded. A failed request is
 * part of the outcome.
 */
export async function applyPlan(plan: Plan, applying: Applying): Promise<Outcome> {
  const pass = new Pass(plan, applying);
  const { done, skipped, failed } = await pass.effects();
  const outcome = { done, ...(skipped.length > 0 && { skipped }) };
  if (plan.status === undefined || (failed !== undefined && pass.isHopeless(failed))) {
    return failed === undefined ? outcome : { ...outcome, failed };
  }
  const status = await pass.status(plan.status);
  const wrong = failed ?? status.failed;
  return {
    ...outcome,
    ...(wrong !== undefined && { failed: wrong }),
    ...(status.is !== undefined && { status: status.is }),
  };
}

/** Whether a request failed because an object had changed since it was seen. */
export function isConflict({ code, reason }: Failure): boolean {
  return code === 409 && reason !== "AlreadyExists";
}

/**
 * Whether a request failed only because something else had happened before it: a conflict, a `test` of a JSON
 * patch that did not hold (422 without causes), or a write that was not sent.
 */
function isLostRace(failure: ApiError): boolean {
  if (isConflict(failure) || isPaused(failure)) return true;
  const { details } = (failure.status ?? {}) as {
    readonly details?: { readonly causes?: readonly unknown[] };
  };
  return failure.code === 422 && (details?.causes ?? []).length === 0;
}

/** Whether a write was not sent because this process may not write any more. */
export function isPaused({ code, reason }: Failure): boolean {
  return code === 0 && reason === "Paused";
}

type Failed = NonNullable<Outcome["failed"]>;

/** One plan being applied; it knows what its own writes did to the versions seen. */
class Pass {
  readonly #plan: Plan;
  readonly #with: Applying;
  /** The version that an object has by an own write of this pass that held it to the version seen. */
  readonly #versions = new Map<string, string>();
  readonly #own: string | undefined;

  constructor(plan: Plan, applying: Applying) {
    this.#plan = plan;
    this.#with = applying;
    this.#own = plan.status === undefined ? undefined : refText(plan.status.ref);
  }

  async effects(): Promise<{
    done: readonly Effect[];
    skipped: readonly Effect[];
    failed?: Failed | undefined;
  }> {
    const done: Effect[] = [];
    const skipped: Effect[] = [];
    for (const effect of this.#plan.effects) {
      try {
        const list = (await this.#send(effect)) ? done : skipped;
        list.push(effect);
      } catch (caught) {
        const error = await this.#failure(caught, targetOf(effect));
        if (!isLostRace(error))
          this.#record((effect.refusal ?? []).map((note) => ({ ...note, message: error.message })));
        return { done, skipped, failed: { effect, error } };
      }
    }
    return { done, skipped };
  }

  /** Whether the status write would fail for the same reason as the effect: it is not tried then. */
  isHopeless({ effect, error }: Failed): boolean {
    if (isPaused(error)) return true;
    return effect !== "status" && isConflict(error) && refText(targetOf(effect)) === this.#own;
  }

  async status(write: StatusWrite): Promise<{ is?: "written" | "held"; failed?: Failed }> {
    const { ref, patch, subresource, events } = write;
    if (patch === undefined) return this.#record(events);
    if (this.#with.holdStatus) return { is: "held" };
    const resourceVersion = this.#versions.get(refText(ref)) ?? write.version;
    try {
      this.#mayWrite();
      const body = { metadata: { resourceVersion }, status: patch };
      this.#with.cache.absorb(await this.#with.client.patch(ref, { type: "merge", body, subresource }));
    } catch (error) {
      return { failed: { effect: "status", error: await this.#failure(error, ref) } };
    }
    this.#record(events);
    return { is: "written" };
  }

  /** Sends the request of an effect; false when it was skipped. */
  async #send(effect: Effect): Promise<boolean> {
    this.#mayWrite();
    if (effect.do === "evict") {
      if (!(await this.#evict(effect))) return false;
    } else if (effect.do === "delete") {
      const { propagation, ifUid: uid, gracePeriodSeconds } = effect;
      const request = { propagation, uid, gracePeriodSeconds };
      const answer = await unlessMissing(this.#with.client.delete(effect.ref, request), undefined);
      this.#with.cache.absorbDeleted(effect.ref, answer);
    } else {
      this.#with.cache.absorb(await (effect.do === "create" ? this.#create(effect) : this.#patch(effect)));
    }
    if (effect.event !== undefined) this.#record([effect.event]);
    return true;
  }

  /** The object created; one that exists already and is ours counts as created. */
  async #create({ object, ...effect }: Create): Promise<KubeObject> {
    try {
      return await this.#with.client.create(object);
    } catch (error) {
      if (!(error instanceof ApiError) || error.reason !== "AlreadyExists") throw error;
      const existing = await this.#with.client.get(targetOf({ ...effect, object }));
      if (existing === undefined || existing.metadata.deletionTimestamp !== undefined) throw error;
      const owner = controllerOf(object)?.uid;
      if (owner === undefined || controllerOf(existing)?.uid !== owner) throw error;
      return existing;
    }
  }

  /** Writes to the object that is reconciled always hold it to the version seen, as its status write does. */
  async #patch({ ref, type, body, subresource, ifVersion }: Patch): Promise<KubeObject> {
    const text = refText(ref);
    const seen = ifVersion ?? (text === this.#own ? this.#plan.status?.version : undefined);
    const version = seen === undefined ? undefined : (this.#versions.get(text) ?? seen);
    const held = version === undefined ? body : holdTo(version, type, body);
    const answer = await this.#with.client.patch(ref, { type, body: held, subresource });
    const next = answer.metadata.resourceVersion;
    if (version !== undefined && next !== undefined) this.#versions.set(text, next);
    return answer;
  }

  async #evict({ ref }: Evict): Promise<boolean> {
    try {
      await unlessMissing(this.#with.client.evict(ref), undefined);
    } catch (error) {
      if (error instanceof ApiError && error.code === 429) return false;
      throw error;
    }
    return true;
  }

  #mayWrite(): void {
    if (!this.#with.mayWrite()) throw new ApiError(0, "Paused", "this process may not write any more");
  }

  /**
   * Why a request failed. When the object is not as it was seen, or may have been written without an answer,
   * it is read again, so that the next look is a fresh one.
   */
  async #failure(error: unknown, ref: ObjectRef): Promise<ApiError> {
    const failure = error instanceof ApiError ? error : unexpected(error);
    const isStale = !isPaused(failure) && (failure.code === 0 || isLostRace(failure));
    if (isStale && this.#with.cache.watches(ref)) await this.#readAgain(ref);
    return failure;
  }

  async #readAgain(ref: ObjectRef): Promise<void> {
    try {
      const object = await this.#with.client.get(ref);
      if (object === undefined) this.#with.cache.absorbDeleted(ref);
      else this.#with.cache.absorb(object);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error; // the watch brings it later
    }
  }

  #record(events: readonly EventNote[]): Record<string, never> {
    const { about, recorder } = this.#with;
    if (about !== undefined) for (const note of events) recorder.record(note.on ?? about, note);
    return {};
  }
}

/** The body of a patch that fails with a conflict unless the object has the version. */
function holdTo(version: string, type: Patch["type"], body: unknown): unknown {
  if (type === "json") {
    // A `test` that fails answers 422 without saying which; another version put in place answers 409.
    const held = { op: "replace", path: "/metadata/resourceVersion", value: version };
    return Array.isArray(body) ? [held, ...body] : [held];
  }
  const { metadata, ...rest } = fieldsOf(body);
  return { ...rest, metadata: { ...fieldsOf(metadata), resourceVersion: version } };
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

function unexpected(cause: unknown): ApiError {
  return new ApiError(0, "Unexpected", messageOf(cause), { cause });
}
