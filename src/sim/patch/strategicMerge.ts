import { badRequest } from "../failure.ts";
import { isJson, type Json, listOf, same } from "../json.ts";
import type { SchemaNode } from "../schema.ts";

const directive = "$patch";
const deleteFrom = "$deleteFromPrimitiveList/";
const setOrder = "$setElementOrder/";
const retain = "$retainKeys";

/**
 * The value with a strategic merge patch applied: as a merge patch, but lists with a merge key are merged
 * entry by entry, and the directives `$patch`, `$deleteFromPrimitiveList`, `$setElementOrder` and
 * `$retainKeys` are obeyed.
 */
export function strategicallyMerged(target: Json, patch: Json, schema: SchemaNode | undefined): Json {
  switch (patch[directive]) {
    case undefined:
    case "merge":
      return mergedFields(target, patch, schema);
    case "replace":
      return cleaned(patch);
    case "delete":
      return {};
    default:
      throw badRequest(`Unknown patch directive: ${String(patch[directive])}`);
  }
}

function mergedFields(target: Json, patch: Json, schema: SchemaNode | undefined): Json {
  const result: Record<string, unknown> = retained(target, patch);
  for (const [field, value] of Object.entries(patch)) {
    if (field === directive || field === retain) continue;
    if (field.startsWith(deleteFrom)) dropValues(result, field.slice(deleteFrom.length), value);
    else if (!field.startsWith(setOrder)) setField(result, field, value, childOf(schema, field));
  }
  for (const [field, list] of Object.entries(result)) {
    const order = patch[setOrder + field] ?? patch[field];
    result[field] = orderedField(list, order, target[field], childOf(schema, field));
  }
  return result;
}

function orderedField(list: unknown, order: unknown, old: unknown, schema: SchemaNode | undefined): unknown {
  const merges = schema?.strategies.includes("merge") === true;
  if (!merges || !Array.isArray(list) || !Array.isArray(order)) return list;
  return ordered(list, order, listOf(old), schema.mergeKey);
}

/**
 * Entries that the patch names come in its order (or in that of `$setElementOrder`), the others in the order
 * that they had; both are merged so that what stood before a named entry still does.
 */
function ordered(
  list: readonly unknown[],
  order: readonly unknown[],
  old: readonly unknown[],
  mergeKey: string | undefined,
): readonly unknown[] {
  const idOf = (item: unknown) => (mergeKey !== undefined && isJson(item) ? item[mergeKey] : item);
  const rankIn = (ids: readonly unknown[], item: unknown) => ids.findIndex((id) => same(id, idOf(item)));
  const wanted = order.map(idOf);
  const before = old.map(idOf);
  const others = list.filter((item) => rankIn(wanted, item) < 0);
  const named = list.filter((item) => rankIn(wanted, item) >= 0);
  named.sort((a, b) => rankIn(wanted, a) - rankIn(wanted, b));
  const result: unknown[] = [];
  for (const item of named) {
    const rank = rankIn(before, item);
    while (others.length > 0 && stoodBefore(rankIn(before, others[0]), rank)) result.push(others.shift());
    result.push(item);
  }
  return [...result, ...others];
}

function stoodBefore(rank: number, other: number): boolean {
  return rank >= 0 && rank < other;
}

/** `$retainKeys` names the only fields that stay. */
function retained(target: Json, patch: Json): Record<string, unknown> {
  const keys = patch[retain];
  if (!Array.isArray(keys)) return { ...target };
  return Object.fromEntries(Object.entries(target).filter(([field]) => keys.includes(field)));
}

function setField(
  result: Record<string, unknown>,
  field: string,
  value: unknown,
  schema: SchemaNode | undefined,
): void {
  const old = result[field];
  if (value === null) delete result[field];
  else if (isJson(value)) setObject(result, field, value, schema);
  else if (Array.isArray(value)) result[field] = mergedList(old, value, schema);
  else result[field] = value;
}

function setObject(
  result: Record<string, unknown>,
  field: string,
  value: Json,
  schema: SchemaNode | undefined,
): void {
  const old = result[field];
  if (value[directive] === "delete") delete result[field];
  else result[field] = strategicallyMerged(isJson(old) ? old : {}, value, schema);
}

function childOf(schema: SchemaNode | undefined, field: string): SchemaNode | undefined {
  return schema?.property(field) ?? schema?.values;
}

function mergedList(
  old: unknown,
  patch: readonly unknown[],
  schema: SchemaNode | undefined,
): readonly unknown[] {
  const replaces = patch.some((item) => isJson(item) && item[directive] === "replace");
  const entries = patch.filter(
    (item) => !isJson(item) || item[directive] !== "replace" || Object.keys(item).length > 1,
  );
  if (replaces || schema === undefined || !schema.strategies.includes("merge"))
    return entries.map(cleanedItem);
  const { mergeKey } = schema;
  if (mergeKey === undefined)
    return [...listOf(old), ...entries.filter((item) => !listOf(old).includes(item))];
  return mergedEntries(listOf(old).filter(isJson), entries, mergeKey, schema.items);
}

function mergedEntries(
  old: readonly Json[],
  patch: readonly unknown[],
  mergeKey: string,
  items: SchemaNode | undefined,
): readonly Json[] {
  let result = [...old];
  for (const entry of patch) {
    if (!isJson(entry) || entry[mergeKey] === undefined) {
      throw badRequest(`map: ${JSON.stringify(entry)} does not contain declared merge key: ${mergeKey}`);
    }
    const isEntry = (other: Json) => same(other[mergeKey], entry[mergeKey]);
    const at = result.findIndex(isEntry);
    if (entry[directive] === "delete") result = result.filter((other) => !isEntry(other));
    else if (at < 0) result.push(strategicallyMerged({}, entry, items));
    else result[at] = strategicallyMerged(result[at] ?? {}, entry, items);
  }
  return result;
}

function dropValues(result: Record<string, unknown>, field: string, values: unknown): void {
  const gone = listOf(values);
  if (Array.isArray(result[field])) result[field] = result[field].filter((item) => !gone.includes(item));
}

/** What is new is stored without directives and nulls. */
function cleaned(value: Json): Json {
  const kept = Object.entries(value).filter(([field, item]) => !field.startsWith("$") && item !== null);
  return Object.fromEntries(kept.map(([field, item]) => [field, cleanedItem(item)]));
}

function cleanedItem(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleanedItem);
  return isJson(value) ? cleaned(value) : value;
}
