import { Buffer } from "node:buffer";
import { isJson, type Json, jsonOf, listOf } from "../json.ts";
import { booleanField, type Message, messageField, textField } from "./protobuf.ts";

/**
 * An OpenAPI v2 document in protobuf (gnostic's `openapi.v2.Document`), with the definitions alone and of
 * them what kubectl checks objects in a `List` with: types, fields, and the kinds they stand for.
 */
export function openApiV2(schemas: Readonly<Record<string, unknown>>): Message {
  const info = messageField(2, textField(1, "Kubernetes"), textField(2, "unversioned"));
  const definitions = Object.entries(schemas).map(([name, schema]) => namedSchema(name, jsonOf(schema)));
  return Buffer.concat([textField(1, "2.0"), info, messageField(8), messageField(9, ...definitions)]);
}

function namedSchema(name: string, schema: Json): Message {
  return messageField(1, textField(1, name), messageField(2, ...schemaParts(schema)));
}

/** Where anything may stand, nothing is said; a reference says it all. */
function schemaParts(schema: Json): readonly Message[] {
  const ref = schema["$ref"] ?? jsonOf(listOf(schema["allOf"])[0])["$ref"];
  if (typeof ref === "string") return [textField(1, `#/definitions/${ref.slice(ref.lastIndexOf("/") + 1)}`)];
  if (schema["x-kubernetes-int-or-string"] === true) return [];
  if (schema["x-kubernetes-preserve-unknown-fields"] === true) return kindParts(schema);
  return [...typeParts(schema), ...shapeParts(schema), ...kindParts(schema)];
}

function typeParts({ type, format, oneOf }: Json): readonly Message[] {
  const named = type ?? (oneOf === undefined ? undefined : "string");
  return [
    ...(typeof format === "string" ? [textField(2, format)] : []),
    ...(typeof named === "string" ? [messageField(22, textField(1, named))] : []),
  ];
}

function shapeParts({ required, additionalProperties, items, properties }: Json): readonly Message[] {
  const fields = Object.entries(jsonOf(properties)).map(([name, field]) => namedSchema(name, jsonOf(field)));
  return [
    ...listOf(required).map((name) => textField(19, String(name))),
    ...(isJson(additionalProperties)
      ? [messageField(21, messageField(1, ...schemaParts(additionalProperties)))]
      : []),
    ...(additionalProperties === true ? [messageField(21, booleanField(2, true))] : []),
    ...(isJson(items) ? [messageField(23, messageField(1, ...schemaParts(items)))] : []),
    ...(fields.length > 0 ? [messageField(25, ...fields)] : []),
  ];
}

const kinds = "x-kubernetes-group-version-kind";

/** The kinds that a schema stands for, as YAML, which JSON is. */
function kindParts(schema: Json): readonly Message[] {
  const value = schema[kinds];
  if (value === undefined) return [];
  return [messageField(31, textField(1, kinds), messageField(2, textField(2, JSON.stringify(value))))];
}
