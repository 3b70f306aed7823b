import { canonicalQuantity } from "../../api/quantity.ts";
import { badRequest } from "../failure.ts";
import { isJson, type Json } from "../json.ts";
import type { SchemaNode } from "../schema.ts";

/** The kind that a body is read as. */
export interface Reading {
  readonly version: string;
  readonly kind: string;
}

/**
 * A body as the API server reads it into its own types: unknown fields, nulls and empty optional values are
 * dropped, quantities get their stored form. What is shared with `old` has been read before, and is shared
 * again. Throws a 400 for a value of the wrong type.
 */
export function decoded(body: Json, schema: SchemaNode, kind: Reading, old: unknown = undefined): Json {
  try {
    return objectOf(body, schema, "", old);
  } catch (error) {
    if (!(error instanceof WrongType)) throw error;
    throw badRequest(
      `${kind.kind} in version "${kind.version}" cannot be handled as a ${kind.kind}: json: ${error.message}`,
    );
  }
}

/** Fields that Go leaves out when they are false or zero; other zeros are pointers, and stay. */
const omittedZeros = new Set([
  "paused",
  "hostNetwork",
  "hostPID",
  "hostIPC",
  "stdin",
  "stdinOnce",
  "tty",
  "readOnly",
  "publishNotReadyAddresses",
  "minReadySeconds",
  "hostPort",
  "nodePort",
  "initialDelaySeconds",
  "timeoutSeconds",
  "periodSeconds",
  "successThreshold",
  "failureThreshold",
  "observedGeneration",
  "fullyLabeledReplicas",
  "readyReplicas",
  "availableReplicas",
  "updatedReplicas",
  "unavailableReplicas",
  "active",
  "succeeded",
  "failed",
  "count",
]);

/** Fields that are kept when they are empty although the schema does not require them. */
const keptEmpty = new Set(["rules", "reportingComponent", "reportingInstance"]);

const nothing: Json = {};

class WrongType extends Error {}

function objectOf(value: Json, schema: SchemaNode, path: string, old: unknown): Json {
  const before = isJson(old) ? old : nothing;
  const kept: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const item = value[name];
    const shared = item !== undefined && item === before[name];
    const read = shared ? item : fieldOf(name, item, schema, path, before[name]);
    if (read !== undefined) kept[name] = read;
  }
  return kept;
}

/** The value of a field; undefined when nobody knows it, or nothing is in it. */
function fieldOf(name: string, value: unknown, schema: SchemaNode, path: string, old: unknown): unknown {
  const field = schema.property(name);
  if (field === undefined || value === null) return undefined;
  const read = readValue(value, field, schema, path === "" ? name : `${path}.${name}`, old);
  const required = schema.raw["required"];
  const needed = (Array.isArray(required) && required.includes(name)) || keptEmpty.has(name);
  return !needed && isOmitted(name, read, field) ? undefined : read;
}

function isOmitted(name: string, value: unknown, field: SchemaNode): boolean {
  if (value === "") return field.raw["default"] === undefined && field.type === "string";
  if (value === 0 || value === false) return omittedZeros.has(name);
  if (Array.isArray(value)) return value.length === 0;
  return field.values !== undefined && isJson(value) && Object.keys(value).length === 0;
}

function readValue(
  value: unknown,
  schema: SchemaNode,
  holder: SchemaNode,
  path: string,
  old: unknown,
): unknown {
  if (schema.isQuantity) {
    return typeof value === "string" || typeof value === "number" ? canonicalQuantity(value) : value;
  }
  if (schema.intOrString || schema.type === undefined) return value;
  if (!fits(value, schema)) throw wrong(value, schema, holder, path);
  if (Array.isArray(value)) return itemsOf(value, schema, path);
  if (!isJson(value)) return value;
  if (schema.values !== undefined) return mapOf(value, schema.values, holder, path);
  return schema.open ? value : objectOf(value, schema, path, old);
}

function itemsOf(list: readonly unknown[], schema: SchemaNode, path: string): readonly unknown[] {
  const { items } = schema;
  return items === undefined
    ? list
    : list.map((item) => (item === null ? item : readValue(item, items, schema, path, undefined)));
}

function mapOf(map: Json, values: SchemaNode, holder: SchemaNode, path: string): Json {
  const read: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(map)) {
    read[key] = item === null ? "" : readValue(item, values, holder, path, undefined);
  }
  return read;
}

function fits(value: unknown, { type }: SchemaNode): boolean {
  switch (type) {
    case "array":
      return Array.isArray(value);
    case "object":
      return isJson(value);
    case "integer":
      return Number.isInteger(value);
    case "number":
      return typeof value === "number";
    default:
      return typeof value === type;
  }
}

/** Go names the struct that holds the field, and its own type of it. */
function wrong(value: unknown, schema: SchemaNode, holder: SchemaNode, path: string): WrongType {
  const found = Array.isArray(value) ? "array" : isJson(value) ? "object" : goName(value);
  const struct = typeof holder.raw["name"] === "string" ? `${holder.raw["name"]}.` : "";
  return new WrongType(
    `cannot unmarshal ${found} into Go struct field ${struct}${path} of type ${goType(schema)}`,
  );
}

function goName(value: unknown): string {
  if (typeof value === "boolean") return "bool";
  return typeof value === "number" && !Number.isInteger(value) ? `number ${value}` : typeof value;
}

function goType(schema: SchemaNode): string {
  const name = schema.raw["name"];
  if (typeof name === "string") return `${schema.raw["package"]}.${name}`;
  switch (schema.type) {
    case "integer":
      return String(schema.raw["format"] ?? "int32");
    case "boolean":
      return "bool";
    case "array":
      return `[]${schema.items === undefined ? "string" : goType(schema.items)}`;
    case "object":
      return `map[string]${schema.values === undefined ? "string" : goType(schema.values)}`;
    default:
      return String(schema.type);
  }
}
