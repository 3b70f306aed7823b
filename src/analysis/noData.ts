import type { OnNoData } from "../api/metric.ts";
import type { Metric, Phase } from "./types.ts";

/** What a measurement without data counts as. */
export const phaseWithoutData: Readonly<Record<OnNoData, Phase>> = {
  hold: "Inconclusive",
  pass: "Successful",
  fail: "Failed",
  inconclusive: "Inconclusive",
  error: "Error",
};

/**
 * What a measurement without data, or with too few samples, is; undefined when the conditions decide over it,
 * as they do where nothing is said. Whoever asks for samples but not for what follows from their lack gets
 * `hold`.
 */
export function policyOf({ onNoData, minSamples }: Metric): OnNoData | undefined {
  return onNoData ?? (minSamples === undefined ? undefined : "hold");
}

/** Whether a result says nothing: it is missing or empty, or has only numbers that are none (0/0). */
export function isNoData(value: unknown): boolean {
  if (value === undefined || value === null || Number.isNaN(value)) return true;
  if (value instanceof Float64Array) return value.every(Number.isNaN);
  if (Array.isArray(value)) return value.every(Number.isNaN);
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** The number that a query for samples gives: a scalar, or the sum of all series. No data is no sample. */
export function sampleCount(value: unknown): number {
  const numbers = value instanceof Float64Array || Array.isArray(value) ? [...value] : [value];
  return numbers.map(Number).reduce((sum, number) => (Number.isNaN(number) ? sum : sum + number), 0);
}
