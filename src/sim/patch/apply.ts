import { isJson, type Json, jsonOf, listOf, same } from "../json.ts";
import type { SchemaNode } from "../schema.ts";

/** What the managers of an object last applied, by their names. */
export type Applied = ReadonlyMap<string, Json>;

/** A field on which another manager has applied something else. */
export interface ApplyConflict {
  readonly manager: string;
  readonly field: string;
}

/**
 * The object after a server-side apply: what the manager asks for is set, what it asked for last time and no
 * longer does is removed unless another manager asks for it, the rest stays. Lists with keys are merged entry
 * by entry.
 */
export function applied(
  live: Json,
  config: Json,
  last: Json | undefined,
  others: Applied,
  schema: SchemaNode,
): Json {
  const claims = [...others.values()];
  return mergedObject(live, config, last ?? {}, claims, schema);
}

function mergedObject(
  live: Json,
  config: Json,
  last: Json,
  others: readonly Json[],
  schema?: SchemaNode,
): Json {
  const result: Record<string, unknown> = { ...live };
  for (const [field, value] of Object.entries(config)) {
    const claims = others.map((other) => other[field]);
    result[field] = mergedValue(live[field], value, last[field], claims, childOf(schema, field));
  }
  for (const field of Object.keys(last)) {
    if (config[field] !== undefined) continue;
    const claims = others.map((other) => other[field]).filter((claim) => claim !== undefined);
    const left = withdrawn(result[field], last[field], claims, childOf(schema, field));
    if (left === undefined) delete result[field];
    else result[field] = left;
  }
  return result;
}

function childOf(schema: SchemaNode | undefined, field: string): SchemaNode | undefined {
  return schema?.property(field) ?? schema?.values;
}

function mergedValue(
  live: unknown,
  config: unknown,
  last: unknown,
  others: readonly unknown[],
  schema?: SchemaNode,
): unknown {
  if (isJson(config) && isJson(live) && schema?.atomic !== true) {
    return mergedObject(live, config, jsonOf(last), others.map(jsonOf), schema);
  }
  if (!Array.isArray(config) || !Array.isArray(live)) return config;
  if (schema?.isSet === true) {
    const gone = listOf(last).filter(
      (item) => !config.includes(item) && !others.some((other) => listOf(other).includes(item)),
    );
    return [...live.filter((item) => !gone.includes(item) && !config.includes(item)), ...config];
  }
  if (schema?.listKeys === undefined) return config;
  return mergedEntries(live, config, listOf(last), others.map(listOf), schema, schema.listKeys);
}

function mergedEntries(
  live: readonly unknown[],
  config: readonly unknown[],
  last: readonly unknown[],
  others: readonly (readonly unknown[])[],
  schema: SchemaNode,
  keys: readonly string[],
): readonly unknown[] {
  const twin = (list: readonly unknown[], item: unknown) =>
    list.find((one) => isEntry(one, item, keys, schema.items));
  const kept = live.flatMap((item) => {
    const asked = twin(config, item);
    const before = twin(last, item);
    const claims = others.map((other) => twin(other, item)).filter((claim) => claim !== undefined);
    if (asked !== undefined) return [mergedValue(item, asked, before, claims, schema.items)];
    return before === undefined || claims.length > 0 ? [item] : [];
  });
  return [...kept, ...config.filter((item) => twin(live, item) === undefined)];
}

/** Keys that are left out have their defaults. */
function isEntry(a: unknown, b: unknown, keys: readonly string[], items: SchemaNode | undefined): boolean {
  const keyOf = (item: unknown, key: string) => jsonOf(item)[key] ?? items?.property(key)?.raw["default"];
  return keys.every((key) => same(keyOf(a, key), keyOf(b, key)));
}

/** What stays of a value that the manager no longer asks for. */
function withdrawn(live: unknown, last: unknown, others: readonly unknown[], schema?: SchemaNode): unknown {
  if (isJson(last) && isJson(live) && schema?.atomic !== true) {
    const rest = mergedObject(live, {}, last, others.map(jsonOf), schema);
    return Object.keys(rest).length === 0 && others.length === 0 ? undefined : rest;
  }
  if (Array.isArray(last) && Array.isArray(live) && schema?.listKeys !== undefined) {
    const rest = mergedEntries(live, [], last, others.map(listOf), schema, schema.listKeys);
    return rest.length === 0 ? undefined : rest;
  }
  return others.length > 0 ? live : undefined;
}

/**
 * The fields on which the configuration differs from the object although another manager has applied them.
 */
export function applyConflicts(
  live: Json,
  config: Json,
  others: Applied,
  schema: SchemaNode,
): readonly ApplyConflict[] {
  return [...others].flatMap(([manager, other]) =>
    disputed(live, config, other, "", schema).map((field) => ({ manager, field })),
  );
}

function disputed(
  live: unknown,
  config: unknown,
  other: unknown,
  path: string,
  schema?: SchemaNode,
): readonly string[] {
  if (other === undefined || config === undefined || same(live, config)) return [];
  if (isJson(config) && isJson(other) && schema?.atomic !== true) {
    return Object.keys(config).flatMap((field) =>
      disputed(jsonOf(live)[field], config[field], other[field], `${path}.${field}`, childOf(schema, field)),
    );
  }
  const keys = schema?.listKeys;
  if (keys === undefined || !Array.isArray(config)) return [path];
  return config.flatMap((item) => {
    const twin = (list: unknown) => listOf(list).find((one) => isEntry(one, item, keys, schema?.items));
    const label = keys.map(
      (key) => `${key}=${JSON.stringify(jsonOf(item)[key] ?? schema?.items?.property(key)?.raw["default"])}`,
    );
    return disputed(twin(live), item, twin(other), `${path}[${label.join(",")}]`, schema?.items);
  });
}
