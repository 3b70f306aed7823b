import { isJson } from "../api/json.ts";
import { isSame } from "../reconcile/diff.ts";

/**
 * Whether a value has all that is wanted; fields besides, which the API server fills in, do not matter. Lists
 * must be equally long, and a value without filters must not have any.
 */
export function covers(found: unknown, wanted: unknown): boolean {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(found) || found.length !== wanted.length) return false;
    return wanted.every((one, index) => covers(found[index], one));
  }
  if (!isJson(wanted)) return isSame(found, wanted);
  if (!isJson(found)) return false;
  const { filters } = found;
  if (Array.isArray(filters) && filters.length > 0 && wanted["filters"] === undefined) return false;
  return Object.entries(wanted).every(([name, value]) => covers(found[name], value));
}
