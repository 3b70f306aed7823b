import type { Instant } from "../api/time.ts";

/** Something that is due at an instant; `index` is its place in the schedule, -1 when it is in none. */
export interface Due<T> {
  readonly at: Instant;
  readonly item: T;
  readonly order: number;
  index: number;
}

/**
 * What is due when: the first is found at once, any is removed in logarithmic time; equal instants keep their
 * order.
 */
export class Schedule<T> {
  readonly #heap: Due<T>[] = [];
  #count = 0;

  /** How much is scheduled. */
  get size(): number {
    return this.#heap.length;
  }

  /** What is due first, or undefined when nothing is scheduled. */
  get first(): Due<T> | undefined {
    return this.#heap[0];
  }

  /** Schedules an item. */
  add(at: Instant, item: T): Due<T> {
    const due: Due<T> = { at, item, order: this.#count++, index: this.#heap.length };
    this.#heap.push(due);
    this.#rise(due);
    return due;
  }

  /** Takes something out again; what is not in the schedule is passed over. */
  remove(due: Due<T>): void {
    if (this.#heap[due.index] !== due) return;
    const last = this.#heap.pop();
    if (last !== undefined && last !== due) {
      this.#place(last, due.index);
      this.#rise(last);
      this.#sink(last);
    }
    due.index = -1;
  }

  #place(due: Due<T>, index: number): void {
    this.#heap[index] = due;
    due.index = index;
  }

  #rise(due: Due<T>): void {
    while (due.index > 0) {
      const above = this.#heap[(due.index - 1) >> 1];
      if (above === undefined || !isBefore(due, above)) return;
      const index = above.index;
      this.#place(above, due.index);
      this.#place(due, index);
    }
  }

  #sink(due: Due<T>): void {
    for (;;) {
      const left = this.#heap[2 * due.index + 1];
      const right = this.#heap[2 * due.index + 2];
      const below = left !== undefined && right !== undefined && isBefore(right, left) ? right : left;
      if (below === undefined || !isBefore(below, due)) return;
      const index = below.index;
      this.#place(below, due.index);
      this.#place(due, index);
    }
  }
}

function isBefore(a: Due<unknown>, b: Due<unknown>): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
