import { isJson, type Json } from "../json.ts";
import type { SchemaNode } from "../schema.ts";

/** The value with the defaults of its schema where fields are missing; shared where nothing is. */
export function defaulted(value: unknown, schema: SchemaNode): unknown {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return value;
    const full = value.map((item) => defaulted(item, items));
    return full.every((item, index) => item === value[index]) ? value : full;
  }
  return isJson(value) ? defaultedFields(value, schema) : value;
}

function defaultedFields(object: Json, schema: SchemaNode): Json {
  let full: Record<string, unknown> | undefined;
  for (const name of schema.names) {
    const field = schema.property(name);
    if (field === undefined) continue;
    const value = fieldValue(object[name], field);
    if (value === object[name]) continue;
    full ??= { ...object };
    full[name] = value;
  }
  return mapDefaulted(full ?? object, schema);
}

/** A null that the schema does not take counts as missing where there is a default. */
function fieldValue(value: unknown, field: SchemaNode): unknown {
  const fallback = field.raw["default"];
  const missing = value === undefined || (value === null && field.raw["nullable"] !== true);
  if (missing) return fallback === undefined ? value : defaulted(fallback, field);
  return defaulted(value, field);
}

function mapDefaulted(object: Json, schema: SchemaNode): Json {
  const { values } = schema;
  if (values === undefined) return object;
  const entries = Object.entries(object).map(([name, item]): [string, unknown] => [
    name,
    schema.property(name) === undefined ? defaulted(item, values) : item,
  ]);
  return entries.every(([name, item]) => item === object[name]) ? object : Object.fromEntries(entries);
}
