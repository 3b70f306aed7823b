/** A JSON object whose fields are not known. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object (no array, not null). */
export function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The value as a JSON object; an empty one when it is none. */
export function jsonOf(value: unknown): Json {
  return isJson(value) ? value : nothing;
}

/** The value as a list; an empty one when it is none. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

const nothing: Json = Object.freeze({});

/**
 * A copy of a value from outside, as a JSON text would carry it: fields that are undefined are left out.
 * Nobody else can change it, and the caller keeps their own.
 */
export function imported<T>(value: T): T;
export function imported(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item) => (item === undefined ? null : imported(item)));
  if ("toJSON" in value && typeof value.toJSON === "function") return value.toJSON();
  const given = value as Json;
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(given)) {
    const item = given[key];
    if (item !== undefined) copy[key] = imported(item);
  }
  return copy;
}

/** Freezes what is new in a value; what is frozen already is shared and not looked into. */
export function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const item of Object.values(value)) frozen(item);
  return Object.freeze(value);
}

/** Whether two values say the same JSON; the order of fields does not matter. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((item, index) => same(item, b[index]));
  }
  if (Array.isArray(b)) return false;
  const mine = a as Json;
  const yours = b as Json;
  const keys = Object.keys(mine);
  if (keys.length !== Object.keys(yours).length) return false;
  return keys.every((key) => Object.hasOwn(yours, key) && same(mine[key], yours[key]));
}

/** The object without some of its fields. */
export function without(object: Json, ...fields: readonly string[]): Json {
  if (!fields.some((field) => Object.hasOwn(object, field))) return object;
  const rest: Record<string, unknown> = { ...object };
  for (const field of fields) delete rest[field];
  return rest;
}

/** The value at a path of field names, or undefined. */
export function valueAt(value: unknown, path: readonly string[]): unknown {
  let found = value;
  for (const field of path) found = isJson(found) && Object.hasOwn(found, field) ? found[field] : undefined;
  return found;
}

/** The object with the value at a path set; objects on the way are made where they are missing. */
export function withValueAt(object: Json, path: readonly string[], value: unknown): Json {
  const [field, ...rest] = path;
  if (field === undefined) return object;
  return { ...object, [field]: rest.length === 0 ? value : withValueAt(jsonOf(object[field]), rest, value) };
}

/** Fields that are missing get these values; the object itself when none is. */
export function filled(object: Json, defaults: Json): Json {
  const missing = Object.keys(defaults).filter(
    (field) => object[field] === undefined && defaults[field] !== undefined,
  );
  if (missing.length === 0) return object;
  const full: Record<string, unknown> = { ...object };
  for (const field of missing) full[field] = defaults[field];
  return full;
}
