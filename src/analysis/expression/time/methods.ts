import { Problem } from "../../../api/problem.ts";
import { formatDuration, type Millis } from "../../../api/time.ts";
import {
  boolType,
  durationType,
  type FunctionType,
  floatType,
  int64Type,
  intType,
  stringType,
  type Type,
  timeType,
  zoneType,
} from "../types.ts";
import {
  type DurationValue,
  durationValue,
  isDuration,
  isTime,
  isZone,
  type TimeValue,
  timeValue,
  typeName,
  whole,
  type ZoneValue,
} from "../values.ts";
import { formatTime } from "./layout.ts";
import { type Civil, civil, nanosOf } from "./zone.ts";

/** A method of times or durations: what it takes and gives, and what it does. */
export interface Method<Base = unknown> {
  readonly type: FunctionType;
  readonly call: (base: Base, args: readonly unknown[]) => unknown;
}

function method<Base>(params: readonly Type[], result: Type, call: Method<Base>["call"]): Method<Base> {
  return { type: { kind: "function", name: "func", params, result }, call };
}

function part(field: Exclude<keyof Civil, "offsetSeconds">): Method<TimeValue> {
  return method([], intType, ({ nanos, zone }) => BigInt(civil(nanos, zone)[field]));
}

function unix(nanosPerUnit: bigint): Method<TimeValue> {
  return method([], int64Type, ({ nanos }) => floored(nanos, nanosPerUnit));
}

const timeMethods: ReadonlyMap<string, Method<TimeValue>> = new Map<string, Method<TimeValue>>([
  ["Year", part("year")],
  ["Month", part("month")],
  ["Day", part("day")],
  ["Hour", part("hour")],
  ["Minute", part("minute")],
  ["Second", part("second")],
  ["Nanosecond", part("nanosecond")],
  ["Weekday", part("weekday")],
  ["YearDay", part("yearDay")],
  ["Unix", unix(1_000_000_000n)],
  ["UnixMilli", unix(1_000_000n)],
  ["UnixMicro", unix(1_000n)],
  ["UnixNano", unix(1n)],
  ["Add", method([durationType], timeType, (at, [by]) => timeValue(at.nanos + span(by).nanos, at.zone))],
  ["Sub", method([timeType], durationType, (at, [from]) => durationValue(at.nanos - time(from).nanos))],
  ["AddDate", method([intType, intType, intType], timeType, addDate)],
  ["After", method([timeType], boolType, (at, [other]) => at.nanos > time(other).nanos)],
  ["Before", method([timeType], boolType, (at, [other]) => at.nanos < time(other).nanos)],
  ["Equal", method([timeType], boolType, (at, [other]) => at.nanos === time(other).nanos)],
  ["Compare", method([timeType], intType, (at, [other]) => BigInt(sign(at.nanos - time(other).nanos)))],
  ["IsZero", method([], boolType, ({ nanos }) => nanos === -62_135_596_800_000_000_000n)],
  ["Format", method([stringType], stringType, (at, [layout]) => formatTime(at, String(layout)))],
  ["String", method([], stringType, timeText)],
  ["UTC", method([], timeType, ({ nanos }) => timeValue(nanos, "UTC"))],
  ["Local", method([], timeType, ({ nanos }) => timeValue(nanos, "UTC"))],
  ["In", method([zoneType], timeType, ({ nanos }, [where]) => timeValue(nanos, zone(where).zone))],
  [
    "Truncate",
    method([durationType], timeType, (at, [to]) => timeValue(stepped(at.nanos, span(to).nanos), at.zone)),
  ],
]);

const durationMethods: ReadonlyMap<string, Method<DurationValue>> = new Map<string, Method<DurationValue>>([
  ["Hours", method([], floatType, ({ nanos }) => Number(nanos) / 3_600e9)],
  ["Minutes", method([], floatType, ({ nanos }) => Number(nanos) / 60e9)],
  ["Seconds", method([], floatType, ({ nanos }) => Number(nanos) / 1e9)],
  ["Milliseconds", method([], int64Type, ({ nanos }) => nanos / 1_000_000n)],
  ["Microseconds", method([], int64Type, ({ nanos }) => nanos / 1_000n)],
  ["Nanoseconds", method([], int64Type, ({ nanos }) => nanos)],
  ["Abs", method([], durationType, ({ nanos }) => durationValue(nanos < 0n ? -nanos : nanos))],
  ["String", method([], stringType, durationText)],
  [
    "Truncate",
    method([durationType], durationType, ({ nanos }, [to]) =>
      durationValue(truncated(nanos, span(to).nanos)),
    ),
  ],
  [
    "Round",
    method([durationType], durationType, ({ nanos }, [to]) => durationValue(rounded(nanos, span(to).nanos))),
  ],
]);

/** The methods that values of this type have, or undefined when they have none. */
export function methodsOf(type: Type): ReadonlyMap<string, { readonly type: FunctionType }> | undefined {
  if (type.kind === "time") return timeMethods;
  return type.kind === "duration" ? durationMethods : undefined;
}

/** The method of a time or duration with this name, or undefined. */
export function methodOf(base: TimeValue | DurationValue, name: unknown): Method | undefined {
  if (typeof name !== "string") return undefined;
  const methods: ReadonlyMap<string, Method<never>> = isTime(base) ? timeMethods : durationMethods;
  return methods.get(name) as Method | undefined;
}

/** A time as Go prints it. */
export function timeText(at: TimeValue): string {
  return formatTime(at, "2006-01-02 15:04:05.999999999 -0700 MST");
}

/** A duration as Go prints it. */
export function durationText({ nanos }: DurationValue): string {
  return formatDuration((Number(nanos) / 1e6) as Millis);
}

function addDate(at: TimeValue, [years, months, days]: readonly unknown[]): TimeValue {
  const parts = civil(at.nanos, at.zone);
  const moved = {
    ...parts,
    year: parts.year + Number(whole(years)),
    month: parts.month + Number(whole(months)),
    day: parts.day + Number(whole(days)),
  };
  return timeValue(nanosOf(moved, at.zone), at.zone);
}

function time(value: unknown): TimeValue {
  if (isTime(value)) return value;
  throw new Problem(`cannot use ${typeName(value)} as type time.Time`);
}

function span(value: unknown): DurationValue {
  if (isDuration(value)) return value;
  throw new Problem(`cannot use ${typeName(value)} as type time.Duration`);
}

function zone(value: unknown): ZoneValue {
  if (isZone(value)) return value;
  throw new Problem(`cannot use ${typeName(value)} as type *time.Location`);
}

function sign(value: bigint): number {
  if (value === 0n) return 0;
  return value < 0n ? -1 : 1;
}

function floored(value: bigint, by: bigint): bigint {
  return value >= 0n || value % by === 0n ? value / by : value / by - 1n;
}

/** Down to a multiple of the step. */
function stepped(value: bigint, step: bigint): bigint {
  return step <= 0n ? value : floored(value, step) * step;
}

function truncated(value: bigint, step: bigint): bigint {
  return step <= 0n ? value : value - (value % step);
}

/** To the nearest multiple of the step, halves away from zero. */
function rounded(value: bigint, step: bigint): bigint {
  if (step <= 0n) return value;
  const half = value < 0n ? -step : step;
  return truncated(value * 2n + half, step * 2n) / 2n;
}
