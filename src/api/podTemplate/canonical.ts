import { isJson, type Json } from "../json.ts";
import { canonicalQuantity } from "../quantity.ts";
import { memberOrder } from "./memberOrder.ts";

/** Writes a value as canonical JSON. */
export type Writer = (value: unknown) => string;

/** Writes one member of an object, or answers undefined when it is to be left out. */
type MemberWriter = (value: unknown) => string | undefined;

interface Member {
  readonly name: string;
  /** The quoted name and its colon. */
  readonly key: string;
  /** Whether it is written also when it is absent. */
  readonly always: boolean;
  readonly write: MemberWriter;
}

const types = new Map(
  memberOrder
    .replaceAll("\n  ", " ")
    .trim()
    .split("\n")
    .map((line): [string, readonly string[]] => {
      const colon = line.indexOf(":");
      return [
        line.slice(0, colon),
        line
          .slice(colon + 1)
          .trim()
          .split(", "),
      ];
    }),
);

/**
 * A writer of canonical JSON for a type of the member table: compact, members in the order of the table,
 * empty ones left out, keys of maps sorted, quantities in their stored form, `<`, `>` and `&` escaped.
 * Members that the table does not know are dropped, or kept behind the known ones with sorted keys. A value
 * of another shape than its type is written as it stands. Source: rollout-core 9.2.
 */
export function canonicalWriter(type: string, unknown: "drop" | "keep"): Writer {
  const made = new Map<string, Writer>();
  const writerOf = (name: string): Writer => {
    const before = made.get(name) ?? scalars.get(name);
    if (before !== undefined) return before;
    const members = (types.get(name) ?? []).map((text) => memberOf(text, writerOf));
    const writer = objectWriter(members, unknown);
    made.set(name, writer);
    return writer;
  };
  return writerOf(type);
}

/** Any JSON, compact and with sorted keys. */
export function sortedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(",")}]`;
  if (isJson(value)) return mapText(value, sortedJson);
  return typeof value === "string" ? quoted(value) : (JSON.stringify(value) ?? "null");
}

const scalars: ReadonlyMap<string, Writer> = new Map<string, Writer>([
  ["s", (value) => (typeof value === "string" ? quoted(value) : orZero(value, '""'))],
  ["i", (value) => orZero(value, "0")],
  ["b", (value) => orZero(value, "false")],
  ["raw", sortedJson],
  ["IntOrString", (value) => orZero(value, "0")],
  ["Quantity", (value) => (isQuantity(value) ? quoted(canonicalQuantity(value)) : orZero(value, '"0"'))],
  ["Time", (value) => (typeof value === "string" ? quoted(inSeconds(value)) : orZero(value, "null"))],
]);

const zeros = new Set<unknown>([undefined, null, "", 0, false]);
const omittedWhenZero = new Set(["s", "i", "b", "Time", "raw"]);

function memberOf(text: string, writerOf: (type: string) => Writer): Member {
  const [label = "", ...kind] = text.split(":");
  const always = label.endsWith("!");
  const name = always ? label.slice(0, -1) : label;
  return { name, key: `"${name}":`, always, write: memberWriter(kind, always, writerOf) };
}

function memberWriter(
  [kind = "", values = ""]: readonly string[],
  always: boolean,
  writerOf: (type: string) => Writer,
): MemberWriter {
  const absent = always ? "null" : undefined;
  if (kind === "map") return mapWriter(writerOf(values));
  if (kind.startsWith("[]")) return listWriter(writerOf(kind.slice(2)), always);
  if (kind.startsWith("*")) {
    const write = writerOf(kind.slice(1));
    return (value) => (value === undefined || value === null ? absent : write(value));
  }
  const write = writerOf(kind);
  if (always || !omittedWhenZero.has(kind)) return write;
  return (value) => (zeros.has(value) ? undefined : write(value));
}

function listWriter(write: Writer, always: boolean): MemberWriter {
  return (value) => {
    if (value === undefined || value === null) return always ? "null" : undefined;
    if (!Array.isArray(value)) return sortedJson(value);
    return value.length === 0 && !always ? undefined : `[${value.map((item) => write(item)).join(",")}]`;
  };
}

function mapWriter(write: Writer): MemberWriter {
  return (value) => {
    if (value === undefined || value === null) return undefined;
    if (!isJson(value)) return sortedJson(value);
    return Object.keys(value).length === 0 ? undefined : mapText(value, write);
  };
}

function objectWriter(members: readonly Member[], unknown: "drop" | "keep"): Writer {
  const known = new Set(members.map(({ name }) => name));
  return (value) => {
    if (value !== undefined && value !== null && !isJson(value)) return sortedJson(value);
    const given = value ?? {};
    const texts = knownMembers(members, given);
    if (unknown === "keep") texts.push(...unknownMembers(given, known));
    return `{${texts.join(",")}}`;
  };
}

function knownMembers(members: readonly Member[], given: Json): string[] {
  const texts: string[] = [];
  for (const { name, key, always, write } of members) {
    const member = given[name];
    const text = member === undefined && !always ? undefined : write(member);
    if (text !== undefined) texts.push(key + text);
  }
  return texts;
}

function unknownMembers(value: Json, known: ReadonlySet<string>): string[] {
  return Object.keys(value)
    .filter((name) => !known.has(name))
    .sort()
    .map((name) => `${quoted(name)}:${sortedJson(value[name])}`);
}

function mapText(map: Json, write: Writer): string {
  const texts = Object.keys(map)
    .sort()
    .map((key) => `${quoted(key)}:${write(map[key])}`);
  return `{${texts.join(",")}}`;
}

/** Printable ASCII without the characters that JSON or Kubernetes escapes. */
const plain = /^[ !#-%'-;=?-[\]-~]*$/;

function quoted(text: string): string {
  if (plain.test(text)) return `"${text}"`;
  return JSON.stringify(text.toWellFormed()).replace(/[<>&\u2028\u2029]/g, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

function orZero(value: unknown, zero: string): string {
  return value === undefined || value === null ? zero : sortedJson(value);
}

/** A time in UTC without fractions of a second, as the API server stores it. */
function inSeconds(text: string): string {
  const at = Date.parse(text);
  return Number.isNaN(at) ? text : new Date(at).toISOString().replace(/\.\d+Z$/, "Z");
}

function isQuantity(value: unknown): value is string | number {
  return typeof value === "string" || typeof value === "number";
}
