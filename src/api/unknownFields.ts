import { isJson, type Json } from "./json.ts";

/**
 * The paths of the fields that a structural schema (of a CustomResourceDefinition) does not know: what
 * the API server would drop. `["spec.strategy.canary.steps[0].setWeigth"]`. What lies under `metadata` is
 * not looked at.
 */
export function unknownFields(schema: Json, object: Json): readonly string[] {
  const { metadata: _, ...rest } = object;
  return unknownIn(schema, rest, "");
}

function unknownIn(schema: unknown, value: unknown, path: string): readonly string[] {
  if (!isJson(schema)) return [];
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => unknownIn(schema.items, item, `${path}[${index}]`));
  }
  if (!isJson(value) || schema["x-kubernetes-preserve-unknown-fields"] === true) return [];

  const known = isJson(schema.properties) ? schema.properties : {};
  return Object.entries(value).flatMap(([name, member]) => {
    const place = path === "" ? name : `${path}.${name}`;
    if (Object.hasOwn(known, name)) return unknownIn(known[name], member, place);
    return schema.additionalProperties === undefined
      ? [place]
      : unknownIn(schema.additionalProperties, member, place);
  });
}
