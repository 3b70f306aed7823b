import { Problem } from "../../../api/problem.ts";
import { wrapped } from "../arithmetic.ts";
import { type Ordering, ordered } from "../compare.ts";
import { type Frame, spend } from "../frame.ts";
import { floatType, intType, isNumber, type Type, unknownType } from "../types.ts";
import { elementsOf, isList, isNumeric, typeName, whole } from "../values.ts";
import { type Builtin, signature, unary, wrong } from "./signature.ts";

const numeric = ["int", "float"] as const;

/** Functions on numbers, alone or in lists. */
export const numberBuiltins: Readonly<Record<string, Builtin>> = {
  abs: unary(
    numeric,
    (type) => type,
    ([value], _frame, name) => absolute(value, name),
  ),
  ceil: unary(
    numeric,
    () => floatType,
    ([value], _frame, name) => Math.ceil(float(value, name)),
  ),
  floor: unary(
    numeric,
    () => floatType,
    ([value], _frame, name) => Math.floor(float(value, name)),
  ),
  round: unary(
    numeric,
    () => floatType,
    ([value], _frame, name) => round(float(value, name)),
  ),
  max: { type: aggregate((first) => first), run: (args, frame, name) => extreme(">", args, frame, name) },
  min: { type: aggregate((first) => first), run: (args, frame, name) => extreme("<", args, frame, name) },
  mean: { type: aggregate(() => floatType), run: mean },
  median: { type: aggregate(() => floatType), run: median },
  bitand: bits((left, right) => left & right),
  bitor: bits((left, right) => left | right),
  bitxor: bits((left, right) => left ^ right),
  bitnand: bits((left, right) => left & ~right),
  bitnot: signature([intType], intType, ([value]) => ~whole(value)),
  bitshl: bits((value, by) => (shift(by) > 63n ? 0n : wrapped(value << by))),
  bitshr: bits((value, by) => value >> (shift(by) > 63n ? 63n : by)),
  bitushr: bits((value, by) => (shift(by) > 63n ? 0n : wrapped(BigInt.asUintN(64, value) >> by))),
};

function bits(compute: (left: bigint, right: bigint) => bigint): Builtin {
  return signature([intType, intType], intType, ([left, right]) => compute(whole(left), whole(right)));
}

function shift(by: bigint): bigint {
  if (by < 0n) throw new Problem(`invalid operation: negative shift count ${by} (type int)`);
  return by;
}

function absolute(value: unknown, name: string): unknown {
  if (typeof value === "bigint") return wrapped(value < 0n ? -value : value);
  return Math.abs(float(value, name));
}

function float(value: unknown, name: string): number {
  if (isNumeric(value)) return Number(value);
  throw wrong(name, typeName(value));
}

/** To the nearest whole number, halves away from zero. */
function round(value: number): number {
  return value < 0 ? -Math.round(-value) : Math.round(value);
}

/** The type of a function over numbers and lists of numbers: nothing is known of the elements of a list. */
function aggregate(result: (first: Type) => Type): Builtin["type"] {
  return (args, name) => {
    const [first] = args;
    if (first === undefined) throw new Problem(`not enough arguments to call ${name}`);
    for (const argument of args) {
      if (argument.kind === "list" || argument.kind === "unknown") return unknownType;
      if (!isNumber(argument)) throw wrong(name, argument.name);
    }
    return result(first);
  };
}

/**
 * All numbers among the arguments, those in lists included. Throws a `Problem` when something else is among
 * them.
 */
function numbersIn(args: readonly unknown[], frame: Frame, name: string): readonly (number | bigint)[] {
  return args.flatMap((value) => {
    spend(frame, 1);
    if (isList(value)) return numbersIn(elementsOf(value), frame, name);
    if (isNumeric(value)) return [value];
    throw wrong(name, typeName(value));
  });
}

/** The largest or smallest number, or nothing when there is none. */
function extreme(operator: Ordering, args: readonly unknown[], frame: Frame, name: string): unknown {
  let best: number | bigint | null = null;
  for (const value of numbersIn(args, frame, name)) {
    if (best === null || ordered(operator, value, best)) best = value;
  }
  return best;
}

function mean(args: readonly unknown[], frame: Frame, name: string): number {
  const numbers = numbersIn(args, frame, name);
  return numbers.length === 0
    ? 0
    : numbers.reduce((sum: number, value) => sum + Number(value), 0) / numbers.length;
}

function median(args: readonly unknown[], frame: Frame, name: string): number {
  const sorted = Float64Array.from(numbersIn(args, frame, name), Number).sort(nanFirst);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? 0)) / 2;
}

/** Go sorts what is not a number before all numbers. */
function nanFirst(left: number, right: number): number {
  if (Number.isNaN(left) || Number.isNaN(right))
    return Number(Number.isNaN(right)) - Number(Number.isNaN(left));
  return left - right;
}
