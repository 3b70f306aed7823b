import { Problem } from "../../../api/problem.ts";
import { type Frame, grow } from "../frame.ts";
import { anyListType, boolType, intType, stringListType, stringType } from "../types.ts";
import { elementsOf, whole } from "../values.ts";
import { type Builtin, list, signature, text } from "./signature.ts";

/** Functions on texts. Positions count bytes, as in Go. */
export const textBuiltins: Readonly<Record<string, Builtin>> = {
  trim: signature([stringType, stringType], stringType, ([value, set]) => trim(text(value), set), 1),
  trimPrefix: signature(
    [stringType, stringType],
    stringType,
    ([value, part = " "]) => withoutPrefix(text(value), text(part)),
    1,
  ),
  trimSuffix: signature(
    [stringType, stringType],
    stringType,
    ([value, part = " "]) => withoutSuffix(text(value), text(part)),
    1,
  ),
  upper: signature([stringType], stringType, ([value]) => text(value).toUpperCase()),
  lower: signature([stringType], stringType, ([value]) => text(value).toLowerCase()),
  split: signature(
    [stringType, stringType, intType],
    stringListType,
    ([value, part, limit], frame) => split(text(value), text(part), limit, frame),
    1,
  ),
  splitAfter: signature(
    [stringType, stringType, intType],
    stringListType,
    ([value, part, limit], frame) => splitAfter(text(value), text(part), limit, frame),
    1,
  ),
  replace: signature(
    [stringType, stringType, stringType, intType],
    stringType,
    ([value, old, by, limit], frame) => replace(text(value), text(old), text(by), limit, frame),
    1,
  ),
  repeat: signature([stringType, intType], stringType, ([value, times], frame) =>
    repeat(text(value), times, frame),
  ),
  join: signature([anyListType, stringType], stringType, join, 1),
  indexOf: signature([stringType, stringType], intType, ([value, part]) => {
    return bytePosition(text(value), text(value).indexOf(text(part)));
  }),
  lastIndexOf: signature([stringType, stringType], intType, ([value, part]) => {
    return bytePosition(text(value), text(value).lastIndexOf(text(part)));
  }),
  hasPrefix: signature([stringType, stringType], boolType, ([value, part]) =>
    text(value).startsWith(text(part)),
  ),
  hasSuffix: signature([stringType, stringType], boolType, ([value, part]) =>
    text(value).endsWith(text(part)),
  ),
};

/** Without the characters of the set at both ends; without a set, without white space. */
function trim(value: string, set: unknown): string {
  if (set === undefined) return value.trim();
  const characters = Array.from(value);
  const unwanted = new Set(text(set));
  const first = characters.findIndex((character) => !unwanted.has(character));
  const last = characters.findLastIndex((character) => !unwanted.has(character));
  return first < 0 ? "" : characters.slice(first, last + 1).join("");
}

function withoutPrefix(value: string, part: string): string {
  return value.startsWith(part) ? value.slice(part.length) : value;
}

function withoutSuffix(value: string, part: string): string {
  return part !== "" && value.endsWith(part) ? value.slice(0, -part.length) : value;
}

/** The parts between the separators; with a limit, the last part keeps the rest. */
function split(value: string, separator: string, limit: unknown, frame: Frame): readonly string[] {
  const parts = separator === "" ? Array.from(value) : value.split(separator);
  grow(frame, parts.length);
  const most = limit === undefined ? -1 : Number(whole(limit));
  if (most < 0 || parts.length <= most) return parts;
  return most === 0 ? [] : [...parts.slice(0, most - 1), parts.slice(most - 1).join(separator)];
}

function splitAfter(value: string, separator: string, limit: unknown, frame: Frame): readonly string[] {
  const parts = split(value, separator, limit, frame);
  return parts.map((part, at) => (at < parts.length - 1 ? part + separator : part));
}

function replace(value: string, old: string, by: string, limit: unknown, frame: Frame): string {
  const most = limit === undefined ? -1 : Number(whole(limit));
  const parts = replaceable(value, old);
  const count = most < 0 ? parts.length - 1 : Math.min(most, parts.length - 1);
  grow(frame, (count * by.length) >> 4);
  return (
    parts.slice(0, count + 1).join(by) +
    parts
      .slice(count + 1)
      .map((part) => old + part)
      .join("")
  );
}

/** What stands between the places to replace; nothing is found before and after every character. */
function replaceable(value: string, old: string): readonly string[] {
  return old === "" ? ["", ...Array.from(value), ""] : value.split(old);
}

function repeat(value: string, times: unknown, frame: Frame): string {
  const count = Number(whole(times));
  if (count < 0) throw new Problem("strings: negative Repeat count");
  if (count * Math.max(value.length, 1) > 1_000_000) throw new Problem("memory budget exceeded");
  grow(frame, (count * value.length) >> 4);
  return value.repeat(count);
}

function join([value, glue = ""]: readonly unknown[], frame: Frame, name: string): string {
  const parts = elementsOf(list(value, name)).map(text);
  grow(frame, parts.reduce((size, part) => size + part.length + text(glue).length, 0) >> 4);
  return parts.join(text(glue));
}

function bytePosition(value: string, position: number): bigint {
  return BigInt(position <= 0 ? position : new TextEncoder().encode(value.slice(0, position)).length);
}
