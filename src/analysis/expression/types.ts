/**
 * What is known of a value before it is there. `name` is what error messages call it, in the peer's words.
 */
export type Type = PlainType | ListType | MapType | RecordType | FunctionType;

/** A type without parts. `int` has several names: whole numbers of different origin mix freely. */
export interface PlainType {
  readonly kind: "unknown" | "nil" | "bool" | "int" | "float" | "string" | "time" | "duration" | "zone";
  readonly name: string;
}

export interface ListType {
  readonly kind: "list";
  readonly name: string;
  readonly of: Type;
}

export interface MapType {
  readonly kind: "map";
  readonly name: string;
  readonly key: Type;
  readonly of: Type;
}

/** A record has exactly its fields: another one is an error before anything runs. */
export interface RecordType {
  readonly kind: "record";
  readonly name: string;
  readonly fields: ReadonlyMap<string, Type>;
}

export interface FunctionType {
  readonly kind: "function";
  readonly name: string;
  readonly params: readonly Type[];
  readonly result: Type;
}

export const unknownType: PlainType = { kind: "unknown", name: "unknown" };
export const nilType: PlainType = { kind: "nil", name: "nil" };
export const boolType: PlainType = { kind: "bool", name: "bool" };
export const intType: PlainType = { kind: "int", name: "int" };
export const int64Type: PlainType = { kind: "int", name: "int64" };
export const byteType: PlainType = { kind: "int", name: "uint8" };
export const floatType: PlainType = { kind: "float", name: "float64" };
export const stringType: PlainType = { kind: "string", name: "string" };
export const timeType: PlainType = { kind: "time", name: "time.Time" };
export const durationType: PlainType = { kind: "duration", name: "time.Duration" };
export const zoneType: PlainType = { kind: "zone", name: "*time.Location" };

/** A list that may hold anything at run time, of which this much is known. */
export function listOf(of: Type): ListType {
  return { kind: "list", name: "[]interface {}", of };
}

export const anyListType: ListType = listOf(unknownType);
export const floatListType: ListType = { kind: "list", name: "[]float64", of: floatType };
export const stringListType: ListType = { kind: "list", name: "[]string", of: stringType };
export const bytesType: ListType = { kind: "list", name: "[]uint8", of: byteType };
export const mapType: MapType = {
  kind: "map",
  name: "map[string]interface {}",
  key: stringType,
  of: unknownType,
};

/**
 * Whether both operands may be of these kinds as far as is known: at least one is unknown, the other fits.
 */
export function maybe(left: Type, right: Type, kinds: ReadonlySet<Type["kind"]>): boolean {
  if (left.kind === "unknown") return right.kind === "unknown" || kinds.has(right.kind);
  return right.kind === "unknown" && kinds.has(left.kind);
}

export function isNumber(type: Type): boolean {
  return type.kind === "int" || type.kind === "float";
}

/**
 * Whether `==` between the two makes sense; otherwise it is an error before anything runs (analysis 3.3).
 */
export function comparable(left: Type, right: Type): boolean {
  if (left.kind === "unknown" || right.kind === "unknown") return true;
  if (left.kind === "nil" || right.kind === "nil") return true;
  return left.kind === right.kind || (isNumber(left) && isNumber(right));
}

/** Whether a value of this type may be given where the other one is asked for. */
export function assignable(given: Type, asked: Type): boolean {
  if (given.kind === "unknown" || asked.kind === "unknown") return true;
  if (given.kind === "nil") return asked.kind === "list" || asked.kind === "map";
  return given.kind === asked.kind;
}

/** The type of a value that is either of the two. */
export function either(left: Type, right: Type): Type {
  if (left.kind === "nil") return right;
  if (right.kind === "nil") return left;
  return left.kind === right.kind && left.name === right.name ? left : unknownType;
}
