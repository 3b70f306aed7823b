import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { transitionCauses } from "../../../src/sim/crd/transitions.ts";

const cases: readonly (readonly [string, object, unknown, unknown, readonly string[]])[] = [
  ["a value that stays", { rule: "self == oldSelf" }, 1, 1, []],
  ["a value that changes", { rule: "self == oldSelf", message: "fixed" }, 2, 1, ["Invalid value: 2: fixed"]],
  [
    "a rule without message",
    { rule: "self == oldSelf" },
    2,
    1,
    ["Invalid value: 2: failed rule: self == oldSelf"],
  ],
  [
    "a field that changes",
    { rule: "self.a == oldSelf.a", message: "fixed" },
    { a: 2 },
    { a: 1 },
    ['Invalid value: {"a":2}: fixed'],
  ],
  ["a field beside it", { rule: "self.a == oldSelf.a" }, { a: 1, b: 2 }, { a: 1, b: 1 }, []],
  ["a new object", { rule: "self == oldSelf" }, 1, undefined, []],
  ["a rule of another shape", { rule: "self > oldSelf" }, 1, 2, []],
];
for (const [name, rule, value, old, want] of cases) {
  test(`transition rules: ${name}`, () => {
    const causes = transitionCauses(value, old, { "x-kubernetes-validations": [rule] }, "f");
    deepEqual(
      causes.map(({ message }) => message),
      want,
    );
  });
}
