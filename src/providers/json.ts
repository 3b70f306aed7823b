import { isJson, type Json } from "../api/json.ts";

/** The JSON that a body says; undefined when it says none. */
export function parsedJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

/** The members of a JSON object; none of anything else. */
export function members(value: unknown): Json {
  return isJson(value) ? value : {};
}

/** The items of a JSON list; none of anything else. */
export function items(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

/**
 * Data as the status shows it: compact, the members of objects sorted, and `<`, `>`, `&` escaped as Go does
 * (analysis 3.4).
 */
export function compactJson(value: unknown): string {
  return (JSON.stringify(sorted(value)) ?? "null").replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (!isJson(value)) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, sorted(member)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}
