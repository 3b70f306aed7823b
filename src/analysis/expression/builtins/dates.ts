import { Problem } from "../../../api/problem.ts";
import { duration } from "../../../api/time.ts";
import type { Frame } from "../frame.ts";
import { parseTime } from "../time/layout.ts";
import { offsetSeconds } from "../time/zone.ts";
import { durationType, stringType, timeType, zoneType } from "../types.ts";
import { durationValue, type TimeValue, timeValue, zoneValue } from "../values.ts";
import { type Builtin, signature, text } from "./signature.ts";

/** The layouts that `date` tries when it is given none. */
const layouts: readonly string[] = [
  "2006-01-02",
  "15:04:05",
  "2006-01-02 15:04:05",
  "2006-01-02T15:04:05Z07:00",
  "02 Jan 06 15:04 MST",
  "Monday, 02-Jan-06 15:04:05 MST",
  "Mon, 02 Jan 2006 15:04:05 MST",
];

/** Functions on times and durations. */
export const dateBuiltins: Readonly<Record<string, Builtin>> = {
  now: signature([], timeType, (_args, frame) => now(frame)),
  duration: signature([stringType], durationType, ([value]) => {
    return durationValue(BigInt(Math.round(duration(text(value)) * 1e6)));
  }),
  date: signature(
    [stringType, stringType, stringType],
    timeType,
    ([value, layout, zone = "UTC"]) => {
      checkZone(text(zone));
      return layout === undefined ? anyDate(text(value)) : parseTime(text(value), text(layout), text(zone));
    },
    2,
  ),
  timezone: signature([stringType], zoneType, ([zone]) => {
    checkZone(text(zone));
    return zoneValue(text(zone) === "" ? "UTC" : text(zone));
  }),
};

/** The present, as the caller of the expression knows it. */
function now({ now: at }: Frame): TimeValue {
  if (at === undefined) throw new Problem("now() is not available here");
  return timeValue(BigInt(Math.floor(at)) * 1_000_000n, "UTC");
}

function checkZone(zone: string): void {
  offsetSeconds(zone, 0n);
}

function anyDate(value: string): TimeValue {
  for (const layout of layouts) {
    try {
      return parseTime(value, layout, "UTC");
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
    }
  }
  throw new Problem(`invalid date ${value}`);
}
