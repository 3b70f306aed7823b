import { isJson, type Json, same } from "../json.ts";

/** The value with a merge patch (RFC 7386) applied: null removes, objects merge, the rest replaces. */
export function mergePatched(target: unknown, patch: Json): Json {
  const result: Record<string, unknown> = isJson(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete result[field];
    else result[field] = isJson(value) ? mergePatched(result[field], value) : sameOr(result[field], value);
  }
  return result;
}

/** Keeps the old value where the new one says the same, so that unchanged parts stay shared. */
function sameOr(old: unknown, value: unknown): unknown {
  return same(old, value) ? old : value;
}
