import { Problem } from "../../../api/problem.ts";
import { type TimeValue, timeValue } from "../values.ts";
import { type Civil, civil, daysIn, fixedZone, nanosOf, two } from "./zone.ts";

const months = "January February March April May June July August September October November December".split(
  " ",
);
const weekdays = "Sunday Monday Tuesday Wednesday Thursday Friday Saturday".split(" ");

/** Each word of Go's reference time, longest first where one begins with another. */
const word = new RegExp(
  [
    "January|Jan|Monday|Mon|MST|2006|__2|_2|002|0[1-6]|15|PM|pm",
    "Z07:00:00|Z070000|Z07:00|Z0700|Z07|-07:00:00|-070000|-07:00|-0700|-07",
    "[.,]0+(?!\\d)|[.,]9+(?!\\d)|[1-5]",
  ].join("|"),
  "g",
);

/** What parsing collects before it is a time. */
type Parts = { -readonly [K in keyof Civil]?: Civil[K] } & { pm?: boolean; zone?: string };

interface Word {
  /** What the word looks like in a text, as a regular expression. */
  readonly pattern: string;
  readonly read: (text: string, parts: Parts) => void;
  readonly write: (at: Civil) => string;
}

function digits(pattern: string, field: keyof Civil, width: number, pad = "0"): Word {
  return {
    pattern,
    read: (text, parts) => {
      parts[field] = Number(text);
    },
    write: (at) => String(at[field]).padStart(width, pad),
  };
}

function name(list: readonly string[], field: "month" | "weekday", from: number, length?: number): Word {
  const names = list.map((entry) => entry.slice(0, length));
  return {
    pattern: names.join("|"),
    read: (text, parts) => {
      parts[field] = names.findIndex((entry) => entry.toLowerCase() === text.toLowerCase()) + from;
    },
    write: (at) => names[at[field] - from] ?? "",
  };
}

const twelve: Word["write"] = ({ hour }) => String(hour % 12 === 0 ? 12 : hour % 12);

const words: ReadonlyMap<string, Word> = new Map<string, Word>([
  ["January", name(months, "month", 1)],
  ["Jan", name(months, "month", 1, 3)],
  ["Monday", name(weekdays, "weekday", 0)],
  ["Mon", name(weekdays, "weekday", 0, 3)],
  ["2006", { ...digits("\\d{4}", "year", 4) }],
  ["06", { ...digits("\\d{2}", "year", 2), read: shortYear, write: ({ year }) => two(year % 100) }],
  ["01", digits("\\d{2}", "month", 2)],
  ["1", digits("\\d{1,2}", "month", 1)],
  ["02", digits("\\d{2}", "day", 2)],
  ["_2", digits(" ?\\d{1,2}", "day", 2, " ")],
  ["2", digits("\\d{1,2}", "day", 1)],
  ["002", digits("\\d{3}", "yearDay", 3)],
  ["__2", digits(" {0,2}\\d{1,3}", "yearDay", 3, " ")],
  ["15", digits("\\d{2}", "hour", 2)],
  ["03", { ...digits("\\d{2}", "hour", 2), write: (at) => twelve(at).padStart(2, "0") }],
  ["3", { ...digits("\\d{1,2}", "hour", 1), write: twelve }],
  ["04", digits("\\d{2}", "minute", 2)],
  ["4", digits("\\d{1,2}", "minute", 1)],
  ["05", seconds("\\d{2}", 2)],
  ["5", seconds("\\d{1,2}", 1)],
  ["PM", half("AM|PM", (text) => text)],
  ["pm", half("am|pm", (text) => text.toLowerCase())],
  ["MST", { pattern: "[A-Z]{3,4}|[+-]\\d{2}", read: namedZone, write: (at) => zoneName(at.offsetSeconds) }],
]);

/** Seconds may carry a fraction that the layout does not mention. */
function seconds(pattern: string, width: number): Word {
  return {
    pattern: `${pattern}(?:[.,]\\d+)?`,
    read: (text, parts) => {
      const [whole = "", fraction] = text.split(/[.,]/);
      parts.second = Number(whole);
      if (fraction !== undefined) parts.nanosecond = Number(fraction.slice(0, 9).padEnd(9, "0"));
    },
    write: (at) => String(at.second).padStart(width, "0"),
  };
}

function half(pattern: string, cased: (text: string) => string): Word {
  return {
    pattern,
    read: (text, parts) => {
      parts.pm = text.toUpperCase() === "PM";
    },
    write: ({ hour }) => cased(hour >= 12 ? "PM" : "AM"),
  };
}

function shortYear(text: string, parts: Parts): void {
  const year = Number(text);
  parts.year = year >= 69 ? 1900 + year : 2000 + year;
}

function namedZone(text: string, parts: Parts): void {
  if (/^[+-]/.test(text)) parts.zone = `${text}:00`;
  else if (text === "UTC" || text === "GMT") parts.zone = "UTC";
}

/** A zone without a name of its own is called by its offset. */
function zoneName(offset: number): string {
  return fixedZone(offset).replace(":", "");
}

/** Offsets and fractions of a second, whose words say how they are spelt. */
function spelt(token: string): Word {
  if (/^[.,]/.test(token)) return fraction(token);
  const colon = token.includes(":") ? ":" : "";
  const parts = token.replace(/[Z:-]/g, "").length / 2;
  const numbers = `[+-]\\d{2}${`${colon}\\d{2}`.repeat(parts - 1)}`;
  return {
    pattern: token.startsWith("Z") ? `Z|${numbers}` : numbers,
    read: (text, into) => {
      const [hours = "0", minutes = "0"] = text.replace(/[^\d]/g, "").match(/../g) ?? [];
      const offset = Number(hours) * 3_600 + Number(minutes) * 60;
      into.zone = fixedZone(text.startsWith("-") ? -offset : offset);
    },
    write: ({ offsetSeconds }) => {
      if (token.startsWith("Z") && offsetSeconds === 0) return "Z";
      const size = Math.abs(offsetSeconds);
      const all = [size / 3_600, (size / 60) % 60, size % 60].map((part) => two(Math.floor(part)));
      return (offsetSeconds < 0 ? "-" : "+") + all.slice(0, parts).join(colon);
    },
  };
}

function fraction(token: string): Word {
  const optional = token.includes("9");
  const places = token.length - 1;
  return {
    pattern: optional ? "(?:[.,]\\d+)?" : `[.,]\\d{${places}}`,
    read: (text, parts) => {
      if (text !== "") parts.nanosecond = Number(text.slice(1, 10).padEnd(9, "0"));
    },
    write: ({ nanosecond }) => {
      const all = String(nanosecond).padStart(9, "0").slice(0, places);
      const kept = optional ? all.replace(/0+$/, "") : all;
      return kept === "" ? "" : `${token.charAt(0)}${kept}`;
    },
  };
}

function wordOf(token: string): Word {
  return words.get(token) ?? spelt(token);
}

/** The time in the words of a Go layout. */
export function formatTime({ nanos, zone }: TimeValue, layout: string): string {
  const at = civil(nanos, zone);
  return layout.replace(word, (token) => wordOf(token).write(at));
}

/**
 * The time that a text says in a Go layout; without an offset it is told in the zone. Throws a `Problem`
 * when it does not fit.
 */
export function parseTime(text: string, layout: string, zone: string): TimeValue {
  const tokens = layout.match(word) ?? [];
  const between = layout.split(word).map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const found = tokens.map(wordOf);
  const source =
    found.map((entry, at) => `${between[at] ?? ""}(${entry.pattern})`).join("") + (between.at(-1) ?? "");
  const match = new RegExp(`^${source}$`, "i").exec(text);
  if (match === null)
    throw new Problem(`parsing time ${quote(text)} as ${quote(layout)}: cannot parse ${quote(text)}`);

  const parts: Parts = {};
  found.forEach((entry, at) => {
    entry.read(match[at + 1] ?? "", parts);
  });
  return assembled(parts, text, zone);
}

function assembled(parts: Parts, text: string, zone: string): TimeValue {
  const { year = 0, month = 1, day = parts.yearDay ?? 1, minute = 0, second = 0, nanosecond = 0, pm } = parts;
  const hour = pm === undefined ? (parts.hour ?? 0) : ((parts.hour ?? 0) % 12) + (pm ? 12 : 0);
  const ranges = {
    month: month >= 1 && month <= 12,
    hour: hour < 24,
    minute: minute < 60,
    second: second < 60,
  };
  const wrong = Object.entries(ranges).find(([, fits]) => !fits)?.[0];
  if (wrong !== undefined) throw new Problem(`parsing time ${quote(text)}: ${wrong} out of range`);
  if (day < 1 || (parts.yearDay === undefined && day > daysIn(year, month))) {
    throw new Problem(`parsing time ${quote(text)}: day out of range`);
  }
  const told = parts.zone ?? zone;
  return timeValue(nanosOf({ year, month, day, hour, minute, second, nanosecond }, told), told);
}

function quote(text: string): string {
  return JSON.stringify(text);
}
