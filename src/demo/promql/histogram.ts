import { numberIn } from "./exposition.ts";
import { keyOf, type Labels, pick, type Sample } from "./series.ts";
import { sample } from "./value.ts";

interface Bucket {
  /** Its upper limit. */
  readonly to: number;
  /** How many observations are not above it. */
  readonly count: number;
}

/** The quantile of each histogram whose buckets are in a vector, with `le` as their upper limits. */
export function histogramQuantile(quantile: number, samples: readonly Sample[]): readonly Sample[] {
  const histograms = new Map<string, { readonly labels: Labels; readonly buckets: Bucket[] }>();
  for (const { labels, value } of samples) {
    const { le } = labels;
    if (le === undefined) continue;
    const rest = pick(labels, (name) => name !== "le" && name !== "__name__");
    const key = keyOf(rest);
    const histogram = histograms.get(key) ?? { labels: rest, buckets: [] };
    histogram.buckets.push({ to: numberIn(le), count: value });
    histograms.set(key, histogram);
  }
  return [...histograms.values()].map(({ labels, buckets }) => sample(labels, quantileIn(quantile, buckets)));
}

/**
 * Values are taken to be spread evenly within a bucket. In the highest bucket the answer is its lower limit;
 * without a bucket `+Inf`, or without an observation, it is not a number.
 */
function quantileIn(quantile: number, given: readonly Bucket[]): number {
  if (Number.isNaN(quantile)) return Number.NaN;
  if (quantile < 0) return -Infinity;
  if (quantile > 1) return Infinity;
  const buckets = rising([...given].sort((one, other) => one.to - other.to));
  const total = buckets.at(-1);
  if (total?.to !== Infinity || buckets.length < 2 || !(total.count > 0)) return Number.NaN;
  const rank = quantile * total.count;
  const at = buckets.findIndex(({ count }) => count >= rank);
  const bucket = buckets[at] ?? total;
  const below = buckets[at - 1];
  if (bucket.to === Infinity) return below?.to ?? Number.NaN;
  if (below === undefined && bucket.to <= 0) return bucket.to;
  const from = below?.to ?? 0;
  const counted = below?.count ?? 0;
  return from + (bucket.to - from) * ((rank - counted) / (bucket.count - counted));
}

/** Counts that never fall from a bucket to the next: scrapes are not of one moment. */
function rising(buckets: readonly Bucket[]): readonly Bucket[] {
  let most = 0;
  return buckets.map(({ to, count }) => {
    most = Math.max(most, count);
    return { to, count: most };
  });
}
