import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import {
  cloudWatch,
  compile,
  decoded,
  evaluate,
  float,
  floats,
  isEmpty,
  jsonResult,
  nothing,
  text,
  type Value,
} from "../../../src/analysis/expression/index.ts";

const fromJson: readonly (readonly [json: string, want: Value])[] = [
  ["[0.95, 1]", floats([0.95, 1])],
  ['["NaN", "+Inf", "-Inf", 2]', floats([Number.NaN, Infinity, -Infinity, 2])],
  ["[]", floats([])],
  ['"NaN"', float(Number.NaN)],
  ['"+Inf"', float(Infinity)],
  ['"other"', text("other")],
  ["5", float(5)],
  ["true", decoded(true)],
  ["null", nothing],
  ['["a", 1]', decoded(["a", 1])],
  ["[[1]]", decoded([[1]])],
  ['{"a":[1]}', decoded({ a: [1] })],
];
for (const [json, want] of fromJson) {
  test(`the result of ${json}`, () => deepEqual(jsonResult(JSON.parse(json)), want));
}

const empty: readonly (readonly [Value, boolean])[] = [
  [nothing, true],
  [floats([]), true],
  [decoded([]), true],
  [decoded(null), true],
  [decoded({}), false],
  [text(""), false],
  [float(0), false],
  [floats([0]), false],
];
for (const [value, want] of empty) {
  test(`emptiness of ${JSON.stringify(value)}`, () => equal(isEmpty(value), want));
}

const record = {
  Id: "a",
  Label: "latency",
  StatusCode: "Complete",
  Timestamps: [Date.parse("2024-01-01T00:05:00Z"), Date.parse("2024-01-01T00:00:00Z")],
  Values: [0.2, 0.1],
  Messages: [{ Code: "Slow", Value: "throttled" }],
};
const onRecords: readonly (readonly [string, true | string])[] = [
  ["result[0].Timestamps[0] - result[0].Timestamps[1] == duration('5m')", true],
  ["result[0].Timestamps[0].Year() == 2024", true],
  ["result[0].Messages[0].Code == 'Slow' and result[0].StatusCode == 'Complete'", true],
  ["'Id' in result[0]", true],
  ["max(result[0].Values) == 0.2", true],
  ["result[0].values[0] == 0.1", "type types.MetricDataResult has no field values"],
  ["result[0].Values[0] == '0.2'", "invalid operation: == (mismatched types float64 and string)"],
];
for (const [source, want] of onRecords) {
  test(`CloudWatch records: ${source}`, () => {
    const answer = (): unknown => {
      try {
        return evaluate(compile(source), cloudWatch([record]));
      } catch (error) {
        return error instanceof Error ? error.message : error;
      }
    };
    equal(answer(), want);
  });
}
