import { Problem } from "../../api/problem.ts";
import { keyOf, type Labels, pick, type Sample } from "./series.ts";
import { sample } from "./value.ts";

/** Which labels the groups of an aggregation have. */
export interface Grouping {
  readonly by: "by" | "without";
  readonly labels: readonly string[];
}

const aggregations: Readonly<Record<string, (values: readonly number[]) => number>> = {
  sum,
  avg: (values) => sum(values) / values.length,
  min: (values) => Math.min(...values),
  max: (values) => Math.max(...values),
  count: (values) => values.length,
  group: () => 1,
};

/** The aggregation of a name. Throws a `Problem` for one that is not evaluated here. */
export function aggregationNamed(
  name: string,
): (samples: readonly Sample[], grouping: Grouping) => readonly Sample[] {
  const of = Object.hasOwn(aggregations, name) ? aggregations[name] : undefined;
  if (of === undefined) {
    const known = Object.keys(aggregations).join(", ");
    throw new Problem(`the embedded evaluator has no aggregation ${name}: it has ${known}`);
  }
  return (samples, grouping) =>
    groups(samples, grouping).map(({ labels, values }) => sample(labels, of(values)));
}

interface Group {
  readonly labels: Labels;
  readonly values: number[];
}

function groups(samples: readonly Sample[], { by, labels: names }: Grouping): readonly Group[] {
  const found = new Map<string, Group>();
  for (const { labels, value } of samples) {
    const kept = pick(labels, (name) =>
      by === "by" ? names.includes(name) : name !== "__name__" && !names.includes(name),
    );
    const key = keyOf(kept);
    const group = found.get(key) ?? { labels: kept, values: [] };
    group.values.push(value);
    found.set(key, group);
  }
  return [...found.values()];
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
