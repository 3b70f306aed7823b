import type { Metric } from "./types.ts";

/**
 * A limit that users write as a number or as a text. A text is read as a decimal number, and one that is none
 * counts as 0 (analysis 1.3); so `count: "{{args.count}}"` works.
 */
export function whole(value: string | number | undefined): number {
  if (value === undefined) return 0;
  if (typeof value === "number") return Math.trunc(value);
  return /^[+-]?\d+$/.test(value) ? Number(value) : 0;
}

/** How often a metric is measured in all, errors not counted; undefined when it has no end (analysis 1.3). */
export function effectiveCount({ count, interval = "" }: Metric): number | undefined {
  const asked = whole(count);
  if (asked !== 0) return asked;
  return interval === "" ? 1 : undefined;
}

/** How many errors in a row a metric survives: 4 unless it says otherwise. */
export function consecutiveErrorLimit({ consecutiveErrorLimit: limit }: Metric): number {
  return limit === undefined ? 4 : whole(limit);
}
