import { type KubeObject, refOf } from "../api/object.ts";
import type { Patch } from "./effect.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * The merge patch (RFC 7386) that turns one value into another: fields that are gone become null, lists are
 * replaced as a whole. Undefined when nothing differs. A field that is undefined or null counts as absent.
 */
export function mergePatch(from: Fields, to: Fields): Readonly<Record<string, unknown>> | undefined {
  const patch: Record<string, unknown> = {};
  for (const name of Object.keys(from)) {
    if (isAbsent(to[name]) && !isAbsent(from[name])) patch[name] = null;
  }
  for (const [name, wanted] of Object.entries(to)) {
    const present = from[name];
    if (isAbsent(wanted)) continue;
    if (isFields(present) && isFields(wanted)) {
      const inner = mergePatch(present, wanted);
      if (inner !== undefined) patch[name] = inner;
    } else if (!isSame(present, wanted)) patch[name] = wanted;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/**
 * The merge patch that makes an object carry what is wanted, or nothing when it does already. In what is
 * wanted, null means that the field is to be absent; undefined, that it does not matter; only what differs is
 * sent.
 */
export function change(
  object: KubeObject,
  desired: Fields,
  why: string,
  more: Pick<Patch, "event" | "ifVersion" | "subresource"> = {},
): readonly Patch[] {
  const body = missing(object, desired);
  return body === undefined ? [] : [{ do: "patch", ref: refOf(object), type: "merge", body, why, ...more }];
}

/** The part of what is wanted that is not there. */
function missing(present: unknown, desired: Fields): Fields | undefined {
  const fields = isFields(present) ? present : {};
  const patch: Record<string, unknown> = {};
  for (const [name, wanted] of Object.entries(desired)) {
    if (wanted === undefined) continue;
    if (isFields(wanted) && (isFields(fields[name]) || isAbsent(fields[name]))) {
      const inner = missing(fields[name], wanted);
      if (inner !== undefined) patch[name] = inner;
    } else if (!isSame(fields[name], wanted)) patch[name] = wanted;
  }
  return Object.keys(patch).length === 0 ? undefined : patch;
}

/** Whether two JSON values are the same; the order of fields does not matter. */
export function isSame(a: unknown, b: unknown): boolean {
  if (a === b || (isAbsent(a) && isAbsent(b))) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((each, index) => isSame(each, b[index]));
  }
  if (!isFields(a) || !isFields(b)) return false;
  for (const name of Object.keys(a)) if (!isSame(a[name], b[name])) return false;
  for (const name of Object.keys(b)) if (!isAbsent(b[name]) && isAbsent(a[name])) return false;
  return true;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
