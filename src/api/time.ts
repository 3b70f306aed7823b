import { Problem } from "./problem.ts";

/** A point in time, in milliseconds since 1970-01-01T00:00:00Z. */
export type Instant = number & { readonly unit: "milliseconds since 1970" };

/** A span of time in milliseconds; fractions stand for micro- and nanoseconds. */
export type Millis = number & { readonly unit: "milliseconds" };

/** Each unit of the duration syntax, in milliseconds. */
const units: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3], // U+00B5, the micro sign
  ["μs", 1e-3], // U+03BC, the Greek letter
  ["ms", 1],
  ["s", 1_000],
  ["m", 60_000],
  ["h", 3_600_000],
]);

/** The longest duration that the syntax can say: 2^63 nanoseconds, about 292 years. */
const longest = 2 ** 63 / 1e6;

const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** The instant that an RFC 3339 text names. Throws a `Problem` when it is none. */
export function instant(text: string): Instant {
  const at = timestamp.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new Problem(`"${text}" is not an RFC 3339 time`, { value: text });
  return at as Instant;
}

/** The instant as Kubernetes stores it: RFC 3339, UTC, whole seconds (`2024-05-01T12:00:00Z`). */
export function rfc3339(at: Instant): string {
  return `${new Date(at).toISOString().slice(0, -5)}Z`;
}

/** The instant this long after another one. */
export function later(at: Instant, span: Millis): Instant {
  return (at + span) as Instant;
}

/** The first instant that is strictly later: deadlines are compared with `>`. */
export function justAfter(at: Instant): Instant {
  return (at + 1) as Instant;
}

/** So many seconds. */
export function seconds(count: number): Millis {
  return (count * 1_000) as Millis;
}

/** The time that has passed from `start` until `end`; negative when `end` comes first. */
export function since(start: Instant, end: Instant): Millis {
  return (end - start) as Millis;
}

/** The first of the instants that are known, or undefined when none is. */
export function earliest(...instants: readonly (Instant | undefined)[]): Instant | undefined {
  const known = instants.filter((at) => at !== undefined);
  return known.length === 0 ? undefined : (Math.min(...known) as Instant);
}

/**
 * The span that a duration text says, in Go's syntax: a sign, then numbers each with a unit of `ns us µs
 * ms s m h` (`1h30m`, `1.5s`, `-2ms`); only `0` goes without unit. A number is seconds. Throws a
 * `Problem` with Go's words (analysis 1.1).
 */
export function duration(text: string | number): Millis {
  if (typeof text === "number") return seconds(text);

  const sign = /^[+-]/.exec(text)?.[0] ?? "";
  let rest = text.slice(sign.length);
  if (rest === "0") return 0 as Millis;
  if (rest === "") throw wrongDuration("invalid duration", text);

  let total = 0;
  while (rest !== "") {
    const [whole = "", number = "", unit = ""] = /^(\d+\.?\d*|\.\d+)([^.\d]*)/.exec(rest) ?? [];
    if (whole === "") throw wrongDuration("invalid duration", text);
    total += Number(number) * scaleOf(unit, text);
    rest = rest.slice(whole.length);
  }
  if (total >= longest) throw wrongDuration("invalid duration", text);
  return (sign === "-" && total > 0 ? -total : total) as Millis;
}

function scaleOf(unit: string, text: string): number {
  if (unit === "") throw wrongDuration("missing unit in duration", text);
  const scale = units.get(unit);
  if (scale === undefined) throw wrongDuration(`unknown unit ${JSON.stringify(unit)} in duration`, text);
  return scale;
}

function wrongDuration(what: string, text: string): Problem {
  return new Problem(`time: ${what} ${JSON.stringify(text)}`, { value: text });
}

/**
 * The seconds of a pause (rollout-core 2.4): a whole number, a text that is one and fits 32 bits, or a
 * duration text, cut to whole seconds. -1 when it is none of these.
 */
export function pauseSeconds(value: string | number): number {
  if (typeof value === "number") return Number.isInteger(value) ? value : -1;
  if (/^[+-]?\d+$/.test(value) && Number(value) === (Number(value) | 0)) return Number(value) | 0;
  try {
    return Math.trunc(duration(value) / 1_000);
  } catch (error) {
    if (error instanceof Problem) return -1;
    throw error;
  }
}

/** The span in Go's words: `1h0m0s`, `5m0s`, `1.5s`, `300ms`, `2µs`, `0s`. */
export function formatDuration(span: Millis): string {
  const nanos = Math.round(Math.abs(span) * 1e6);
  const sign = span < 0 && nanos > 0 ? "-" : "";
  if (nanos === 0) return "0s";
  if (nanos < 1e3) return `${sign}${nanos}ns`;
  if (nanos < 1e6) return `${sign}${nanos / 1e3}µs`;
  if (nanos < 1e9) return `${sign}${nanos / 1e6}ms`;

  const minutes = Math.floor(nanos / 60e9);
  const rest = (nanos - minutes * 60e9) / 1e9;
  if (minutes === 0) return `${sign}${rest}s`;
  return minutes < 60
    ? `${sign}${minutes}m${rest}s`
    : `${sign}${Math.floor(minutes / 60)}h${minutes % 60}m${rest}s`;
}
