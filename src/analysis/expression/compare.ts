import { Problem } from "../../api/problem.ts";
import { type Frame, spend } from "./frame.ts";
import {
  entriesOf,
  entryOf,
  isDuration,
  isList,
  isMap,
  isNumeric,
  isTime,
  isZone,
  type ListValue,
  type MapValue,
  ownElement,
  typeName,
} from "./values.ts";

/**
 * `==`: numbers by value whatever their kind, lists by their elements, maps by their entries of exactly the
 * same kind.
 */
export function equal(left: unknown, right: unknown, frame: Frame): boolean {
  if (isNumeric(left) && isNumeric(right)) return sameNumber(left, right);
  if (isList(left) && isList(right)) return sameList(left, right, frame, equal);
  return identical(left, right, frame);
}

function sameNumber(left: number | bigint, right: number | bigint): boolean {
  return typeof left === typeof right ? left === right : Number(left) === Number(right);
}

/** Equality inside maps: there 1 and 1.0 differ. */
function identical(left: unknown, right: unknown, frame: Frame): boolean {
  spend(frame, 1);
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) {
    return (left ?? null) === (right ?? null);
  }
  if (isList(left) && isList(right)) return left === right || sameList(left, right, frame, identical);
  if (isMap(left) && isMap(right)) return left === right || sameMap(left, right, frame);
  return sameMoment(left, right);
}

function sameMoment(left: object, right: object): boolean {
  if (isTime(left)) return isTime(right) && left.nanos === right.nanos;
  if (isDuration(left)) return isDuration(right) && left.nanos === right.nanos;
  return isZone(left) ? isZone(right) && left.zone === right.zone : left === right;
}

type Same = (left: unknown, right: unknown, frame: Frame) => boolean;

function sameList(left: ListValue, right: ListValue, frame: Frame, same: Same): boolean {
  if (left.length !== right.length) return false;
  for (let at = 0; at < left.length; at += 1) {
    spend(frame, 1);
    if (!same(ownElement(left, at), ownElement(right, at), frame)) return false;
  }
  return true;
}

function sameMap(left: MapValue, right: MapValue, frame: Frame): boolean {
  const entries = entriesOf(left);
  if (entries.length !== entriesOf(right).length) return false;
  return entries.every(([key, value]) => {
    const other = entryOf(right, key);
    return other !== undefined && identical(value, other, frame);
  });
}

export type Ordering = "<" | ">" | "<=" | ">=";

/**
 * Compares two numbers, texts, times or durations; throws a `Problem` in the peer's words for anything
 * else.
 */
export function ordered(operator: Ordering, left: unknown, right: unknown): boolean {
  if (isNumeric(left) && isNumeric(right)) return holds(operator, left, right);
  if (typeof left === "string" && typeof right === "string") return holds(operator, left, right);
  if (isTime(left) && isTime(right)) return holds(operator, left.nanos, right.nanos);
  if (isDuration(left) && isDuration(right)) return holds(operator, left.nanos, right.nanos);
  throw new Problem(`invalid operation: ${typeName(left)} ${operator} ${typeName(right)}`);
}

function holds<T extends number | bigint | string>(operator: Ordering, left: T, right: T): boolean {
  switch (operator) {
    case "<":
      return left < right;
    case ">":
      return left > right;
    case "<=":
      return left <= right;
    case ">=":
      return left >= right;
  }
}
