import { type Instant, later, type Millis, seconds } from "../api/time.ts";
import { Line } from "./line.ts";
import type { Clock } from "./ports.ts";
import { type Due, Schedule } from "./schedule.ts";
import { Tally, type Totals } from "./tally.ts";
import { Waiters } from "./waiters.ts";

/** How a look at a key ended: `done` ends its back-off, `retry` looks again after the next back-off. */
export type Verdict = "done" | "retry";

/** What a queue needs. */
export interface QueueOptions {
  readonly clock: Clock;
  /** How many keys are worked on at a time. */
  readonly workers: number;
  /** Works on a key; a rejection is reported to `failed` and counts as `retry`. */
  work(key: string): Promise<Verdict>;
  failed(key: string, error: unknown): void;
  /**
   * How many keys that were only woken are worked on at a time; those that have waited for five seconds do
   * not count. Default: as many as there are workers.
   */
  readonly wokenAtATime?: number | undefined;
  /** Told how long a key that is started has been ready, in milliseconds. */
  waited?(millis: number): void;
}

/** What is known of a key; a key of which there is nothing to know has no entry. */
interface Entry {
  /** Since when it waits for a worker. */
  readySince: number;
  /** Where it waits for a worker, or, while worked on, will wait to be worked on again. */
  line: Line<string> | undefined;
  working: boolean;
  failures: number;
  /** Nothing starts the key before this instant. */
  notBefore: number;
  due: Due<string> | undefined;
}

/** The first back-off in milliseconds; each further one in a row is twice as long. */
const firstBackOff = 1;

/** The longest back-off in milliseconds. */
const longestBackOff = 10_000;

/** How long a key that was woken lets others go first. */
const patience = seconds(5);

/**
 * Which keys to look at, and when. Those whose instant has come, and those that are urgent, go before those
 * that were only woken, as these would make them late; whoever was woken and has waited for long joins
 * them. A key is in it once, however often it was added, and never worked on twice at a time: what comes
 * while it is worked on has it looked at again afterwards. Starting a key forgets its delay, because each
 * look says anew when the next is due.
 */
export class Queue {
  readonly #options: QueueOptions;
  readonly #entries = new Map<string, Entry>();
  readonly #delayed = new Schedule<string>();
  readonly #timely = new Line<string>();
  readonly #woken = new Line<string>();
  #working = 0;
  /** How many of these were only woken. */
  #workingWoken = 0;
  readonly #tally: Tally;
  #paused = false;
  #stopped = false;
  #pumping = false;
  #armed: { readonly at: Instant; cancel(): void } | undefined;
  readonly #waiters = new Waiters();

  constructor(options: QueueOptions) {
    this.#options = options;
    this.#tally = new Tally(options.clock);
  }

  /** Has a key looked at as soon as a worker is free. */
  add(key: string): void {
    this.addAt(key, 0 as Instant);
  }

  /** Has a key looked at as soon as a worker is free, before those that were only woken. */
  addUrgent(key: string): void {
    this.#put(key, 0 as Instant, this.#timely);
  }

  /** Has a key looked at when the instant has come; of several delays of a key the earliest wins. */
  addAt(key: string, when: Instant): void {
    this.#put(key, when, this.#woken);
  }

  /**
   * Lets nothing start the key before the instant, whatever wakes it; what comes earlier waits until then.
   */
  defer(key: string, until: Instant): void {
    this.#entry(key).notBefore = until;
  }

  /** Whether no key is ready or being worked on; keys that wait for an instant do not count. */
  get idle(): boolean {
    return this.#working === 0 && this.#ready === 0;
  }

  /** Resolves when the queue is idle. */
  whenIdle(): Promise<void> {
    return this.#waiters.until(() => this.idle);
  }

  /** How many keys wait for a worker, are worked on, and wait for their instant. */
  get counts(): { readonly ready: number; readonly working: number; readonly delayed: number } {
    // Whoever was woken and waits has an instant too: that at which its patience ends.
    const delayed = this.#delayed.size - this.#woken.length;
    return { ready: this.#ready, working: this.#working, delayed };
  }

  /** What has been counted since the beginning. */
  get totals(): Totals {
    return this.#tally.totals;
  }

  /** Starts nothing any more, but keeps collecting keys; resolves when what was begun has ended. */
  pause(): Promise<void> {
    this.#paused = true;
    return this.#waiters.until(() => this.#working === 0);
  }

  /** Starts keys again, with those that were collected. */
  resume(): void {
    this.#paused = this.#stopped;
    this.#pumpSoon();
  }

  /** Ends the queue: starts nothing and takes nothing any more; resolves when what was begun has ended. */
  stop(): Promise<void> {
    this.#stopped = true;
    this.#armed?.cancel();
    this.#armed = undefined;
    this.#timely.clear();
    this.#woken.clear();
    this.#waiters.tell();
    return this.pause();
  }

  get #ready(): number {
    return this.#timely.length + this.#woken.length;
  }

  #entry(key: string): Entry {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry: Entry = {
      line: undefined,
      readySince: 0,
      working: false,
      failures: 0,
      notBefore: 0,
      due: undefined,
    };
    this.#entries.set(key, entry);
    return entry;
  }

  #put(key: string, when: Instant, line: Line<string>): void {
    if (this.#stopped) return;
    const entry = this.#entry(key);
    const at = Math.max(when, entry.notBefore) as Instant;
    if (at <= this.#options.clock.now()) this.#makeReady(key, entry, line);
    else this.#delay(key, entry, at);
  }

  /** Puts a key into a line; one that waits already may move to the one that goes first. */
  #makeReady(key: string, entry: Entry, line: Line<string>): void {
    if (entry.line === line || (entry.line !== undefined && line === this.#woken)) return;
    if (entry.line === undefined) {
      entry.readySince = this.#options.clock.now();
      this.#tally.added();
    }
    entry.line?.delete(key);
    entry.line = line;
    if (entry.working) return;
    line.push(key);
    if (line === this.#woken) this.#delay(key, entry, later(this.#options.clock.now(), patience));
    this.#pumpSoon();
  }

  #delay(key: string, entry: Entry, at: Instant): void {
    if (entry.due !== undefined && entry.due.at <= at) return;
    this.#undelay(entry);
    entry.due = this.#delayed.add(at, key);
    this.#arm();
  }

  /** Work starts in a microtask, so that whoever adds keys is never interrupted by it. */
  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    queueMicrotask(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (!this.#paused && this.#working < this.#options.workers) {
      const key = this.#first();
      if (key === undefined) return;
      void this.#run(key, this.#entry(key));
    }
  }

  #first(): string | undefined {
    const { workers, wokenAtATime = workers } = this.#options;
    return this.#timely.shift() ?? (this.#workingWoken < wokenAtATime ? this.#woken.shift() : undefined);
  }

  async #run(key: string, entry: Entry): Promise<void> {
    this.#undelay(entry);
    this.#arm();
    const woken = entry.line === this.#woken ? 1 : 0;
    entry.line = undefined;
    entry.working = true;
    this.#working += 1;
    this.#workingWoken += woken;
    const began = this.#tally.began(key);
    this.#options.waited?.(Math.max(0, began - entry.readySince));
    const verdict = await this.#verdict(key);
    this.#tally.ended(key);
    this.#working -= 1;
    this.#workingWoken -= woken;
    entry.working = false;
    this.#ended(key, entry, verdict);
    this.#pumpSoon();
    this.#waiters.tell();
  }

  async #verdict(key: string): Promise<Verdict> {
    try {
      return await this.#options.work(key);
    } catch (error) {
      this.#options.failed(key, error);
      return "retry";
    }
  }

  #ended(key: string, entry: Entry, verdict: Verdict): void {
    entry.failures = verdict === "done" ? 0 : entry.failures + 1;
    const { line } = entry;
    if (line !== undefined) {
      entry.line = undefined;
      this.#put(key, 0 as Instant, line);
    }
    const now = this.#options.clock.now();
    if (verdict === "retry") {
      this.#tally.retried();
      this.addAt(key, later(now, backOff(entry.failures)));
    }
    const known =
      entry.line !== undefined || entry.due !== undefined || entry.failures > 0 || entry.notBefore > now;
    if (!known) this.#entries.delete(key);
  }

  #undelay(entry: Entry): void {
    if (entry.due !== undefined) this.#delayed.remove(entry.due);
    entry.due = undefined;
  }

  /** Keeps one timer of the clock, for the first delayed key. */
  #arm(): void {
    const at = this.#delayed.first?.at;
    if (this.#armed?.at === at) return;
    this.#armed?.cancel();
    this.#armed =
      at === undefined ? undefined : { at, cancel: this.#options.clock.at(at, () => this.#fire()) };
  }

  #fire(): void {
    this.#armed = undefined;
    const now = this.#options.clock.now();
    for (let due = this.#delayed.first; due !== undefined && due.at <= now; due = this.#delayed.first) {
      const entry = this.#entry(due.item);
      this.#undelay(entry);
      if (entry.notBefore > now) this.#delay(due.item, entry, entry.notBefore as Instant);
      else this.#makeReady(due.item, entry, this.#timely);
    }
    this.#arm();
  }
}

function backOff(failures: number): Millis {
  return Math.min(firstBackOff * 2 ** (failures - 1), longestBackOff) as Millis;
}
