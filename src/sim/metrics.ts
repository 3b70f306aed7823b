import type { Metric } from "../api/metric.ts";
import { type Instant, later, type Millis } from "../api/time.ts";
import type { Measure, Measured } from "../reconcile/measure.ts";

/**
 * What a metric shows from some time after the update on: a value as JSON, no data, or a failing provider.
 */
export interface MetricOutcome {
  readonly metric: string;
  readonly shows: { readonly is: "value"; readonly value: unknown } | { readonly is: "nodata" | "error" };
  readonly from: Millis;
}

/**
 * Measures what was foretold; times count from the update, which may not have come yet. A metric about which
 * nothing was said, or not yet, counts as Successful and is not evaluated.
 */
export function simulatedMetrics(
  outcomes: readonly MetricOutcome[],
  updatedAt: () => Instant | undefined,
): Measure {
  return async ({ metric, now }) => {
    const start = updatedAt();
    if (start === undefined) return unevaluated;
    const begun = outcomes.filter((one) => one.metric === metric.name && later(start, one.from) <= now);
    const latest = begun.sort((one, other) => one.from - other.from).at(-1); // of equals the last one
    return latest === undefined ? unevaluated : answerOf(latest.shows, metric);
  };
}

const unevaluated: Measured = { is: "verdict", phase: "Successful" };

function answerOf(shows: MetricOutcome["shows"], metric: Metric): Measured {
  switch (shows.is) {
    case "error":
      return { is: "error", message: "the simulated provider does not answer" };
    case "nodata":
      return metric.provider.prometheus === undefined
        ? { is: "value", value: null, text: "" }
        : { is: "value", value: new Float64Array(), text: "[]" };
    case "value":
      return measuredValue(shows.value, metric);
  }
}

const floats: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ["NaN", Number.NaN],
  ["+Inf", Infinity],
  ["Inf", Infinity],
  ["-Inf", -Infinity],
]);

/**
 * The value as the provider would give it. Prometheus gives a list of floats; one number is such a list too,
 * unless the conditions compare `result` itself, as they do for scalar queries.
 */
function measuredValue(value: unknown, metric: Metric): Measured {
  const list = (Array.isArray(value) ? value : [value]).map((item) => floats.get(item) ?? item);
  const isFloats = list.every((item) => typeof item === "number");
  const isScalar =
    !Array.isArray(value) && (metric.provider.prometheus === undefined || comparesItself(metric));
  if (isScalar) return { is: "value", value: floats.get(value) ?? value, text: textOf(value) };
  if (!isFloats) return { is: "value", value, text: textOf(value) };
  return { is: "value", value: Float64Array.from(list), text: `[${list.join(",")}]` };
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** Whether the conditions take `result` for a number: they compare it and never look into it. */
export function comparesItself({ successCondition = "", failureCondition = "" }: Metric): boolean {
  const said = `${successCondition} ${failureCondition}`;
  const looksInto =
    /\bresult\s*(\[|\.|\?\.|\|)|\b(len|all|any|none|one|filter|map|count)\s*\(\s*result\b/.test(said);
  return !looksInto && /\bresult\b/.test(said);
}
