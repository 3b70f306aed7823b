import { Problem } from "../../api/problem.ts";
import {
  anyListType,
  boolType,
  comparable,
  durationType,
  floatType,
  intType,
  isNumber,
  listOf,
  maybe,
  stringType,
  type Type,
  timeType,
  unknownType,
} from "./types.ts";

type Kinds = ReadonlySet<Type["kind"]>;

const whole: Kinds = new Set<Type["kind"]>(["int"]);
const numbers: Kinds = new Set<Type["kind"]>(["int", "float"]);
const booleans: Kinds = new Set<Type["kind"]>(["bool"]);
const texts: Kinds = new Set<Type["kind"]>(["string"]);
const temporal: Kinds = new Set<Type["kind"]>(["int", "float", "time", "duration"]);
const ordinal: Kinds = new Set<Type["kind"]>(["int", "float", "string", "time", "duration"]);

type Rule = (left: Type, right: Type) => Type | undefined;

/**
 * What each binary operator makes of its operands' types; undefined when they do not fit (analysis 3.3).
 */
const rules: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  [
    "+",
    (l, r) => numeric(l, r) ?? alike(l, r, "string", stringType) ?? timed("+", l, r) ?? open(l, r, ordinal),
  ],
  ["-", (l, r) => numeric(l, r) ?? timed("-", l, r) ?? open(l, r, temporal)],
  ["*", (l, r) => numeric(l, r) ?? timed("*", l, r) ?? open(l, r, temporal)],
  ["/", (l, r) => (numeric(l, r) ?? open(l, r, numbers)) && floatType],
  ["**", (l, r) => (numeric(l, r) ?? open(l, r, numbers)) && floatType],
  ["^", (l, r) => (numeric(l, r) ?? open(l, r, numbers)) && floatType],
  ["%", (l, r) => alike(l, r, "int", intType) ?? (open(l, r, whole) && intType)],
  ["..", (l, r) => (alike(l, r, "int", intType) ?? open(l, r, whole)) && listOf(intType)],
  ["==", (l, r) => (comparable(l, r) ? boolType : undefined)],
  ["!=", (l, r) => (comparable(l, r) ? boolType : undefined)],
  ["<", order],
  [">", order],
  ["<=", order],
  [">=", order],
  ["and", logic],
  ["&&", logic],
  ["or", logic],
  ["||", logic],
  ["in", membership],
  ["matches", text],
  ["contains", text],
  ["startsWith", text],
  ["endsWith", text],
]);

/** The type of an operation. Throws a `Problem` when the operands' types are known not to fit. */
export function binaryType(operator: string, left: Type, right: Type): Type {
  const type = rules.get(operator)?.(left, right);
  if (type !== undefined) return type;
  throw new Problem(`invalid operation: ${operator} (mismatched types ${left.name} and ${right.name})`);
}

/** The type of a unary operation. Throws a `Problem` when the operand's type is known not to fit. */
export function unaryType(operator: string, operand: Type): Type {
  if (operand.kind === "unknown") return operator === "-" || operator === "+" ? unknownType : boolType;
  const logical = operator === "!" || operator === "not";
  if (logical ? operand.kind === "bool" : isNumber(operand)) return operand;
  throw new Problem(`invalid operation: ${operator} (mismatched type ${operand.name})`);
}

/** Throws a `Problem` when a value of this type can be no element or key of the other. */
export function containedType(value: Type, of: Type): void {
  if (of.kind === "map" && value.kind !== "unknown" && !maybeKey(value, of.key)) {
    throw new Problem(`cannot use ${value.name} as type ${of.key.name} in map key`);
  }
  if (of.kind === "list" && !comparable(value, of.of)) {
    throw new Problem(`cannot use ${value.name} as type ${of.of.name} in array`);
  }
}

function maybeKey(value: Type, key: Type): boolean {
  return key.kind === "unknown" || value.kind === key.kind;
}

function membership(left: Type, right: Type): Type | undefined {
  if (right.kind === "list" || right.kind === "map" || right.kind === "unknown") return boolType;
  return right.kind === "record" && (left.kind === "string" || left.kind === "unknown")
    ? boolType
    : undefined;
}

function numeric(left: Type, right: Type): Type | undefined {
  if (!isNumber(left) || !isNumber(right)) return undefined;
  return left.kind === "int" && right.kind === "int" ? intType : floatType;
}

function alike(left: Type, right: Type, kind: Type["kind"], type: Type): Type | undefined {
  return left.kind === kind && right.kind === kind ? type : undefined;
}

function timed(operator: string, left: Type, right: Type): Type | undefined {
  const pair = `${left.kind} ${operator} ${right.kind}`;
  if (pair === "time - time" || pair === "duration - duration") return durationType;
  if (pair === "duration + duration" || pair === "duration * duration") return durationType;
  if (pair === "time - duration" || pair === "time + duration" || pair === "duration + time") return timeType;
  return pair === "int * duration" || pair === "duration * int" ? durationType : floated(pair);
}

function floated(pair: string): Type | undefined {
  return pair === "float * duration" || pair === "duration * float" ? floatType : undefined;
}

function open(left: Type, right: Type, kinds: Kinds): Type | undefined {
  return maybe(left, right, kinds) ? unknownType : undefined;
}

function order(left: Type, right: Type): Type | undefined {
  const sameKind = left.kind === right.kind && ordinal.has(left.kind);
  return sameKind || numeric(left, right) !== undefined || maybe(left, right, ordinal) ? boolType : undefined;
}

function logic(left: Type, right: Type): Type | undefined {
  return alike(left, right, "bool", boolType) ?? (open(left, right, booleans) && boolType);
}

function text(left: Type, right: Type): Type | undefined {
  return alike(left, right, "string", boolType) ?? (open(left, right, texts) && boolType);
}

/** The type of a list literal: its elements' type when they are all of one kind. */
export function literalListType(items: readonly Type[]): Type {
  const [first] = items;
  if (first === undefined) return anyListType;
  return items.every((item) => item.kind === first.kind) ? listOf(first) : anyListType;
}
