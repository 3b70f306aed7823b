import type { Instant } from "../api/time.ts";
import type { Clock } from "./ports.ts";

/** What a queue counts for its metrics; spans are in seconds. */
export interface Totals {
  /** How often a key became ready. */
  readonly added: number;
  /** How often a key was looked at again after a failure. */
  readonly retried: number;
  /** How long all work under way has gone on, together. */
  readonly unfinished: number;
  /** How long the longest work under way has gone on. */
  readonly longest: number;
}

/** Counts what goes through a queue. */
export class Tally {
  readonly #clock: Pick<Clock, "now">;
  /** When the work on each key that is worked on has begun. */
  readonly #began = new Map<string, Instant>();
  #added = 0;
  #retried = 0;

  constructor(clock: Pick<Clock, "now">) {
    this.#clock = clock;
  }

  get totals(): Totals {
    const now = this.#clock.now();
    const spans = [...this.#began.values()].map((began) => (now - began) / 1_000);
    return {
      added: this.#added,
      retried: this.#retried,
      unfinished: spans.reduce((sum, span) => sum + span, 0),
      longest: Math.max(0, ...spans),
    };
  }

  added(): void {
    this.#added += 1;
  }

  retried(): void {
    this.#retried += 1;
  }

  /** Begins the work on a key, now. */
  began(key: string): Instant {
    const now = this.#clock.now();
    this.#began.set(key, now);
    return now;
  }

  ended(key: string): void {
    this.#began.delete(key);
  }
}
