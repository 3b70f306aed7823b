import { Problem } from "../../api/problem.ts";
import { histogramQuantile } from "./histogram.ts";
import { nameless, type Point } from "./series.ts";
import { numberOf, rangesOf, sample, samplesOf, scalar, type Value, vector } from "./value.ts";

/** A function: how many arguments it takes, and what it makes of them at a time. */
interface Function {
  readonly takes: readonly [least: number, most: number];
  call(args: readonly Value[], name: string, at: number): Value;
}

/** The functions that are evaluated here, by their names; a new one is one line. */
const functions: Readonly<Record<string, Function>> = {
  rate: overTime((points, from, to) => increase(points, from, to) / (to - from), 2),
  increase: overTime(increase, 2),
  irate: overTime(instantRate, 2),
  avg_over_time: overTime((points) => sum(points) / points.length),
  min_over_time: overTime((points) => Math.min(...points.map(({ value }) => value))),
  max_over_time: overTime((points) => Math.max(...points.map(({ value }) => value))),
  sum_over_time: overTime(sum),
  count_over_time: overTime((points) => points.length),
  last_over_time: overTime((points) => points.at(-1)?.value ?? Number.NaN),
  abs: eachSample((value) => Math.abs(value)),
  ceil: eachSample((value) => Math.ceil(value)),
  floor: eachSample((value) => Math.floor(value)),
  round: eachSample((value, to = 1) => Math.floor(value / to + 0.5) * to, [1, 2]),
  clamp: eachSample((value, least = 0, most = 0) => Math.max(least, Math.min(most, value)), [3, 3]),
  clamp_min: eachSample((value, least = 0) => Math.max(least, value), [2, 2]),
  clamp_max: eachSample((value, most = 0) => Math.min(most, value), [2, 2]),
  histogram_quantile: {
    takes: [2, 2],
    call: ([quantile = scalar(0), buckets = scalar(0)], name) =>
      vector(histogramQuantile(numberOf(quantile, name), samplesOf(buckets, name))),
  },
  vector: {
    takes: [1, 1],
    call: ([value = scalar(0)], name) => vector([sample({}, numberOf(value, name))]),
  },
  scalar: {
    takes: [1, 1],
    call: ([value = scalar(0)], name) => {
      const [first, ...others] = samplesOf(value, name);
      return scalar(first === undefined || others.length > 0 ? Number.NaN : first.value);
    },
  },
  time: { takes: [0, 0], call: (_args, _name, at) => scalar(at) },
};

/**
 * The function of a name. Throws a `Problem` for one that is not evaluated here, or with too many arguments.
 */
export function functionNamed(name: string, given: number): Function["call"] {
  const found = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (found === undefined) {
    const known = Object.keys(functions).join(", ");
    throw new Problem(`the embedded evaluator has no function ${name}: it has absent, ${known}`);
  }
  const [least, most] = found.takes;
  if (given < least || given > most)
    throw new Problem(
      `${name} takes ${least === most ? least : `${least} to ${most}`} arguments, not ${given}`,
    );
  return found.call;
}

/** A function of the points in a range; a series with fewer points than it needs has no value. */
function overTime(of: (points: readonly Point[], from: number, to: number) => number, needs = 1): Function {
  return {
    takes: [1, 1],
    call([value = scalar(0)], name) {
      const { ranges, from, to } = rangesOf(value, name);
      const enough = ranges.filter(({ points }) => points.length >= needs);
      return vector(enough.map(({ labels, points }) => sample(nameless(labels), of(points, from, to))));
    },
  };
}

/** A function of each value of a vector. */
function eachSample(
  of: (value: number, ...numbers: readonly number[]) => number,
  takes: readonly [number, number] = [1, 1],
): Function {
  return {
    takes,
    call([value = scalar(0), ...others], name) {
      const numbers = others.map((other) => numberOf(other, name));
      const samples = samplesOf(value, name);
      return vector(samples.map((one) => sample(nameless(one.labels), of(one.value, ...numbers))));
    },
  };
}

function sum(points: readonly Point[]): number {
  return points.reduce((total, { value }) => total + value, 0);
}

/** How much a counter has grown between two neighbours; one that is lower has begun again at 0. */
function growth(before: Point, after: Point): number {
  return after.value < before.value ? after.value : after.value - before.value;
}

/**
 * The growth of a counter over the whole range. What lies before the first and after the last point is
 * extended at the same pace: up to the ends of the range when they are near, else by half the distance of two
 * points, and never to before the counter was 0.
 */
function increase(points: readonly Point[], from: number, to: number): number {
  const [first = { at: 0, value: 0 }, ...others] = points;
  const last = others.at(-1) ?? first;
  const grown = others.reduce((total, point, index) => total + growth(points[index] ?? point, point), 0);
  const covered = last.at - first.at;
  const usual = covered / others.length;
  const reach = (gap: number) => (gap < usual * 1.1 ? gap : usual / 2);
  const sinceZero = grown > 0 && first.value >= 0 ? covered * (first.value / grown) : Infinity;
  const before = Math.min(reach(first.at - from), sinceZero);
  return grown * ((before + covered + reach(to - last.at)) / covered);
}

/** The pace of a counter between its last two points. */
function instantRate(points: readonly Point[]): number {
  const [before, after] = points.slice(-2);
  return before === undefined || after === undefined
    ? Number.NaN
    : growth(before, after) / (after.at - before.at);
}
