import { Problem } from "../../api/problem.ts";
import type { Labels, Range, Sample, SeriesStore } from "./series.ts";

/** What an expression gives. */
export type Value =
  | { readonly is: "scalar"; readonly value: number }
  | { readonly is: "vector"; readonly samples: readonly Sample[] }
  /** The points of a range selector, and the range: later than `from`, not later than `to`, in seconds. */
  | { readonly is: "ranges"; readonly ranges: readonly Range[]; readonly from: number; readonly to: number };

/** An expression that is ready to be evaluated at a time, in seconds since 1970. */
export type Expression = (store: SeriesStore, at: number) => Value;

const names = { scalar: "scalar", vector: "instant vector", ranges: "range vector" } as const;

/** The samples of an instant vector. Throws a `Problem` for anything else. */
export function samplesOf(value: Value, where: string): readonly Sample[] {
  if (value.is !== "vector") throw wrong(where, "vector", value);
  return value.samples;
}

/** The number of a scalar. Throws a `Problem` for anything else. */
export function numberOf(value: Value, where: string): number {
  if (value.is !== "scalar") throw wrong(where, "scalar", value);
  return value.value;
}

/** The ranges of a range selector. Throws a `Problem` for anything else. */
export function rangesOf(value: Value, where: string): Extract<Value, { is: "ranges" }> {
  if (value.is !== "ranges") throw wrong(where, "ranges", value);
  return value;
}

/** An instant vector. */
export function vector(samples: readonly Sample[]): Value {
  return { is: "vector", samples };
}

/** A scalar. */
export function scalar(value: number): Value {
  return { is: "scalar", value };
}

/** A sample. */
export function sample(labels: Labels, value: number): Sample {
  return { labels, value };
}

function wrong(where: string, wanted: Value["is"], found: Value): Problem {
  return new Problem(`${where}: expected ${names[wanted]}, got ${names[found.is]}`);
}
