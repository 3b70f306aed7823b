import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import {
  decoded,
  float,
  floats,
  nothing,
  outcomeOf,
  type Value,
} from "../../../src/analysis/expression/index.ts";

const matrix: readonly (readonly [success: string, failure: string, phase: string])[] = [
  ["", "", "Successful"],
  ["true", "", "Successful"],
  ["false", "", "Failed"],
  ["", "true", "Failed"],
  ["", "false", "Successful"],
  ["true", "true", "Failed"],
  ["true", "false", "Successful"],
  ["false", "true", "Failed"],
  ["false", "false", "Inconclusive"],
];
for (const [successCondition, failureCondition, phase] of matrix) {
  test(`outcome of success "${successCondition}" and failure "${failureCondition}"`, () => {
    deepEqual(outcomeOf({ result: float(1), successCondition, failureCondition }), { phase });
  });
}

const noData = "metric result is nil or empty: no data returned from the metric provider";
const messages: readonly (readonly [Value, object, string])[] = [
  [float(1), { successCondition: "foo" }, 'could not evaluate successCondition "foo": unknown name foo'],
  [float(1), { failureCondition: "foo" }, 'could not evaluate failureCondition "foo": unknown name foo'],
  [
    float(1),
    { successCondition: "foo", failureCondition: "bar" },
    'could not evaluate successCondition "foo": unknown name foo',
  ],
  [
    float(1),
    { successCondition: "false", failureCondition: "bar" },
    'could not evaluate failureCondition "bar": unknown name bar',
  ],
  [float(1), { successCondition: " " }, 'could not evaluate successCondition " ": unexpected token EOF'],
  [floats([]), { successCondition: "foo" }, `could not evaluate successCondition "foo": ${noData}`],
  [decoded([]), { failureCondition: "foo" }, `could not evaluate failureCondition "foo": ${noData}`],
  [nothing, { successCondition: 'x == "y"' }, `could not evaluate successCondition "x == "y"": ${noData}`],
  [decoded({}), { successCondition: "foo" }, 'could not evaluate successCondition "foo": unknown name foo'],
  [decoded(""), { successCondition: "foo" }, 'could not evaluate successCondition "foo": unknown name foo'],
  [
    float(1),
    { successCondition: "now() > date('2020-01-01')" },
    `could not evaluate successCondition "now() > date('2020-01-01')": now() is not available here`,
  ],
];
for (const [result, conditions, message] of messages) {
  test(`outcome says ${message}`, () => {
    deepEqual(outcomeOf({ result, ...conditions }), { phase: "Error", message });
  });
}

test("an outcome never throws, whatever the result pretends to be", () => {
  const trap = {
    get member(): never {
      throw new Error("trap");
    },
  };
  const { phase, message } = outcomeOf({ result: decoded(trap), successCondition: "result.member == 1" });
  equal(phase, "Error");
  equal(message, 'could not evaluate successCondition "result.member == 1": trap');
});
