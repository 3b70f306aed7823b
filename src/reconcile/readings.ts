import { messageOf } from "../api/problem.ts";
import { type Instant, later, type Millis } from "../api/time.ts";
import type { Clock, Reading, ReadingHow, Readings } from "./ports.ts";

/** What a pool of readings needs, and its bounds. */
export interface ReadingPoolOptions {
  readonly clock: Clock;
  /** Called when a reading of the key has arrived, with what it found. */
  wake(key: string, reading: Reading): void;
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
  /** Those that wait at their leisure. */
  readonly leisurely: Set<Entry>;
  /** Whether the time between two of these has not passed yet. */
  rests: boolean;
}

/** The time between two readings of a host that begin at their leisure, in milliseconds. */
const leisure = 10;

/** Over about so many milliseconds a crowd of them is spread: the more wait, the less time is between two. */
const mostLeisure = 10_000;

/**
 * Runs readings beside the workers, a bounded number at a time; a slow host delays only its own. A result
 * stays until its key keeps it no longer, so that a pass that is repeated sees the same.
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

  /**
   * How many readings have been begun and have not arrived yet; those that wait for room are included, those
   * that only let time pass are not.
   */
  get underWay(): number {
    let count = this.#running;
    for (const { waiting } of this.#hosts.values()) count += waiting.size;
    return count;
  }

  take(key: string, id: string, how: ReadingHow, start: Entry["start"]): Reading | undefined {
    const ofKey = this.#entries.get(key) ?? new Map<string, Entry>();
    const known = ofKey.get(id);
    if (known !== undefined || this.#stopped) return known?.result;

    const { pool, atLeisure = false } = how;
    const entry: Entry = { key, pool, start, abort: new AbortController(), is: "waiting" };
    this.#entries.set(key, ofKey.set(id, entry));
    const host = this.#hosts.get(pool) ?? newHost();
    this.#hosts.set(pool, host);
    (atLeisure ? host.leisurely : host.waiting).add(entry);
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
    for (const key of this.#entries.keys()) this.keep(key, new Set());
  }

  /** Gives its place to the next at once, also when it does not listen to the signal. */
  #drop(entry: Entry): void {
    const host = this.#hosts.get(entry.pool);
    host?.waiting.delete(entry);
    host?.leisurely.delete(entry);
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
        this.#begin(host, entry);
      }
      this.#startLeisurely(host);
      const isIdle = host.running + host.waiting.size + host.leisurely.size === 0;
      if (isIdle && !host.rests) this.#hosts.delete(pool);
    }
  }

  /** Begins the first reading that waits at its leisure, unless its host rests from the one before. */
  #startLeisurely(host: Host): void {
    const [first] = host.leisurely;
    if (first === undefined || host.rests || !this.#hasRoom(host)) return;
    const { clock } = this.#options;
    const rest = Math.ceil(Math.min(leisure, mostLeisure / host.leisurely.size)) as Millis;
    host.rests = true;
    clock.at(later(clock.now(), rest), () => {
      host.rests = false;
      this.#startWaiting();
    });
    this.#begin(host, first);
  }

  #begin(host: Host, entry: Entry): void {
    host.waiting.delete(entry);
    host.leisurely.delete(entry);
    host.running += 1;
    this.#running += 1;
    entry.is = "running";
    void this.#run(entry);
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
    this.#options.wake(entry.key, result);
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

function newHost(): Host {
  return { running: 0, waiting: new Set(), leisurely: new Set(), rests: false };
}
