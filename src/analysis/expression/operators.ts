import { Problem } from "../../api/problem.ts";
import { add, divide, multiply, negate, power, remainder, subtract } from "./arithmetic.ts";
import { equal, type Ordering, ordered } from "./compare.ts";
import { type Frame, grow, type Run, spend, type Typed } from "./frame.ts";
import { type Pattern, pattern } from "./regex.ts";
import { either, stringType, unknownType } from "./types.ts";
import { binaryType, containedType, unaryType } from "./typing.ts";
import { entryOf, isList, isMap, isNumeric, ownElement, typeName, whole } from "./values.ts";

type Compute = (left: unknown, right: unknown, frame: Frame) => unknown;

const computes: ReadonlyMap<string, Compute> = new Map<string, Compute>([
  ["+", lengthy(add)],
  ["-", subtract],
  ["*", multiply],
  ["/", divide],
  ["%", remainder],
  ["**", power],
  ["^", power],
  ["==", equal],
  ["!=", (left, right, frame) => !equal(left, right, frame)],
  ["in", contains],
  ["..", range],
  ["contains", textual("contains", (text, part) => text.includes(part))],
  ["startsWith", textual("startsWith", (text, part) => text.startsWith(part))],
  ["endsWith", textual("endsWith", (text, part) => text.endsWith(part))],
  ["matches", textual("matches", search)],
]);

/** A binary operator on its operands. Throws a `Problem` when their types cannot be. */
export function binary(operator: string, left: Typed, right: Typed): Typed {
  if (operator === "??") return coalesce(left, right);
  if (operator === "in") containedType(left.type, right.type);
  const type = binaryType(operator, left.type, right.type);
  if (operator === "and" || operator === "&&")
    return { type, run: (f) => truth(left.run(f)) && truth(right.run(f)) };
  if (operator === "or" || operator === "||")
    return { type, run: (f) => truth(left.run(f)) || truth(right.run(f)) };

  const compute = computes.get(operator);
  if (compute === undefined) throw new Problem(`unknown operator (${operator})`);
  return { type, run: (frame) => compute(left.run(frame), right.run(frame), frame) };
}

/** `not`, `!`, `-` and `+`. */
export function unary(operator: string, operand: Typed): Typed {
  const type = unaryType(operator, operand.type);
  if (operator === "-") return { type, run: (frame) => negate(operand.run(frame)) };
  if (operator === "+") return operand;
  return { type, run: (frame) => !truth(operand.run(frame)) };
}

/**
 * `text matches "pattern"` with the pattern written out: it is compiled once, and a bad one is found before
 * anything runs.
 */
export function matchesPattern(text: Typed, source: string): Typed {
  const type = binaryType("matches", text.type, stringType);
  const found = pattern(source);
  const compute = textual("matches", (value, _source, frame) => find(found, value, frame));
  return { type, run: (frame) => compute(text.run(frame), source, frame) };
}

/** `value in from..to`, without making the list. */
export function inRange(value: Typed, from: Typed, to: Typed): Typed {
  const list = binaryType("..", from.type, to.type);
  containedType(value.type, list);
  const type = binaryType("in", value.type, list);
  return {
    type,
    run(frame) {
      const wanted = value.run(frame);
      const first = whole(from.run(frame));
      const last = whole(to.run(frame));
      if (typeof wanted === "number" && !Number.isInteger(wanted)) return false;
      return isNumeric(wanted) && wanted >= first && wanted <= last;
    },
  };
}

/** A link of `a < b <= c`: the operator checked, and the test to run. */
export function ordering(
  operator: string,
  left: Typed,
  right: Typed,
): (left: unknown, right: unknown) => boolean {
  binaryType(operator, left.type, right.type);
  return (a, b) => ordered(operator as Ordering, a, b);
}

/** The value as a truth; throws a `Problem` in the peer's words when it is none. */
export function truth(value: unknown): boolean {
  if (typeof value === "boolean") return value;
  throw new Problem(`expected bool, but got ${typeName(value)}`);
}

function coalesce(left: Typed, right: Typed): Typed {
  const same = left.type.kind !== "unknown" && right.type.kind !== "unknown";
  const type = same ? either(left.type, right.type) : unknownType;
  return { type, run: (frame) => left.run(frame) ?? right.run(frame) };
}

/** Adding texts in a loop must not grow without bound. */
function lengthy(compute: (left: unknown, right: unknown) => unknown): Compute {
  return (left, right, frame) => {
    const value = compute(left, right);
    if (typeof value === "string") spend(frame, value.length >> 4);
    return value;
  };
}

/** `matches` with a pattern that is computed. */
function search(text: string, source: string, frame: Frame): boolean {
  spend(frame, 2_000 + source.length * 20);
  return find(pattern(source), text, frame);
}

function find({ cost, test }: Pattern, text: string, frame: Frame): boolean {
  spend(frame, text.length * cost);
  return test(text);
}

function textual(operator: string, test: (text: string, part: string, frame: Frame) => boolean): Compute {
  return (text, part, frame) => {
    if (text === null || part === null) return false;
    if (typeof text !== "string" || typeof part !== "string") {
      throw new Problem(`invalid operation: ${typeName(text)} ${operator} ${typeName(part)}`);
    }
    spend(frame, (text.length + part.length) >> 3);
    return test(text, part, frame);
  };
}

/** `in`: an element of a list, or a key of a map. Nothing contains nothing. */
function contains(needle: unknown, hay: unknown, frame: Frame): boolean {
  if (hay === null) return false;
  if (isMap(hay)) return needle !== null && entryOf(hay, needle) !== undefined;
  if (!isList(hay)) throw new Problem(`operator "in" not defined on ${typeName(hay)}`);
  for (let at = 0; at < hay.length; at += 1) {
    spend(frame, 1);
    if (equal(ownElement(hay, at), needle, frame)) return true;
  }
  return false;
}

/** `..`: the whole numbers from one to the other, both included; none when they are the wrong way round. */
function range(left: unknown, right: unknown, frame: Frame): readonly bigint[] {
  const from = whole(left);
  const size = Number(whole(right) - from) + 1;
  if (size <= 0) return [];
  grow(frame, size);
  return Array.from({ length: size }, (_, index) => from + BigInt(index));
}

/**
 * `from..to` with both ends written out. The peer counts such a list against no budget, and makes none of
 * over a million.
 */
export function literalRange(from: bigint, to: bigint): Run | undefined {
  const size = Number(to - from) + 1;
  if (size < 1 || size > 1_000_000) return undefined;
  return (frame) => {
    spend(frame, size);
    return Array.from({ length: size }, (_, index) => from + BigInt(index));
  };
}
