import { isJson, type Json } from "./json.ts";
import type { SchemaNode } from "./schema.ts";

/**
 * The paths of the fields that a schema does not know, as `fieldValidation` names them:
 * `spec.steps[0].setWeigth`.
 */
export function unknownFields(
  object: Json,
  schema: SchemaNode,
  metadata: SchemaNode | undefined,
): readonly string[] {
  const found: string[] = [];
  for (const [name, item] of Object.entries(object)) {
    if (name === "apiVersion" || name === "kind") continue;
    const node = name === "metadata" ? metadata : schema.property(name);
    if (node !== undefined) collect(item, node, name, found);
    else if (schema.raw["x-kubernetes-preserve-unknown-fields"] !== true) found.push(name);
  }
  return found;
}

function collect(value: unknown, schema: SchemaNode, path: string, found: string[]): void {
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items !== undefined)
      for (const [at, item] of value.entries()) collect(item, items, `${path}[${at}]`, found);
  } else if (isJson(value) && (schema.names.length > 0 || schema.values !== undefined)) {
    collectFields(value, schema, path, found);
  }
}

function collectFields(object: Json, schema: SchemaNode, path: string, found: string[]): void {
  const open = schema.raw["x-kubernetes-preserve-unknown-fields"] === true;
  for (const [name, item] of Object.entries(object)) {
    const node = schema.property(name) ?? schema.values;
    if (node !== undefined) collect(item, node, `${path}.${name}`, found);
    else if (!open && item !== undefined) found.push(`${path}.${name}`);
  }
}
