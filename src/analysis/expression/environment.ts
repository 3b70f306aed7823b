import { Problem } from "../../api/problem.ts";
import { type Instant, instant } from "../../api/time.ts";
import { goText } from "./format.ts";
import { parseFloat64, parseInt64 } from "./numeric.ts";
import { boolType, type FunctionType, floatType, int64Type, type Type, unknownType } from "./types.ts";
import { functionValue, isNumeric, type TimeValue, timeValue, truncated, typeName } from "./values.ts";

/** The names that an expression may use. */
export interface Environment {
  readonly types: ReadonlyMap<string, Type>;
  /** Whether another name is an error; otherwise it is nothing. */
  readonly strict: boolean;
}

const floatTest: FunctionType = func("func(float64) bool", [floatType], boolType);

/**
 * The functions of every condition besides those of the language; times know only `isNaN` and `isInf`
 * (analysis 3.1, 3.5).
 */
const tests: readonly (readonly [string, FunctionType])[] = [
  ["isNaN", floatTest],
  ["isInf", floatTest],
];

const conversions: readonly (readonly [string, FunctionType])[] = [
  ["asInt", func("func(interface {}) int64", [unknownType], int64Type)],
  ["asFloat", func("func(interface {}) float64", [unknownType], floatType)],
  ["isNil", func("func(interface {}) bool", [unknownType], boolType)],
  ["default", func("func(interface {}, interface {}) interface {}", [unknownType, unknownType], unknownType)],
];

const testValues: readonly (readonly [string, unknown])[] = [
  ["isNaN", functionValue(([value]) => Number.isNaN(float(value)))],
  ["isInf", functionValue(([value]) => Math.abs(float(value)) === Infinity)],
];

const conversionValues: readonly (readonly [string, unknown])[] = [
  ["asInt", functionValue(([value]) => asInt(value))],
  ["asFloat", functionValue(([value]) => asFloat(value))],
];

const byResult = new WeakMap<Type, Environment>();

/** What a condition may use: `result`, of this type, and the functions of analysis 3.1. */
export function conditionEnvironment(result: Type): Environment {
  const known = byResult.get(result);
  if (known !== undefined) return known;
  const types = new Map<string, Type>([["result", result], ...tests, ...conversions]);
  const environment = { types, strict: true };
  byResult.set(result, environment);
  return environment;
}

/** The values of those names. `isNil` and `default` look at the whole result, whatever they are given. */
export function conditionNames(result: unknown): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>([
    ["result", result],
    ...testValues,
    ...conversionValues,
    ["isNil", functionValue(() => result === null)],
    ["default", functionValue(([, otherwise]) => result ?? otherwise)],
  ]);
}

/** What an expression for a time may use. */
export const timeEnvironment: Environment = { types: new Map(tests), strict: true };

export const timeNames: ReadonlyMap<string, unknown> = new Map(testValues);

/** The `time` of loose expressions. */
export function clock(now: Instant): Readonly<Record<string, unknown>> {
  return {
    Now: functionValue(() => timeAt(now)),
    Parse: functionValue(([value]) => timeAt(instant(String(value)))),
  };
}

function timeAt(at: Instant): TimeValue {
  return timeValue(BigInt(Math.floor(at)) * 1_000_000n, "UTC");
}

function func(name: string, params: readonly Type[], result: Type): FunctionType {
  return { kind: "function", name, params, result };
}

function float(value: unknown): number {
  if (typeof value === "number") return value;
  throw new Problem(`reflect: Call using ${value === null ? "zero Value" : typeName(value)} as type float64`);
}

function asInt(value: unknown): bigint {
  if (typeof value === "number") return truncated(value);
  if (typeof value === "bigint") return value;
  if (typeof value !== "string") throw unsupported("asInt", value);
  const parsed = parseInt64(value);
  if (typeof parsed === "bigint") return parsed;
  throw new Problem(`strconv.ParseInt: parsing ${JSON.stringify(value)}: ${parsed}`);
}

function asFloat(value: unknown): number {
  if (isNumeric(value)) return Number(value);
  if (typeof value !== "string") throw unsupported("asFloat", value);
  const parsed = parseFloat64(value);
  if (typeof parsed === "number") return parsed;
  throw new Problem(`strconv.ParseFloat: parsing ${JSON.stringify(value)}: ${parsed}`);
}

function unsupported(name: string, value: unknown): Problem {
  return new Problem(`${name}() not supported on ${typeName(value)} ${goText(value)}`);
}
