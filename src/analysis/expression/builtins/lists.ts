import { Problem } from "../../../api/problem.ts";
import { equal, ordered } from "../compare.ts";
import { type Frame, grow, spend } from "../frame.ts";
import { anyListType, intType, listOf, stringType, type Type, unknownType } from "../types.ts";
import {
  elementsOf,
  entryOf,
  isList,
  isMap,
  isNumeric,
  offsetIn,
  ownElement,
  typeName,
  whole,
} from "../values.ts";
import { type Builtin, checkArguments, list, signature, text, unary } from "./signature.ts";

const element = (type: Type): Type => (type.kind === "list" ? type.of : unknownType);
const sameElements = (type: Type): Type => (type.kind === "list" ? listOf(type.of) : anyListType);

/** Functions on lists whose arguments are plain values. */
export const listBuiltins: Readonly<Record<string, Builtin>> = {
  len: unary(
    ["string", "list", "map"],
    () => intType,
    ([value], _frame, name) => BigInt(length(value, name)),
  ),
  first: unary(["list"], element, ([value], _frame, name) => at(list(value, name), 0)),
  last: unary(["list"], element, ([value], _frame, name) => at(list(value, name), -1)),
  get: { type: getType, run: ([from, key]) => get(from, key) },
  take: {
    type(args, name) {
      checkArguments([anyListType, intType], args, name);
      return sameElements(args[0] ?? unknownType);
    },
    run: ([value, count], _frame, name) => take(list(value, name), Number(whole(count))),
  },
  reverse: unary(["list"], sameElements, ([value], frame, name) => copy(list(value, name), frame).reverse()),
  uniq: unary(
    ["list"],
    () => anyListType,
    ([value], frame, name) => unique(copy(list(value, name), frame), frame),
  ),
  flatten: unary(
    ["list"],
    () => anyListType,
    ([value], frame, name) => flatten(copy(list(value, name), frame), frame),
  ),
  concat: {
    type: concatType,
    run: (args, frame, name) => args.flatMap((part) => copy(list(part, name), frame)),
  },
  sort: signature(
    [anyListType, stringType],
    anyListType,
    ([value, order = "asc"], frame, name) => {
      return sorted(copy(list(value, name), frame), (entry) => entry, order, frame);
    },
    1,
  ),
};

function at(values: ReturnType<typeof list>, index: number): unknown {
  return values.length === 0 ? null : ownElement(values, index < 0 ? values.length + index : index);
}

function copy(values: ReturnType<typeof list>, frame: Frame): unknown[] {
  grow(frame, values.length);
  return elementsOf(values);
}

/** How many elements, entries, or characters of a text there are. */
function length(value: unknown, name: string): number {
  if (typeof value === "string") return Array.from(value).length;
  if (isList(value)) return value.length;
  if (isMap(value)) return value instanceof Map ? value.size : Object.keys(value).length;
  throw new Problem(`invalid argument for ${name} (type ${typeName(value)})`);
}

function getType(args: readonly Type[], name: string): Type {
  checkArguments([unknownType, unknownType], args, name);
  const [from = unknownType, key = unknownType] = args;
  if (from.kind === "list" && key.kind !== "int" && key.kind !== "unknown") {
    throw new Problem(`non-integer slice index ${key.name}`);
  }
  if (from.kind === "map" || from.kind === "list") return from.of;
  if (from.kind === "unknown" || from.kind === "record") return unknownType;
  throw new Problem(`type ${from.name} does not support indexing`);
}

/** The element or entry, or nothing when there is none. */
function get(from: unknown, key: unknown): unknown {
  if (isMap(from))
    return (typeof key === "string" || from instanceof Map ? entryOf(from, key) : null) ?? null;
  if (!isList(from)) return null;
  const position = offsetIn(from.length, key);
  return position >= 0 && position < from.length ? ownElement(from, position) : null;
}

function take(values: ReturnType<typeof list>, count: number): unknown {
  if (count < 0) throw new Problem(`cannot take ${count} elements`);
  return values.slice(0, count);
}

function concatType(args: readonly Type[], name: string): Type {
  if (args.length === 0) throw new Problem(`not enough arguments to call ${name}`);
  for (const { kind, name: type } of args) {
    if (kind !== "list" && kind !== "unknown") throw new Problem(`cannot concat ${type}`);
  }
  return anyListType;
}

function flatten(values: readonly unknown[], frame: Frame): unknown[] {
  return values.flatMap((value) => (isList(value) ? flatten(copy(value, frame), frame) : [value]));
}

/** Without what is equal to something before it. */
function unique(values: readonly unknown[], frame: Frame): unknown[] {
  const simple = new Set<string>();
  const kept: unknown[] = [];
  return values.filter((value) => {
    const key = simpleKey(value);
    if (key !== undefined) return simple.size < simple.add(key).size;
    if (kept.some((other) => equal(other, value, frame))) return false;
    kept.push(value);
    return true;
  });
}

/**
 * Numbers and texts are equal when these keys are; other values have none, nor has NaN, which equals
 * nothing.
 */
function simpleKey(value: unknown): string | undefined {
  if (typeof value === "string") return `text ${value}`;
  return isNumeric(value) && !Number.isNaN(value) ? `number ${Number(value) + 0}` : undefined;
}

/**
 * Sorted by a key, `asc` or `desc`, equal ones in their order. Throws a `Problem` when keys cannot be
 * compared.
 */
export function sorted(
  values: readonly unknown[],
  key: (value: unknown, index: number) => unknown,
  order: unknown,
  frame: Frame,
): unknown[] {
  const direction = text(order);
  if (direction !== "asc" && direction !== "desc") {
    throw new Problem(`invalid order ${direction}, expected asc or desc`);
  }
  const sign = direction === "asc" ? 1 : -1;
  const keyed = values.map((value, index) => [value, key(value, index)] as const);
  keyed.sort(([, left], [, right]) => {
    spend(frame, 1);
    if (ordered("<", left, right)) return -sign;
    return ordered("<", right, left) ? sign : 0;
  });
  return keyed.map(([value]) => value);
}
