import { Problem } from "../../api/problem.ts";
import type { Run, Typed } from "./frame.ts";
import { counted, filter, found, groupBy, map, type Parts, reduce, sortBy, sum, whether } from "./loops.ts";
import {
  anyListType,
  boolType,
  intType,
  isNumber,
  listOf,
  type MapType,
  stringType,
  type Type,
  unknownType,
} from "./types.ts";

interface PredicateBuiltin {
  /** How many arguments it takes at least and at most. */
  readonly arity: readonly [number, number];
  /** Whether its predicate must say yes or no. */
  readonly judges: boolean;
  /** What the predicate knows besides the element. */
  readonly knows: readonly string[];
  readonly type: (parts: Parts) => Type;
  readonly run: (parts: Parts) => Run;
}

const counting = { knows: [], judges: true, arity: [2, 2] } as const;
const choosing = { ...counting, type: ({ list }: Parts): Type => elementType(list.type) };
const mapping = { knows: [], judges: false, arity: [2, 2] } as const;

const table: Readonly<Record<string, PredicateBuiltin>> = {
  all: { ...counting, type: () => boolType, run: (parts) => whether(parts, false, false) },
  any: { ...counting, type: () => boolType, run: (parts) => whether(parts, true, true) },
  none: { ...counting, type: () => boolType, run: (parts) => whether(parts, true, false) },
  one: { ...counting, type: () => boolType, run: (parts) => (frame) => counted(parts, frame) === 1n },
  count: {
    ...counting,
    arity: [1, 2],
    type: () => intType,
    run: (parts) => (frame) => counted(parts, frame),
  },
  filter: { ...counting, type: ({ list }) => listOf(elementType(list.type)), run: filter },
  find: { ...choosing, run: (parts) => found(parts, false, (item) => item) },
  findLast: { ...choosing, run: (parts) => found(parts, true, (item) => item) },
  findIndex: {
    ...counting,
    type: () => intType,
    run: (parts) => found(parts, false, (_item, index) => BigInt(index)),
  },
  findLastIndex: {
    ...counting,
    type: () => intType,
    run: (parts) => found(parts, true, (_item, index) => BigInt(index)),
  },
  map: {
    ...mapping,
    knows: ["index"],
    type: ({ predicate }) => listOf(predicate?.type ?? unknownType),
    run: map,
  },
  groupBy: { ...mapping, type: groupsType, run: groupBy },
  sortBy: { ...mapping, arity: [2, 3], type: ({ list }) => listOf(elementType(list.type)), run: sortBy },
  sum: { ...mapping, arity: [1, 2], type: sumType, run: sum },
  reduce: {
    ...mapping,
    arity: [2, 3],
    knows: ["index", "acc"],
    type: ({ predicate }) => predicate?.type ?? unknownType,
    run: reduce,
  },
};

/** What the predicate of this function knows besides the element: `#index`, `#acc`. */
export function knownTo(name: string): readonly string[] {
  return table[name]?.knows ?? [];
}

/**
 * The call of a function with a predicate. Throws a `Problem` when the types of its parts are known not to
 * fit.
 */
export function predicateCall(parts: Parts, given: number): Typed {
  const { name, list, predicate, extra } = parts;
  const builtin = table[name];
  if (builtin === undefined) throw new Problem(`unknown builtin ${name}`);
  if (given < builtin.arity[0]) throw new Problem(`not enough arguments to call ${name}`);
  if (given > builtin.arity[1]) throw new Problem(`too many arguments to call ${name}`);
  if (list.type.kind !== "list" && list.type.kind !== "unknown") {
    throw new Problem(`builtin ${name} takes only array (got ${list.type.name})`);
  }
  const kind = builtin.judges ? (predicate?.type.kind ?? elementType(list.type).kind) : "unknown";
  if (kind !== "bool" && kind !== "unknown") {
    throw new Problem(
      `predicate should return boolean (got ${(predicate?.type ?? elementType(list.type)).name})`,
    );
  }
  if (
    name === "sortBy" &&
    extra !== undefined &&
    extra.type.kind !== "string" &&
    extra.type.kind !== "unknown"
  ) {
    throw new Problem(`cannot use ${extra.type.name} as argument (type ${stringType.name}) to call sortBy`);
  }
  return { type: builtin.type(parts), run: builtin.run(parts) };
}

/** The type of the elements, as far as it is known. */
export function elementType(list: Type): Type {
  return list.kind === "list" ? list.of : unknownType;
}

function groupsType({ list }: Parts): MapType {
  return {
    kind: "map",
    name: "map[interface {}][]interface {}",
    key: unknownType,
    of: listOf(elementType(list.type)),
  };
}

function sumType({ list, predicate }: Parts): Type {
  const type = predicate?.type ?? elementType(list.type);
  if (type.kind === "unknown" || isNumber(type) || type.kind === "duration") return type;
  throw new Problem(`invalid operation: + (mismatched types int and ${type.name})`);
}

/** `#`, `#index` and `#acc`. Throws a `Problem` when the predicate around it knows no such thing. */
export function pointer(name: string, scopes: readonly PointerScope[]): Typed {
  const depth = scopes.length - 1;
  const scope = scopes[depth];
  if (scope === undefined) throw new Problem("cannot use pointer accessor outside predicate");
  if (name === "") return { type: scope.element, run: (frame) => frame.pointers[depth]?.item };
  if (!scope.knows.includes(name)) throw new Problem(`unknown pointer ${name}`);
  if (name === "index") return { type: intType, run: (frame) => BigInt(frame.pointers[depth]?.index ?? 0) };
  return { type: unknownType, run: (frame) => frame.pointers[depth]?.accumulator };
}

/** What is known inside of one predicate. */
export interface PointerScope {
  readonly element: Type;
  readonly knows: readonly string[];
}

/** The scope inside the predicate of this function on this list. */
export function scopeOf(name: string, list: Type): PointerScope {
  return { element: elementType(list.kind === "nil" ? anyListType : list), knows: knownTo(name) };
}
