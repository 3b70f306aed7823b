import {
  anyListType,
  boolType,
  floatListType,
  floatType,
  intType,
  mapType,
  nilType,
  type RecordType,
  stringType,
  type Type,
  timeType,
} from "./types.ts";
import { timeValue } from "./values.ts";

/**
 * What a provider found, as conditions see it: the value, and the type that they are checked against
 * (analysis 3.4).
 */
export interface Value {
  readonly type: Type;
  readonly value: unknown;
}

/** No value at all. */
export const nothing: Value = { type: nilType, value: null };

/** One float: a Prometheus scalar, the last point of a Datadog series. */
export function float(value: number): Value {
  return { type: floatType, value };
}

/** A list of floats: a Prometheus vector or matrix, a Graphite series. */
export function floats(values: Iterable<number>): Value {
  return { type: floatListType, value: Float64Array.from(values) };
}

/** A text, such as a body that is not JSON. */
export function text(value: string): Value {
  return { type: stringType, value };
}

/**
 * Decoded JSON: every number is a float, and nothing is known beforehand of what is inside a list or an
 * object.
 */
export function decoded(json: unknown): Value {
  if (json === null || json === undefined) return nothing;
  if (typeof json === "number") return float(json);
  if (typeof json === "bigint") return { type: intType, value: json };
  if (typeof json === "string") return text(json);
  if (typeof json === "boolean") return { type: boolType, value: json };
  return { type: Array.isArray(json) ? anyListType : mapType, value: json };
}

/** One result of a CloudWatch query, with the member names that conditions use. */
export interface CloudWatchRecord {
  readonly Id: string;
  readonly Label: string;
  readonly StatusCode: string;
  /** Milliseconds since 1970, in the order of the values. */
  readonly Timestamps: readonly number[];
  readonly Values: readonly number[];
  readonly Messages?: readonly { readonly Code: string; readonly Value: string }[];
}

const messageType: RecordType = {
  kind: "record",
  name: "types.MessageData",
  fields: new Map([
    ["Code", stringType],
    ["Value", stringType],
  ]),
};

const recordType: RecordType = {
  kind: "record",
  name: "types.MetricDataResult",
  fields: new Map<string, Type>([
    ["Id", stringType],
    ["Label", stringType],
    ["StatusCode", stringType],
    ["Messages", { kind: "list", name: "[]types.MessageData", of: messageType }],
    ["Timestamps", { kind: "list", name: "[]time.Time", of: timeType }],
    ["Values", floatListType],
  ]),
};

const recordListType: Type = { kind: "list", name: "[]types.MetricDataResult", of: recordType };

/**
 * What CloudWatch found: records with exactly the members `Id`, `Label`, `Messages`, `StatusCode`,
 * `Timestamps`, `Values`.
 */
export function cloudWatch(records: readonly CloudWatchRecord[]): Value {
  const value = records.map((record) => ({
    ...record,
    Messages: record.Messages ?? [],
    Timestamps: record.Timestamps.map((at) => timeValue(BigInt(Math.round(at)) * 1_000_000n, "UTC")),
    Values: Float64Array.from(record.Values),
  }));
  return { type: recordListType, value };
}

/** The floats that JSON cannot say, as Prometheus spells them. */
const spelt: ReadonlyMap<unknown, number> = new Map<unknown, number>([
  ["NaN", Number.NaN],
  ["Inf", Infinity],
  ["+Inf", Infinity],
  ["-Inf", -Infinity],
]);

/**
 * A value given as JSON on the command line: a list of numbers, or of the texts `NaN`, `+Inf` and `-Inf`,
 * is a list of floats as Prometheus gives it; one such text is a float; anything else is decoded JSON. An
 * empty list is one of floats.
 */
export function jsonResult(json: unknown): Value {
  if (spelt.has(json)) return float(spelt.get(json) ?? 0);
  if (!Array.isArray(json)) return decoded(json);
  const values = json.map((item: unknown) => (typeof item === "number" ? item : spelt.get(item)));
  return values.every((value) => value !== undefined) ? floats(values) : decoded(json);
}

/** Whether the provider found no data: nothing, or an empty list. An empty object or text is an answer. */
export function isEmpty({ value }: Value): boolean {
  if (value === null) return true;
  return (Array.isArray(value) || value instanceof Float64Array) && value.length === 0;
}
