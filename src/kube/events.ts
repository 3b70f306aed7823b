import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject, ObjectRef } from "../api/object.ts";
import type { EventNote } from "../reconcile/effect.ts";
import { ApiError, type Client, type Recorder } from "../reconcile/ports.ts";
import { Lanes } from "./lanes.ts";
import type { Log } from "./log.ts";

/** What the recorder needs. */
export interface RecorderOptions {
  readonly client: Client;
  readonly log: Log;
  /** Milliseconds since 1970; `Date.now` unless given. */
  readonly now?: () => number;
  /** Milliseconds before the first retry of a write; 500 unless given. */
  readonly retryAfter?: number;
}

/** The source of every event (analysis 7.3). */
const component = "rollouts-controller";
/** The same event again within this time is counted, not created. */
const sameWithin = 600_000;
/**
 * Events of a type per object: so many at once, then one every ten seconds. The peer's budget of 25 for all
 * types (analysis 7.3) drops the event of an abort after two or three updates in a row.
 */
const burst = 50;
const refillMillis = 10_000;
/** Events that can still be counted on; the oldest are forgotten first. */
const mostRemembered = 4_096;
const tries = 3;

/** An event that was written: where, and how often it has happened. */
interface Written {
  readonly at: number;
  readonly count: number;
  /** Undefined until the first write has succeeded. */
  ref: ObjectRef | undefined;
}

interface Budget {
  tokens: number;
  filledAt: number;
}

/**
 * Writes Kubernetes events, in order for each object, warnings before others. The same event about the same
 * object is counted for ten minutes; a chatty object is held to its budget. Events are worth less than the
 * work they tell about: nothing waits for them, they wait for it (`Lanes`), and what cannot be written is
 * dropped.
 */
export class EventRecorder implements Recorder {
  readonly #options: RecorderOptions;
  readonly #now: () => number;
  readonly #written = new Map<string, Written>();
  readonly #budgets = new Map<string, Budget>();
  readonly #lanes = new Lanes();
  #serial = 0;
  #sweptAt: number;
  #stopped = false;

  constructor(options: RecorderOptions) {
    this.#options = options;
    this.#now = options.now ?? Date.now;
    this.#sweptAt = this.#now();
  }

  /** How many written events and budgets are remembered. */
  get remembered(): number {
    return this.#written.size + this.#budgets.size;
  }

  record(about: KubeObject, note: EventNote): void {
    if (this.#stopped) return;
    const at = this.#now();
    this.#sweep(at);
    const subject = about.metadata.uid ?? `${about.kind} ${about.metadata.namespace}/${about.metadata.name}`;
    if (!this.#mayHappen(`${subject} ${note.type}`, at)) return;

    const key = `${subject}\n${note.type}\n${note.reason}\n${note.message}`;
    const before = this.#written.get(key);
    const again = before !== undefined && at - before.at < sameWithin;
    const written: Written = { at, count: again ? before.count + 1 : 1, ref: undefined };
    this.#remember(key, written);
    const event = this.#eventOf(about, note, written);
    const write = () => this.#write(event, written, again ? before : undefined);
    this.#lanes.add(subject, note.type === "Warning", () => this.#persistently(write));
  }

  /**
   * Takes no more events, and resolves when those that wait are written or so many milliseconds have passed.
   */
  async stop(patience: number): Promise<void> {
    this.#stopped = true;
    this.#lanes.hurry();
    const timer = new AbortController();
    await Promise.race([
      this.#lanes.settled(),
      sleep(patience, undefined, { signal: timer.signal }).catch(() => {}),
    ]);
    timer.abort();
  }

  /** Resolves when everything recorded so far is written or dropped. */
  settled(): Promise<void> {
    return this.#lanes.settled();
  }

  async #persistently(write: () => Promise<void>): Promise<void> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await write();
      } catch (error) {
        const passing =
          error instanceof ApiError && (error.code === 0 || error.code === 429 || error.code >= 500);
        if (!passing || attempt === tries || this.#stopped) {
          this.#options.log.warn({ error: String(error) }, "events: one was dropped");
          return;
        }
        await sleep((this.#options.retryAfter ?? 500) * attempt);
      }
    }
  }

  async #write(event: KubeObject, written: Written, earlier: Written | undefined): Promise<void> {
    const { client } = this.#options;
    if (earlier?.ref !== undefined) {
      written.ref = earlier.ref;
      const body = { count: written.count, lastTimestamp: seconds(written.at) };
      try {
        await client.patch(earlier.ref, { type: "merge", body });
        return;
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 404)) throw error;
      }
    }
    try {
      await client.create(event);
    } catch (error) {
      // An earlier try that got no answer has succeeded after all.
      if (!(error instanceof ApiError && error.code === 409)) throw error;
    }
    const { name, namespace = "default" } = event.metadata;
    written.ref = { apiVersion: "v1", kind: "Event", namespace, name };
  }

  #eventOf(about: KubeObject, note: EventNote, { at, count }: Written): KubeObject {
    const { name, namespace, uid, resourceVersion } = about.metadata;
    this.#serial += 1;
    const suffix = (BigInt(at) * 1_000_000n + BigInt(this.#serial % 1_000_000)).toString(16);
    return {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: `${name}.${suffix}`, namespace: namespace ?? "default" },
      involvedObject: {
        apiVersion: about.apiVersion,
        kind: about.kind,
        namespace,
        name,
        uid,
        resourceVersion,
      },
      type: note.type,
      reason: note.reason,
      message: note.message.slice(0, 1_024),
      count,
      firstTimestamp: seconds(at),
      lastTimestamp: seconds(at),
      source: { component },
      reportingComponent: component,
      reportingInstance: "",
    };
  }

  #mayHappen(subject: string, at: number): boolean {
    const budget = this.#budgets.get(subject) ?? { tokens: burst, filledAt: at };
    budget.tokens = Math.min(burst, budget.tokens + (at - budget.filledAt) / refillMillis);
    budget.filledAt = at;
    this.#budgets.set(subject, budget);
    if (budget.tokens < 1) return false;
    budget.tokens -= 1;
    return true;
  }

  #remember(key: string, written: Written): void {
    this.#written.delete(key);
    this.#written.set(key, written);
    const [oldest] = this.#written.keys();
    if (this.#written.size > mostRemembered && oldest !== undefined) this.#written.delete(oldest);
  }

  /** Forgets what can no longer matter, once a minute. */
  #sweep(at: number): void {
    if (at - this.#sweptAt < 60_000) return;
    this.#sweptAt = at;
    for (const [key, written] of this.#written) if (at - written.at >= sameWithin) this.#written.delete(key);
    for (const [subject, { tokens, filledAt }] of this.#budgets) {
      if (tokens + (at - filledAt) / refillMillis >= burst) this.#budgets.delete(subject);
    }
  }
}

function seconds(at: number): string {
  return `${new Date(at).toISOString().slice(0, -5)}Z`;
}
