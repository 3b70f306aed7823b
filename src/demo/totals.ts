import { keyOf, type Sample } from "./promql/series.ts";

/**
 * Adds up the counters of pods that come and go, as a collector in front of a server of metrics does: the
 * series stay the same, so that a server needs no time to find new ones (VictoriaMetrics takes up to ten
 * seconds).
 */
export class Totals {
  readonly #totals = new Map<string, Sample>();
  #counted: ReadonlyMap<string, ReadonlyMap<string, number>> = new Map();

  /** Takes in what the counters of each pod say now; a pod that is new has counted from 0. */
  add(pods: ReadonlyMap<string, readonly Sample[]>): void {
    const counted = new Map<string, ReadonlyMap<string, number>>();
    for (const [pod, samples] of pods) {
      const before = this.#counted.get(pod);
      const now = new Map<string, number>();
      for (const { labels, value } of samples) {
        const key = keyOf(labels);
        const known = before?.get(key) ?? 0;
        const total = this.#totals.get(key)?.value ?? 0;
        this.#totals.set(key, { labels, value: total + Math.max(value - known, 0) });
        now.set(key, Math.max(value, known));
      }
      counted.set(pod, now);
    }
    this.#counted = counted;
  }

  /** What all pods have counted, those that are gone included. */
  get samples(): readonly Sample[] {
    return [...this.#totals.values()];
  }
}
