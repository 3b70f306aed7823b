import { Problem } from "../../api/problem.ts";
import { type Frame, grow } from "./frame.ts";
import { formatTime } from "./time/layout.ts";
import { durationText, timeText } from "./time/methods.ts";
import {
  elementsOf,
  entriesOf,
  isDuration,
  isFunction,
  isList,
  isMap,
  isTime,
  isZone,
  typeName,
} from "./values.ts";

/** A float as Go prints it by default: the shortest digits, with an exponent below 1e-4 and from 1e6 on. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return "NaN";
  if (!Number.isFinite(value)) return value > 0 ? "+Inf" : "-Inf";
  if (Object.is(value, -0)) return "-0";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-4 || size >= 1e6)) {
    return value.toExponential().replace(/(?<=e[+-])\d$/, (digit) => `0${digit}`);
  }
  return String(value);
}

/** A value as Go's `%v` prints it: `[1 2]`, `map[a:1]`, `<nil>`. */
export function goText(value: unknown): string {
  if (typeof value === "string") return value;
  if (typeof value === "number") return floatText(value);
  if (value === null || value === undefined) return "<nil>";
  if (isTime(value)) return timeText(value);
  if (isDuration(value)) return durationText(value);
  if (isZone(value)) return value.zone;
  if (isList(value)) return `[${elementsOf(value).map(goText).join(" ")}]`;
  if (isMap(value)) {
    const entries = entriesOf(value).map(([key, entry]) => [goText(key), goText(entry)] as const);
    return `map[${entries
      .sort(byKey)
      .map((entry) => entry.join(":"))
      .join(" ")}]`;
  }
  return isFunction(value) ? "func" : String(value);
}

/**
 * A value as indented JSON with sorted keys, as the peer's `toJSON` writes it. Throws a `Problem` for what
 * JSON cannot say.
 */
export function jsonText(value: unknown, frame: Frame, indent = ""): string {
  grow(frame, 1);
  if (value === null || value === undefined) return "null";
  if (typeof value === "string") return jsonString(value);
  if (typeof value === "number") return jsonNumber(value);
  if (isTime(value)) return jsonString(formatTime(value, "2006-01-02T15:04:05.999999999Z07:00"));
  if (isDuration(value)) return String(value.nanos);
  if (value instanceof Uint8Array) return `"${Buffer.from(value).toString("base64")}"`;
  const inner = `${indent}  `;
  if (isList(value))
    return block(
      "[",
      elementsOf(value).map((item) => jsonText(item, frame, inner)),
      "]",
      indent,
    );
  if (!isMap(value)) {
    if (isFunction(value) || isZone(value)) throw new Problem(`json: unsupported type: ${typeName(value)}`);
    return String(value);
  }
  const entries = entriesOf(value).map(([key, item]) => [goText(key), jsonText(item, frame, inner)] as const);
  return block(
    "{",
    entries.sort(byKey).map(([key, item]) => `${jsonString(key)}: ${item}`),
    "}",
    indent,
  );
}

function block(open: string, parts: readonly string[], close: string, indent: string): string {
  if (parts.length === 0) return open + close;
  const line = `\n${indent}  `;
  return `${open}${line}${parts.join(`,${line}`)}\n${indent}${close}`;
}

function jsonString(text: string): string {
  return JSON.stringify(text).replace(
    /[<>&\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** JSON writes numbers as ECMAScript does. */
function jsonNumber(value: number): string {
  if (!Number.isFinite(value)) throw new Problem(`json: unsupported value: ${floatText(value)}`);
  return String(value);
}

function byKey([left]: readonly [string, string], [right]: readonly [string, string]): number {
  if (left === right) return 0;
  return left < right ? -1 : 1;
}
