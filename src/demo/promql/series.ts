/** The labels of a series or of a result; the name of the metric is `__name__`. */
export type Labels = Readonly<Record<string, string>>;

/** A value at a time, in seconds since 1970. */
export interface Point {
  readonly at: number;
  readonly value: number;
}

/** A series with the points that a range selector found. */
export interface Range {
  readonly labels: Labels;
  readonly points: readonly Point[];
}

/** One value of an instant vector. */
export interface Sample {
  readonly labels: Labels;
  readonly value: number;
}

/** Whether a series is selected. */
export type Matches = (labels: Labels) => boolean;

interface Kept {
  readonly labels: Labels;
  points: Point[];
  /** When a scrape first found it gone: it has no value from then on. */
  goneAt: number | undefined;
}

/** How long a series without new points still has a value, in seconds. */
const lookback = 300;

/** How long points are kept, in seconds: as long as the longest range that is asked for. */
const retention = 900;

/** Time series in memory. A series that is not in a scrape has ended until it is in one again. */
export class SeriesStore {
  readonly #series = new Map<string, Kept>();

  /** Takes in what one scrape found. */
  append(at: number, samples: readonly Sample[]): void {
    const found = new Set<string>();
    for (const { labels, value } of samples) {
      const key = keyOf(labels);
      found.add(key);
      const kept = this.#series.get(key) ?? { labels, points: [], goneAt: undefined };
      kept.points.push({ at, value });
      kept.goneAt = undefined;
      this.#series.set(key, kept);
    }
    for (const [key, kept] of this.#series) {
      if (!found.has(key)) kept.goneAt ??= at;
      if ((kept.points[0]?.at ?? 0) < at - retention - 60)
        kept.points = kept.points.filter((point) => point.at >= at - retention);
      if (kept.points.length === 0) this.#series.delete(key);
    }
  }

  /** The latest value of each series that matches and has not ended. */
  latest(matches: Matches, at: number): readonly Sample[] {
    return this.#matching(matches).flatMap(({ labels, points, goneAt }) => {
      const point = points.findLast((one) => one.at <= at);
      const ended = goneAt !== undefined && goneAt <= at && (point?.at ?? 0) < goneAt;
      return point === undefined || ended || point.at <= at - lookback
        ? []
        : [{ labels, value: point.value }];
    });
  }

  /** The points of each series that matches, later than `from` and not later than `to`. */
  between(matches: Matches, from: number, to: number): readonly Range[] {
    return this.#matching(matches)
      .map(({ labels, points }) => ({ labels, points: points.filter(({ at }) => at > from && at <= to) }))
      .filter(({ points }) => points.length > 0);
  }

  #matching(matches: Matches): readonly Kept[] {
    return [...this.#series.values()].filter(({ labels }) => matches(labels));
  }
}

/** A text that is the same for the same labels. */
export function keyOf(labels: Labels): string {
  return JSON.stringify(Object.entries(labels).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** The labels without some, or with only some of them. */
export function pick(labels: Labels, keep: (name: string) => boolean): Labels {
  return Object.fromEntries(Object.entries(labels).filter(([name]) => keep(name)));
}

/** The labels without the name of the metric: what is left after a calculation. */
export function nameless(labels: Labels): Labels {
  return pick(labels, (name) => name !== "__name__");
}
