import { isJson, type Json } from "../api/json.ts";
import { annotation } from "../api/labels.ts";
import { type KubeObject, refOf } from "../api/object.ts";
import { isSame } from "../reconcile/diff.ts";
import type { EventNote, Patch } from "../reconcile/effect.ts";

/** One operation of a JSON patch (RFC 6902). */
type Operation =
  | { readonly op: "test" | "add" | "replace"; readonly path: string; readonly value: unknown }
  | { readonly op: "remove"; readonly path: string };

/** What a list entry is known by; it is tested before anything inside the entry is changed. */
const identifying = ["name", "serviceName", "destination", "virtualNodeRef", "host"];

/**
 * The JSON patch that turns an object into another, or nothing when they are the same. It names only what
 * differs, and tests what stands at each position that it relies on, and every old value that is no weight:
 * what others change elsewhere survives, and what has moved or changed since it was seen makes the request
 * fail, so that the decision is made again.
 */
export function narrow(
  object: KubeObject,
  after: KubeObject,
  why: string,
  event?: EventNote,
): readonly Patch[] {
  const compare = compared("", object, after);
  if (compare.length === 0) return [];
  const steps = [...noteTests(object), ...compare];
  const tests = steps.filter(({ op }) => op === "test");
  const body = [...unique(tests), ...steps.filter(({ op }) => op !== "test")];
  return [
    { do: "patch", ref: refOf(object), type: "json", body, why, ...(event === undefined ? {} : { event }) },
  ];
}

/**
 * The notes of Rollouts are as they were seen: what was decided before an object was cleaned up is not
 * written to it afterwards.
 */
function noteTests({ metadata }: KubeObject): readonly Operation[] {
  const value = metadata.annotations?.[annotation.routing];
  const path = `/metadata/annotations/${annotation.routing.replaceAll("/", "~1")}`;
  return value === undefined ? [] : [{ op: "test", path, value }];
}

function unique(tests: readonly Operation[]): readonly Operation[] {
  return [...new Map(tests.map((test) => [test.path, test])).values()];
}

function compared(path: string, before: unknown, after: unknown): readonly Operation[] {
  if (before === after || isSame(before, after)) return [];
  if (isJson(before) && isJson(after)) return comparedFields(path, before, after);
  if (Array.isArray(before) && Array.isArray(after)) return comparedLists(path, before, after);
  const replace: Operation = { op: "replace", path, value: after };
  return typeof before === "number" ? [replace] : [{ op: "test", path, value: before }, replace];
}

function comparedFields(path: string, before: Json, after: Json): readonly Operation[] {
  const names = new Set([...Object.keys(before), ...Object.keys(after)]);
  return [...names].flatMap((name): readonly Operation[] => {
    const at = `${path}/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;
    const value = after[name];
    const had = isSet(before[name]);
    if (!isSet(value)) return had ? [{ op: "remove", path: at }] : [];
    if (had) return compared(at, before[name], value);
    const add: Operation = { op: "add", path: at, value };
    return typeof value === "number" ? [add] : [{ op: "test", path: at, value: null }, add];
  });
}

/** Entries that correspond are compared in place; those between the ones that do are taken out and put in. */
function comparedLists(
  path: string,
  before: readonly unknown[],
  after: readonly unknown[],
): readonly Operation[] {
  const equallyLong = before.length === after.length;
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && isAligned(before[head], after[head], equallyLong)) head += 1;
  let tail = 0;
  while (tail < shorter - head && isAligned(before.at(-1 - tail), after.at(-1 - tail), equallyLong))
    tail += 1;

  const inPlace = before.flatMap((entry, index) => {
    if (index >= head && index < before.length - tail) return [];
    const other = index < head ? after[index] : after[index - before.length + after.length];
    return entryChange(`${path}/${index}`, entry, other);
  });
  const gone = before.slice(head, before.length - tail);
  const put = after.slice(head, after.length - tail);
  return [...inPlace, ...replacement(path, before, head, gone, put)];
}

function entryChange(path: string, before: unknown, after: unknown): readonly Operation[] {
  const changes = compared(path, before, after);
  return changes.length === 0 ? [] : [...identityTests(path, before), ...changes];
}

function replacement(
  path: string,
  before: readonly unknown[],
  from: number,
  gone: readonly unknown[],
  put: readonly unknown[],
): readonly Operation[] {
  if (gone.length === 0 && put.length === 0) return [];
  const neighbours = [from - 1, from + gone.length].filter((index) => index >= 0 && index < before.length);
  return [
    ...neighbours.flatMap((index) => placeTests(`${path}/${index}`, before[index])),
    ...gone.map((value, index): Operation => ({ op: "test", path: `${path}/${from + index}`, value })),
    ...gone.map((): Operation => ({ op: "remove", path: `${path}/${from}` })),
    ...put.map((value, index): Operation => ({ op: "add", path: `${path}/${from + index}`, value })),
  ];
}

/**
 * Entries correspond when they are the same, have the same identity, or have none and stand in the same
 * place.
 */
function isAligned(before: unknown, after: unknown, equallyLong: boolean): boolean {
  if (isSame(before, after)) return true;
  const one = identityOf(before);
  const other = identityOf(after);
  if (one.length === 0 && other.length === 0) return equallyLong;
  return isSame(one, other);
}

function identityTests(path: string, entry: unknown): readonly Operation[] {
  return identityOf(entry).map(([name, value]) => ({ op: "test", path: `${path}/${name}`, value }));
}

/** An entry without identity is known by all that it holds. */
function placeTests(path: string, entry: unknown): readonly Operation[] {
  const tests = identityTests(path, entry);
  return tests.length > 0 ? tests : [{ op: "test", path, value: entry }];
}

function identityOf(entry: unknown): readonly (readonly [name: string, value: unknown])[] {
  if (!isJson(entry)) return [];
  return identifying.flatMap((name) => (isSet(entry[name]) ? [[name, entry[name]] as const] : []));
}

function isSet(value: unknown): boolean {
  return value !== undefined && value !== null;
}
