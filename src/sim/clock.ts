import type { Instant } from "../api/time.ts";
import type { Clock } from "../reconcile/ports.ts";
import { Schedule } from "../reconcile/schedule.ts";

/** A clock that stands still until it is told to move; its timers run in the order of their instants. */
export class VirtualClock implements Clock {
  readonly #timers = new Schedule<() => void>();
  #now: Instant;

  constructor(start: Instant) {
    this.#now = start;
  }

  now(): Instant {
    return this.#now;
  }

  /** An instant that has passed is called back in a microtask: at once, but never inside this call. */
  at(when: Instant, run: () => void): () => void {
    if (when > this.#now) {
      const due = this.#timers.add(when, run);
      return () => this.#timers.remove(due);
    }
    let cancelled = false;
    queueMicrotask(() => {
      if (!cancelled) run();
    });
    return () => {
      cancelled = true;
    };
  }

  /** The instant of the first timer, or undefined when there is none. */
  next(): Instant | undefined {
    return this.#timers.first?.at;
  }

  /**
   * Moves to the first timer that is due by `limit` and runs all timers of that instant; false when there is
   * none.
   */
  runNext(limit: Instant = Infinity as Instant): boolean {
    const at = this.#timers.first?.at;
    if (at === undefined || at > limit) return false;
    this.#now = at;
    for (let due = this.#timers.first; due !== undefined && due.at <= at; due = this.#timers.first) {
      this.#timers.remove(due);
      due.item();
    }
    return true;
  }

  /**
   * Moves on to an instant and runs every timer on the way. `settle` is awaited before the first timer and
   * after those of each instant, so that what they began can end; by default until all microtasks are done.
   */
  async advance(to: Instant, settle: () => Promise<void> = turn): Promise<void> {
    await settle();
    while (this.runNext(to)) await settle();
    if (to > this.#now) this.#now = to;
  }
}

/** Resolves when all microtasks are done, also those that follow from them. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
