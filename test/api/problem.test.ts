import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { forbidden, internal, invalid, Problem, required, unsupported } from "../../src/api/problem.ts";

const cases: [problem: Problem, message: string][] = [
  [
    required("spec.selector", "Rollout has missing field '.spec.selector'"),
    "spec.selector: Required value: Rollout has missing field '.spec.selector'",
  ],
  [required("spec.template.spec.containers"), "spec.template.spec.containers: Required value"],
  [
    invalid("spec.replicas", -1, "must be greater than or equal to 0"),
    "spec.replicas: Invalid value: -1: must be greater than or equal to 0",
  ],
  [
    invalid("spec.selector", {}, "empty selector is invalid for deployment"),
    "spec.selector: Invalid value: {}: empty selector is invalid for deployment",
  ],
  [invalid("a", undefined, "b"), "a: Invalid value: null: b"],
  [invalid("a", 'say "x"', "b"), 'a: Invalid value: "say \\"x\\"": b'],
  [invalid("a", true, "b"), "a: Invalid value: true: b"],
  [
    unsupported("spec.template.spec.restartPolicy", "Never", ["Always"]),
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ],
  [unsupported("a", "X", ["Y", "Z"]), 'a: Unsupported value: "X": supported values: "Y", "Z"'],
  [forbidden("a", "not here"), "a: Forbidden: not here"],
  [
    internal("spec.template", "template must be empty for workload reference rollout"),
    "spec.template: Internal error: template must be empty for workload reference rollout",
  ],
  [new Problem("just words"), "just words"],
];
for (const [problem, message] of cases) {
  test(`a problem reads ${message}`, () => {
    equal(problem.message, message);
    ok(problem instanceof Error);
  });
}
