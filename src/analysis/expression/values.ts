import { Problem } from "../../api/problem.ts";

/**
 * Values while an expression runs. Nothing is `null`; a whole number (Go's int) is a bigint of 64 bits, any
 * other number (float64) a number; a list of floats is a `Float64Array`, bytes are a `Uint8Array`, any
 * other list is an array; a map is a plain object as JSON gives it, or a `Map` when the expression itself
 * made it.
 */
export type ListValue = readonly unknown[] | Float64Array | Uint8Array;

/** A map: a plain object, or a `Map`. */
export type MapValue = Readonly<Record<string, unknown>> | ReadonlyMap<unknown, unknown>;

const special: unique symbol = Symbol("special");

/** A point in time, in nanoseconds since 1970, and the zone (IANA name or offset) it is told in. */
export interface TimeValue {
  readonly [special]: "time.Time";
  readonly nanos: bigint;
  readonly zone: string;
}

/** A span of time in nanoseconds. */
export interface DurationValue {
  readonly [special]: "time.Duration";
  readonly nanos: bigint;
}

/** A time zone, by IANA name or offset. */
export interface ZoneValue {
  readonly [special]: "*time.Location";
  readonly zone: string;
}

/** Something that can be called. */
export interface FunctionValue {
  readonly [special]: "func";
  readonly call: (args: readonly unknown[]) => unknown;
}

type Special = TimeValue | DurationValue | ZoneValue | FunctionValue;

export function timeValue(nanos: bigint, zone: string): TimeValue {
  return { [special]: "time.Time", nanos, zone };
}

export function durationValue(nanos: bigint): DurationValue {
  return { [special]: "time.Duration", nanos: BigInt.asIntN(64, nanos) };
}

export function zoneValue(zone: string): ZoneValue {
  return { [special]: "*time.Location", zone };
}

export function functionValue(call: FunctionValue["call"]): FunctionValue {
  return { [special]: "func", call };
}

function isSpecial(value: unknown): value is Special {
  return typeof value === "object" && value !== null && special in value;
}

export function isTime(value: unknown): value is TimeValue {
  return isSpecial(value) && value[special] === "time.Time";
}

export function isDuration(value: unknown): value is DurationValue {
  return isSpecial(value) && value[special] === "time.Duration";
}

export function isZone(value: unknown): value is ZoneValue {
  return isSpecial(value) && value[special] === "*time.Location";
}

export function isFunction(value: unknown): value is FunctionValue {
  return isSpecial(value) && value[special] === "func";
}

export function isList(value: unknown): value is ListValue {
  return Array.isArray(value) || value instanceof Float64Array || value instanceof Uint8Array;
}

/** A map as JSON gives it. */
export function isPlainMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return (
    typeof value === "object" &&
    value !== null &&
    !isList(value) &&
    !(value instanceof Map) &&
    !isSpecial(value)
  );
}

export function isMap(value: unknown): value is MapValue {
  return value instanceof Map || isPlainMap(value);
}

export function isNumeric(value: unknown): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** The type of a value as the peer's messages name it: `float64`, `map[string]interface {}`, `<nil>`. */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return "<nil>";
  if (isSpecial(value)) return value[special];
  if (value instanceof Float64Array) return "[]float64";
  if (value instanceof Uint8Array) return "[]uint8";
  if (Array.isArray(value)) return "[]interface {}";
  const names: Readonly<Record<string, string>> = {
    boolean: "bool",
    number: "float64",
    bigint: "int",
    string: "string",
  };
  return names[typeof value] ?? "map[string]interface {}";
}

/** The value as a whole number, cut towards zero. Throws a `Problem` when it is no number. */
export function whole(value: unknown): bigint {
  if (typeof value === "bigint") return value;
  if (typeof value !== "number") throw new Problem(`invalid operation: int(${typeName(value)})`);
  return truncated(value);
}

/** A float cut towards zero to 64 bits; what does not fit is the smallest whole number, as on amd64. */
export function truncated(value: number): bigint {
  if (Number.isNaN(value) || Math.abs(value) >= 2 ** 63) return -(2n ** 63n);
  return BigInt(Math.trunc(value));
}

/** The element at this index, from the end when negative. Throws a `Problem` when there is none. */
export function elementAt(list: ListValue, index: unknown): unknown {
  const position = offsetIn(list.length, index);
  if (position < 0 || position >= list.length) {
    throw new Problem(`index out of range: ${position} (array length is ${list.length})`);
  }
  return ownElement(list, position);
}

/** The element at a position that is known to exist; bytes are whole numbers. */
export function ownElement(list: ListValue, position: number): unknown {
  const value = list[position];
  return list instanceof Uint8Array ? BigInt(value as number) : (value ?? null);
}

/** A negative index counts from the end; the result may lie outside of the list. */
export function offsetIn(length: number, index: unknown): number {
  const position = Number(whole(index));
  return position < 0 ? length + position : position;
}

/**
 * The value of this key, or undefined when the map does not have it. Throws a `Problem` for a key that no
 * map of its kind has.
 */
export function entryOf(map: MapValue, key: unknown): unknown {
  if (map instanceof Map) return map.get(key);
  if (typeof key !== "string") throw new Problem(`cannot use ${typeName(key)} as type string in map key`);
  const plain = map as Readonly<Record<string, unknown>>;
  return Object.hasOwn(plain, key) ? plain[key] : undefined;
}

/** The entries of a map in their order. */
export function entriesOf(map: MapValue): readonly (readonly [unknown, unknown])[] {
  return map instanceof Map ? [...map] : Object.entries(map);
}

/** A copy as an array of its elements. */
export function elementsOf(list: ListValue): unknown[] {
  return Array.from({ length: list.length }, (_, position) => ownElement(list, position));
}
