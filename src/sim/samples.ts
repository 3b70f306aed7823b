import type { Metric } from "../api/metric.ts";
import type { Instant, Millis } from "../api/time.ts";
import type { Measure, Measured } from "../reconcile/measure.ts";

/** One series of numbers over time, in the order of time. */
export interface Series {
  /** What tells it from the others: its labels. */
  readonly label: string;
  readonly points: readonly (readonly [at: Instant, value: number])[];
}

/** What a query answered over a time. */
export interface Samples {
  /** Whether the query gives one number at an instant, not a list of them. */
  readonly isScalar: boolean;
  readonly series: readonly Series[];
}

/** The query by which the samples of a metric are known; undefined when it asks no Prometheus, or a range. */
export function queryOf({ provider }: Metric): string | undefined {
  const { prometheus } = provider;
  return prometheus?.rangeQuery === undefined ? prometheus?.query : undefined;
}

/**
 * Measures what the samples say, as an instant query would have: each series counts with its last point, if
 * that is no older than `step`. Every other question goes to `otherwise`.
 */
export function measureFrom(
  samples: ReadonlyMap<string, Samples>,
  step: Millis,
  otherwise: Measure,
): Measure {
  return async (request, signal) => {
    const known = samples.get(queryOf(request.metric) ?? "");
    return known === undefined ? otherwise(request, signal) : answer(known, request.now, step);
  };
}

function answer({ isScalar, series }: Samples, now: Instant, step: Millis): Measured {
  const values = series.flatMap((each) => valueAt(each, now, step) ?? []);
  if (!isScalar) {
    return { is: "value", value: Float64Array.from(values), text: `[${values.map(numberText).join(",")}]` };
  }
  const [value = Number.NaN] = values;
  return { is: "value", value, text: numberText(value) };
}

function valueAt({ points }: Series, now: Instant, step: Millis): number | undefined {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((points[middle]?.[0] ?? 0) <= now) low = middle + 1;
    else high = middle;
  }
  const last = points[low - 1];
  return last === undefined || now - last[0] >= step ? undefined : last[1];
}

function numberText(value: number): string {
  return value === Infinity ? "+Inf" : value === -Infinity ? "-Inf" : String(value);
}
