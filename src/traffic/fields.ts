import { isJson, type Json } from "../api/json.ts";

/** The JSON object in a field; an empty one when the field holds none. */
export function fieldsIn(holder: unknown, ...path: readonly string[]): Json {
  const found = path.reduce<unknown>((at, name) => (isJson(at) ? at[name] : undefined), holder);
  return isJson(found) ? found : {};
}

/** The JSON objects of the list in a field, in their order; none when the field holds no list. */
export function listIn(holder: unknown, ...path: readonly string[]): readonly Json[] {
  const found = path.reduce<unknown>((at, name) => (isJson(at) ? at[name] : undefined), holder);
  return Array.isArray(found) ? found.map((entry: unknown) => (isJson(entry) ? entry : {})) : [];
}

/** The text in a field, or undefined. */
export function textIn(holder: unknown, ...path: readonly string[]): string | undefined {
  const found = path.reduce<unknown>((at, name) => (isJson(at) ? at[name] : undefined), holder);
  return typeof found === "string" ? found : undefined;
}

/** The number in a field, also when it is written as text; undefined when there is none. */
export function numberIn(holder: unknown, name: string): number | undefined {
  const found = isJson(holder) ? holder[name] : undefined;
  if (typeof found === "number") return found;
  return typeof found === "string" && /^\d+$/.test(found) ? Number(found) : undefined;
}

/** The entry with this weight; itself when it has it already. */
export function weighted(entry: Json, weight: number, field = "weight"): Json {
  return entry[field] === weight ? entry : { ...entry, [field]: weight };
}
