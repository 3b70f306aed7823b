import { Problem } from "../../../api/problem.ts";

const nanosPerSecond = 1_000_000_000n;

/** What a clock in the zone shows at the instant, and how far it is ahead of UTC. */
export interface Civil {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly nanosecond: number;
  /** 0 is Sunday. */
  readonly weekday: number;
  /** 1 to 366. */
  readonly yearDay: number;
  readonly offsetSeconds: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/**
 * The seconds that the zone is ahead of UTC at the instant. Throws a `Problem` for a zone that does not
 * exist.
 */
export function offsetSeconds(zone: string, nanos: bigint): number {
  if (zone === "UTC" || zone === "" || zone === "Local") return 0;
  const text = formatOf(zone)
    .formatToParts(Number(nanos / 1_000_000n))
    .find((part) => part.type === "timeZoneName");
  const [, sign, hours = "0", minutes = "0", seconds = "0"] =
    /GMT([+-])(\d+):(\d+)(?::(\d+))?/.exec(text?.value ?? "") ?? [];
  const size = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  return sign === "-" ? -size : size;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known !== undefined) return known;
  try {
    const format = new Intl.DateTimeFormat("en-US", { timeZone: zone, timeZoneName: "longOffset" });
    if (formats.size < 100) formats.set(zone, format);
    return format;
  } catch (error) {
    if (error instanceof RangeError) throw new Problem(`unknown time zone ${zone}`);
    throw error;
  }
}

/** What a clock in the zone shows. */
export function civil(nanos: bigint, zone: string): Civil {
  const ahead = offsetSeconds(zone, nanos);
  const local = nanos + BigInt(ahead) * nanosPerSecond;
  const nanosecond = Number(((local % nanosPerSecond) + nanosPerSecond) % nanosPerSecond);
  const seconds = Number((local - BigInt(nanosecond)) / nanosPerSecond);
  const date = new Date(seconds * 1_000);
  const year = date.getUTCFullYear();
  return {
    year,
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
    nanosecond,
    weekday: date.getUTCDay(),
    yearDay: Math.floor((seconds * 1_000 - utcMillis(year, 1, 1)) / 86_400_000) + 1,
    offsetSeconds: ahead,
  };
}

/** The instant at which a clock in the zone shows this; parts beyond their range carry over. */
export function nanosOf(
  parts: Pick<Civil, "year" | "month" | "day" | "hour" | "minute" | "second" | "nanosecond">,
  zone: string,
): bigint {
  const { year, month, day, hour, minute, second, nanosecond } = parts;
  const millis = utcMillis(year, month, day) + ((hour * 60 + minute) * 60 + second) * 1_000;
  const local = BigInt(millis) * 1_000_000n + BigInt(nanosecond);
  const guess = local - BigInt(offsetSeconds(zone, local)) * nanosPerSecond;
  return local - BigInt(offsetSeconds(zone, guess)) * nanosPerSecond;
}

/** Midnight of a day in UTC; years below 100 mean what they say. */
function utcMillis(year: number, month: number, day: number): number {
  const date = new Date(0);
  const millis = date.setUTCFullYear(year, month - 1, day);
  if (Number.isNaN(millis)) throw new Problem("time out of range");
  return millis;
}

/** How many days the month has. */
export function daysIn(year: number, month: number): number {
  return new Date(utcMillis(year, month + 1, 0)).getUTCDate();
}

/** An offset as a zone name: `+02:00`; none is UTC. */
export function fixedZone(offset: number): string {
  if (offset === 0) return "UTC";
  const minutes = Math.floor(Math.abs(offset) / 60);
  return `${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

export function two(value: number): string {
  return String(value).padStart(2, "0");
}
