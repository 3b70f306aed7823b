import { isJson, type Json } from "../json.ts";
import type { SchemaNode } from "../schema.ts";

/** The value without the fields that its structural schema does not know; shared where nothing is dropped. */
export function pruned(value: unknown, schema: SchemaNode): unknown {
  if (Array.isArray(value)) return prunedItems(value, schema);
  if (!isJson(value) || isOpenAny(schema)) return value;
  return prunedFields(value, schema);
}

/** Nothing below is known, and all of it is kept. */
function isOpenAny(schema: SchemaNode): boolean {
  return keepsUnknown(schema) && schema.names.length === 0 && schema.values === undefined;
}

function keepsUnknown({ raw }: SchemaNode): boolean {
  return raw["x-kubernetes-preserve-unknown-fields"] === true || raw["additionalProperties"] === true;
}

function prunedItems(list: readonly unknown[], { items }: SchemaNode): readonly unknown[] {
  if (items === undefined) return list;
  const kept = list.map((item) => pruned(item, items));
  return kept.every((item, index) => item === list[index]) ? list : kept;
}

function prunedFields(object: Json, schema: SchemaNode): Json {
  const kept: Record<string, unknown> = {};
  let changed = false;
  for (const [name, item] of Object.entries(object)) {
    const field = schema.property(name) ?? schema.values;
    const value = field === undefined ? unnamed(name, item, schema) : named(item, field);
    if (value !== undefined) kept[name] = value;
    if (value !== item) changed = true;
  }
  return changed ? kept : object;
}

/** A field that the schema names; undefined for a null that it does not take. */
function named(value: unknown, field: SchemaNode): unknown {
  return value === null && field.raw["nullable"] !== true ? undefined : pruned(value, field);
}

/** A field that the schema does not name; undefined unless it is open, or the field belongs to any object. */
function unnamed(name: string, value: unknown, schema: SchemaNode): unknown {
  const embedded = schema.raw["x-kubernetes-embedded-resource"] === true;
  return keepsUnknown(schema) || (embedded && resourceFields.has(name)) ? value : undefined;
}

const resourceFields = new Set(["apiVersion", "kind", "metadata"]);
