import { type Cause, duplicateValue, invalidValue, requiredValue, unsupportedValue } from "../failure.ts";
import { isJson, type Json, jsonOf, listOf, same } from "../json.ts";
import type { SchemaNode } from "../schema.ts";
import { junctionCauses } from "./junctions.ts";
import { scalarCauses } from "./scalars.ts";
import { transitionCauses } from "./transitions.ts";

/**
 * What is wrong with a value, by its structural schema. What an update leaves as it was is not looked at
 * again, so an object that became invalid with a newer schema can still be changed elsewhere.
 */
export function schemaCauses(
  value: unknown,
  old: unknown,
  schema: SchemaNode,
  field: string,
): readonly Cause[] {
  if (old !== undefined && same(value, old)) return [];
  if (value === null && schema.raw["nullable"] === true) return [];
  const wrong = typeCauses(value, schema, field);
  if (wrong.length > 0) return [...wrong, ...junctionCauses(value, schema, field, schemaCauses)];
  return [
    ...enumCauses(value, schema.raw, field),
    ...scalarCauses(value, schema.raw, field),
    ...(Array.isArray(value) ? listCauses(value, old, schema, field) : []),
    ...(isJson(value) ? objectCauses(value, old, schema, field) : []),
    ...junctionCauses(value, schema, field, schemaCauses),
    ...transitionCauses(value, old, schema.raw, field),
  ];
}

function typeCauses(value: unknown, schema: SchemaNode, field: string): readonly Cause[] {
  const { type } = schema;
  if (schema.intOrString) {
    const right = typeof value === "string" || Number.isInteger(value);
    return right ? [] : [wrongType(value, "integer,string", field)];
  }
  return type === undefined || isOf(value, type) ? [] : [wrongType(value, type, field)];
}

function isOf(value: unknown, type: string): boolean {
  switch (type) {
    case "object":
      return isJson(value);
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function wrongType(value: unknown, type: string, field: string): Cause {
  const found = typeName(value);
  const detail = `${field} in body must be of type ${type}: ${JSON.stringify(found)}`;
  return { ...invalidValue(field, found, detail), reason: "FieldValueTypeInvalid" };
}

/** The type of a value in the words of the schema language. */
export function typeName(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "array";
  if (typeof value === "number") return Number.isInteger(value) ? "integer" : "number";
  return typeof value;
}

function enumCauses(value: unknown, raw: Json, field: string): readonly Cause[] {
  const allowed = raw["enum"];
  if (!Array.isArray(allowed) || allowed.some((one) => same(one, value))) return [];
  return [
    unsupportedValue(
      field,
      value,
      allowed.map((one) => (typeof one === "string" ? one : JSON.stringify(one))),
    ),
  ];
}

function listCauses(
  list: readonly unknown[],
  old: unknown,
  schema: SchemaNode,
  field: string,
): readonly Cause[] {
  const { items, listKeys, raw } = schema;
  const { minItems, maxItems } = raw;
  const few = typeof minItems === "number" && list.length < minItems;
  const many = typeof maxItems === "number" && list.length > maxItems;
  const before = listOf(old);
  const twin = (item: unknown) =>
    listKeys === undefined ? undefined : before.find((one) => sameKeys(jsonOf(one), jsonOf(item), listKeys));
  return [
    ...(few
      ? [invalidValue(field, list.length, `${field} in body should have at least ${minItems} items`)]
      : []),
    ...(many ? [tooMany(field, list.length, maxItems)] : []),
    ...(items === undefined
      ? []
      : list.flatMap((item, at) => schemaCauses(item, twin(item), items, `${field}[${at}]`))),
    ...duplicateCauses(list, schema, field),
  ];
}

function tooMany(field: string, count: number, most: number): Cause {
  return {
    reason: "FieldValueTooMany",
    message: `Too many: ${count}: must have at most ${most} items`,
    field,
  };
}

function sameKeys(a: Json, b: Json, keys: readonly string[]): boolean {
  return keys.every((key) => same(a[key], b[key]));
}

function duplicateCauses(list: readonly unknown[], schema: SchemaNode, field: string): readonly Cause[] {
  const { listKeys, isSet } = schema;
  if (!isSet && listKeys === undefined) return [];
  const idOf = (item: unknown) =>
    listKeys === undefined ? item : Object.fromEntries(listKeys.map((key) => [key, jsonOf(item)[key]]));
  const ids = list.map((item) => JSON.stringify(idOf(item)));
  return ids.flatMap((id, at) =>
    ids.indexOf(id) < at ? [duplicateValue(`${field}[${at}]`, idOf(list[at]))] : [],
  );
}

function objectCauses(object: Json, old: unknown, schema: SchemaNode, field: string): readonly Cause[] {
  const before = jsonOf(old);
  const missing = listOf(schema.raw["required"])
    .map(String)
    .filter((name) => object[name] === undefined);
  return [
    ...missing.map((name) => requiredValue(below(field, name))),
    ...Object.entries(object).flatMap(([name, item]) => {
      const known = schema.property(name);
      const node = known ?? schema.values;
      if (node === undefined) return [];
      const path = known === undefined && field !== "" ? `${field}.${name}` : below(field, name);
      return schemaCauses(item, before[name], node, path);
    }),
    ...sizeCauses(object, schema.raw, field),
  ];
}

function below(field: string, name: string): string {
  return field === "" ? name : `${field}.${name}`;
}

function sizeCauses(object: Json, { minProperties, maxProperties }: Json, field: string): readonly Cause[] {
  const count = Object.keys(object).length;
  const few = typeof minProperties === "number" && count < minProperties;
  const many = typeof maxProperties === "number" && count > maxProperties;
  return [
    ...(few
      ? [invalidValue(field, count, `${field} in body should have at least ${minProperties} properties`)]
      : []),
    ...(many ? [tooMany(field, count, maxProperties)] : []),
  ];
}
