import { messageOf } from "../api/problem.ts";
import { type Instant, later, type Millis } from "../api/time.ts";
import type { Clock, Reading, Readings } from "./ports.ts";

/** What a pool of readings needs, and its bounds. */
export interface ReadingPoolOptions {
  readonly clock: Clock;
  /** Called when a reading of the key has arrived. */
  wake(key: string): void;
  /**
   * How many readings are under way at a time: in all (128) and for each pool (32). A pool that has none may
   * have one all the same, up to four times as many in all: hosts that hang do not keep others from theirs.
   */
  readonly limit?: number;
  readonly limitPerPool?: number;
}

/** A reading from its first mention until it is dropped. */
interface Entry {
  readonly key: string;
  readonly pool: string;
  readonly start: (signal: AbortSignal) => Promise<unknown>;
  readonly abort: AbortController;
  is: "waiting" | "running" | "over";
  result?: Reading;
}

/** The readings that go to one host. */
interface Host {
  running: number;
  readonly waiting: Set<Entry>;
  /** The keys of readings that arrived while others waited, and what ends the time they are given. */
  readonly unsaid: Set<string>;
  cancel?: (() => void) | undefined;
}

/** How long what has arrived lets others go first, in milliseconds. */
const courtesy = 250 as Millis;

/**
 * Runs readings beside the workers, a bounded number at a time; a slow host delays only its own. A result
 * stays until its key keeps it no longer, so that a pass that is repeated sees the same.
 *
 * Where more readings of a host are due at once than it may have, they begin before the keys of those that
 * have arrived are woken, for a quarter of a second at most: what follows from a measurement costs more than
 * taking it, and would make the others late.
 */
export class ReadingPool implements Readings {
  readonly #options: ReadingPoolOptions;
  readonly #entries = new Map<string, Map<string, Entry>>();
  readonly #hosts = new Map<string, Host>();
  #running = 0;
  #stopped = false;

  constructor(options: ReadingPoolOptions) {
    this.#options = options;
  }

  /** How many readings have been begun and have not arrived yet, those that wait for their turn included. */
  get underWay(): number {
    let count = this.#running;
    for (const { waiting } of this.#hosts.values()) count += waiting.size;
    return count;
  }

  take(key: string, id: string, pool: string, start: Entry["start"]): Reading | undefined {
    const ofKey = this.#entries.get(key) ?? new Map<string, Entry>();
    const known = ofKey.get(id);
    if (known !== undefined || this.#stopped) return known?.result;

    const entry: Entry = { key, pool, start, abort: new AbortController(), is: "waiting" };
    this.#entries.set(key, ofKey.set(id, entry));
    const host: Host = this.#hosts.get(pool) ?? { running: 0, waiting: new Set(), unsaid: new Set() };
    this.#hosts.set(pool, host);
    host.waiting.add(entry);
    this.#startWaiting();
    return undefined;
  }

  keep(key: string, ids: ReadonlySet<string>): void {
    const ofKey = this.#entries.get(key);
    if (ofKey === undefined) return;
    for (const [id, entry] of ofKey) {
      if (ids.has(id)) continue;
      ofKey.delete(id);
      this.#drop(entry);
    }
    if (ofKey.size === 0) this.#entries.delete(key);
    this.#startWaiting();
  }

  /** Ends and forgets all readings and begins none any more. */
  stop(): void {
    this.#stopped = true;
    for (const { cancel } of this.#hosts.values()) cancel?.();
    for (const key of this.#entries.keys()) this.keep(key, new Set());
  }

  /** Gives its place to the next at once, also when it does not listen to the signal. */
  #drop(entry: Entry): void {
    this.#hosts.get(entry.pool)?.waiting.delete(entry);
    if (entry.is === "over") return;
    if (entry.is === "running") this.#leave(entry);
    entry.is = "over";
    entry.abort.abort();
  }

  #leave(entry: Entry): void {
    this.#running -= 1;
    const host = this.#hosts.get(entry.pool);
    if (host !== undefined) host.running -= 1;
  }

  #startWaiting(): void {
    if (this.#stopped) return;
    for (const [pool, host] of this.#hosts) {
      for (const entry of host.waiting) {
        if (!this.#hasRoom(host)) break;
        host.waiting.delete(entry);
        host.running += 1;
        this.#running += 1;
        entry.is = "running";
        void this.#run(entry);
      }
      if (host.waiting.size > 0) continue;
      this.#say(host);
      if (host.running === 0) this.#hosts.delete(pool);
    }
  }

  #hasRoom({ running }: { readonly running: number }): boolean {
    const { limit = 128, limitPerPool = 32 } = this.#options;
    if (running >= limitPerPool) return false;
    return this.#running < limit || (running === 0 && this.#running < 4 * limit);
  }

  async #run(entry: Entry): Promise<void> {
    const startedAt = this.#options.clock.now();
    const result = await this.#result(entry, startedAt);
    if (entry.is !== "running") return;
    this.#leave(entry);
    entry.is = "over";
    entry.result = result;
    this.#startWaiting();
    this.#arrived(entry);
  }

  #arrived({ key, pool }: Entry): void {
    const { clock, wake } = this.#options;
    const host = this.#hosts.get(pool);
    if (host === undefined || host.waiting.size === 0) {
      wake(key);
      return;
    }
    host.unsaid.add(key);
    host.cancel ??= clock.at(later(clock.now(), courtesy), () => this.#say(host));
  }

  /** Wakes the keys of what has arrived. */
  #say(host: Host): void {
    host.cancel?.();
    host.cancel = undefined;
    for (const key of host.unsaid) this.#options.wake(key);
    host.unsaid.clear();
  }

  async #result({ start, abort }: Entry, startedAt: Instant): Promise<Reading> {
    try {
      const value = await start(abort.signal);
      return { is: "value", value, startedAt, finishedAt: this.#options.clock.now() };
    } catch (error) {
      const message = messageOf(error);
      return { is: "error", message, startedAt, finishedAt: this.#options.clock.now() };
    }
  }
}
