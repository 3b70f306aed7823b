import { Problem } from "../../api/problem.ts";
import { keyOf, type Labels, nameless, pick, type Sample } from "./series.ts";
import { sample, samplesOf, scalar, type Value, vector } from "./value.ts";

/** Which labels of the two sides must be the same. */
export interface Matching {
  /** `on` names those that count, `ignoring` those that do not. */
  readonly by: "on" | "ignoring";
  readonly labels: readonly string[];
}

/** An operator between two expressions. */
export interface Operation {
  readonly operator: string;
  /** A comparison gives 0 or 1 instead of keeping what holds. */
  readonly bool: boolean;
  readonly matching: Matching;
}

const arithmetic: Readonly<Record<string, (left: number, right: number) => number>> = {
  "+": (left, right) => left + right,
  "-": (left, right) => left - right,
  "*": (left, right) => left * right,
  "/": (left, right) => left / right,
  "%": (left, right) => left % right,
  "^": (left, right) => left ** right,
};

const comparisons: Readonly<Record<string, (left: number, right: number) => boolean>> = {
  "==": (left, right) => left === right,
  "!=": (left, right) => left !== right,
  ">": (left, right) => left > right,
  "<": (left, right) => left < right,
  ">=": (left, right) => left >= right,
  "<=": (left, right) => left <= right,
};

type SetOperator = (left: readonly Sample[], right: readonly Sample[], key: Key) => readonly Sample[];
type Key = (labels: Labels) => string;

const setOperators: Readonly<Record<string, SetOperator>> = {
  and: (left, right, key) => among(left, right, key, true),
  unless: (left, right, key) => among(left, right, key, false),
  or: (left, right, key) => [...left, ...among(right, left, key, false)],
};

/** The value of two sides and the operator between them. Throws a `Problem` for what does not go together. */
export function combined(left: Value, right: Value, operation: Operation): Value {
  const { operator, matching } = operation;
  const setOperator = setOperators[operator];
  if (setOperator !== undefined) {
    const [one, other] = [samplesOf(left, operator), samplesOf(right, operator)];
    return vector(setOperator(one, other, (labels) => keyOf(matched(labels, matching))));
  }
  const step = stepOf(operation);
  if (left.is === "scalar" && right.is === "scalar")
    return scalarOf(left.value, right.value, operation, step);
  if (right.is === "scalar") return each(left, operation, ({ value }) => step(value, right.value, value));
  if (left.is === "scalar") return each(right, operation, ({ value }) => step(left.value, value, value));
  return paired(samplesOf(left, operator), samplesOf(right, operator), operation, step);
}

/**
 * What becomes of two numbers: a number, or undefined for what a comparison leaves out; `kept` is what it
 * keeps.
 */
type Step = (left: number, right: number, kept: number) => number | undefined;

function stepOf({ operator, bool }: Operation): Step {
  const calculate = arithmetic[operator];
  if (calculate !== undefined) return calculate;
  const compare = comparisons[operator];
  if (compare === undefined) throw new Problem(`the embedded evaluator has no operator ${operator}`);
  if (bool) return (left, right) => Number(compare(left, right));
  return (left, right, kept) => (compare(left, right) ? kept : undefined);
}

function scalarOf(left: number, right: number, { operator, bool }: Operation, step: Step): Value {
  if (operator in comparisons && !bool) throw new Problem(`${operator} between scalars must use bool`);
  return scalar(step(left, right, left) ?? Number.NaN);
}

/** A comparison that keeps samples keeps their names too. */
function keepsName({ operator, bool }: Operation): boolean {
  return operator in comparisons && !bool;
}

function each(side: Value, operation: Operation, step: (one: Sample) => number | undefined): Value {
  const results = samplesOf(side, operation.operator).flatMap((one) => {
    const value = step(one);
    const labels = keepsName(operation) ? one.labels : nameless(one.labels);
    return value === undefined ? [] : [sample(labels, value)];
  });
  return vector(results);
}

/** Each sample of the left side with the one of the right side that has the same labels. */
function paired(left: readonly Sample[], right: readonly Sample[], operation: Operation, step: Step): Value {
  const { matching, operator } = operation;
  const partners = indexed(right, matching, operator);
  indexed(left, matching, operator);
  const results = left.flatMap((one) => {
    const partner = partners.get(keyOf(matched(one.labels, matching)));
    const value = partner === undefined ? undefined : step(one.value, partner.value, one.value);
    if (value === undefined) return [];
    const isWhole = keepsName(operation) && matching.by === "ignoring" && matching.labels.length === 0;
    return [sample(isWhole ? one.labels : matched(one.labels, matching), value)];
  });
  return vector(results);
}

function indexed(
  samples: readonly Sample[],
  matching: Matching,
  operator: string,
): ReadonlyMap<string, Sample> {
  const found = new Map(samples.map((one) => [keyOf(matched(one.labels, matching)), one]));
  if (found.size < samples.length)
    throw new Problem(
      `${operator}: several series have the same matching labels (many-to-one is not evaluated)`,
    );
  return found;
}

function matched(labels: Labels, { by, labels: names }: Matching): Labels {
  if (by === "on") return pick(labels, (name) => names.includes(name));
  return pick(labels, (name) => name !== "__name__" && !names.includes(name));
}

function among(
  samples: readonly Sample[],
  others: readonly Sample[],
  key: Key,
  wanted: boolean,
): readonly Sample[] {
  const keys = new Set(others.map(({ labels }) => key(labels)));
  return samples.filter(({ labels }) => keys.has(key(labels)) === wanted);
}
