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
  const unknown = keepsUnknown(schema);
  const embedded = schema.raw["x-kubernetes-embedded-resource"] === true;
  let changed = false;
  for (const [name, item] of Object.entries(object)) {
    const field = schema.property(name) ?? schema.values;
    if (field !== undefined && takes(field, item)) kept[name] = pruned(item, field);
    else if (field === undefined && (unknown || (embedded && resourceFields.has(name)))) kept[name] = item;
    if (kept[name] !== item) changed = true;
  }
  return changed ? kept : object;
}

function takes({ raw }: SchemaNode, value: unknown): boolean {
  return value !== null || raw["nullable"] === true;
}

const resourceFields = new Set(["apiVersion", "kind", "metadata"]);
