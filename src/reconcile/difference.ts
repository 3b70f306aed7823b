import { isJson, type Json } from "../api/json.ts";

/**
 * The merge patch (RFC 7386) that turns one JSON object into another: only what differs, gone members as
 * null. Undefined when they say the same. Lists are replaced whole; a member that is undefined is one that is
 * not there.
 */
export function difference(before: Json, after: Json): Json | undefined {
  const members = new Set([...Object.keys(before), ...Object.keys(after)]);
  const changes = [...members].flatMap((member) => {
    const change = changeOf(before[member], after[member]);
    return change === undefined ? [] : [[member, change]];
  });
  return changes.length === 0 ? undefined : Object.fromEntries(changes);
}

function changeOf(before: unknown, after: unknown): unknown {
  if (after === undefined) return before === undefined ? undefined : null;
  if (isJson(before) && isJson(after)) return difference(before, after);
  return isSame(before, after) ? undefined : after;
}

/** Whether two JSON values say the same, whatever the order of their members. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((item, index) => isSame(item, other[index]));
  }
  if (isJson(one) && isJson(other)) return difference(one, other) === undefined;
  return one === other;
}
