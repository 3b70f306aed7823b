import { type KubeObject, refOf } from "../api/object.ts";
import type { Patch } from "./effect.ts";

type Fields = Readonly<Record<string, unknown>>;

/**
 * The merge patch (RFC 7386) that turns one value into another: fields that are gone become null, lists are
 * replaced as a whole. Undefined when nothing differs. A field that is undefined or null counts as absent.
 */
export function mergePatch(from: Fields, to: Fields): Fields | undefined {
  const added = Object.keys(to).filter((name) => !Object.hasOwn(from, name));
  return collected([...Object.keys(from), ...added], (name) => changeOf(from[name], to[name]));
}

function changeOf(before: unknown, after: unknown): unknown {
  if (before === after) return undefined;
  if (isAbsent(after)) return isAbsent(before) ? undefined : null;
  if (isFields(before) && isFields(after)) return mergePatch(before, after);
  return isSame(before, after) ? undefined : after;
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
function missing(present: Fields, desired: Fields): Fields | undefined {
  return collected(Object.keys(desired), (name) => missingAt(present[name], desired[name]));
}

function missingAt(present: unknown, wanted: unknown): unknown {
  if (wanted === undefined) return undefined;
  if (isFields(wanted) && isAbsent(present)) return missing({}, wanted);
  if (isFields(wanted) && isFields(present)) return missing(present, wanted);
  return isSame(present, wanted) ? undefined : wanted;
}

/** The changes by name, or undefined when there is none. */
function collected(names: readonly string[], changeAt: (name: string) => unknown): Fields | undefined {
  let changes: Record<string, unknown> | undefined;
  for (const name of names) {
    const found = changeAt(name);
    if (found === undefined) continue;
    changes ??= {};
    changes[name] = found;
  }
  return changes;
}

/** Whether two JSON values are the same; the order of fields does not matter. */
export function isSame(one: unknown, other: unknown): boolean {
  if (one === other || isAbsent(one) || isAbsent(other))
    return one === other || (isAbsent(one) && isAbsent(other));
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((each, index) => isSame(each, other[index]));
  }
  return isFields(one) && isFields(other) && haveSameFields(one, other);
}

function haveSameFields(one: Fields, other: Fields): boolean {
  const isNew = (name: string): boolean => !Object.hasOwn(one, name) && !isAbsent(other[name]);
  if (Object.keys(other).some(isNew)) return false;
  return Object.keys(one).every((name) => isSame(one[name], other[name]));
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
