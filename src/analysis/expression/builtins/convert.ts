import { Problem } from "../../../api/problem.ts";
import { goText, jsonText } from "../format.ts";
import { parseFloat64, parseInt64 } from "../numeric.ts";
import { floatType, intType, stringType, unknownType } from "../types.ts";
import { isFunction, isList, isMap, isNumeric, typeName, whole } from "../values.ts";
import { type Builtin, signature, text, unary } from "./signature.ts";

const numbersAndText = ["int", "float", "string"] as const;

/** Functions from one type to another. */
export const convertBuiltins: Readonly<Record<string, Builtin>> = {
  type: signature([unknownType], stringType, ([value]) => typeWord(value)),
  int: unary(
    numbersAndText,
    () => intType,
    ([value]) => int(value),
  ),
  float: unary(
    numbersAndText,
    () => floatType,
    ([value]) => float(value),
  ),
  string: signature([unknownType], stringType, ([value]) => string(value)),
  toJSON: signature([unknownType], stringType, ([value], frame) => jsonText(value, frame)),
  fromJSON: signature([stringType], unknownType, ([value]) => fromJson(text(value))),
  toBase64: signature([stringType], stringType, ([value]) => Buffer.from(text(value)).toString("base64")),
  fromBase64: signature([stringType], stringType, ([value]) => fromBase64(text(value))),
};

/** What the language itself calls the type of a value. */
function typeWord(value: unknown): string {
  if (value === null) return "nil";
  if (isNumeric(value)) return typeof value === "bigint" ? "int" : "float";
  if (typeof value === "boolean") return "bool";
  if (isFunction(value)) return "func";
  if (isList(value)) return "array";
  if (isMap(value)) return "map";
  return typeName(value).replace(/^\*/, "");
}

function int(value: unknown): bigint {
  if (typeof value !== "string") return whole(value);
  const parsed = parseInt64(value);
  if (typeof parsed === "bigint") return parsed;
  throw new Problem(`invalid operation: int(${value})`);
}

function float(value: unknown): number {
  if (isNumeric(value)) return Number(value);
  if (typeof value !== "string") throw new Problem(`invalid operation: float(${typeName(value)})`);
  const parsed = parseFloat64(value);
  if (typeof parsed === "number") return parsed;
  throw new Problem(`invalid operation: float(${value})`);
}

function string(value: unknown): string {
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : goText(value);
}

function fromJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch (error) {
    throw new Problem(`invalid JSON: ${error instanceof Error ? error.message : "unreadable"}`);
  }
}

function fromBase64(source: string): string {
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(source)) {
    throw new Problem("illegal base64 data");
  }
  return Buffer.from(source, "base64").toString();
}
