import { equal } from "node:assert/strict";
import { test } from "node:test";
import { wrongSpec } from "../../src/experiment/validate.ts";

const selector = { matchLabels: { app: "web" } };
const good = { name: "a", selector, template: {} };
const deadline = "MinReadySeconds cannot be longer than ProgressDeadlineSeconds. Check template index 0";

const cases: readonly [name: string, spec: object, want: string | undefined][] = [
  ["what is right", { templates: [good, { ...good, name: "b" }] }, undefined],
  [
    "a selector of expressions",
    { templates: [{ ...good, selector: { matchExpressions: [{}] } }] },
    undefined,
  ],
  ["no templates", { templates: [] }, undefined],
  [
    "no selector",
    { templates: [good, { name: "b" }] },
    "Rollout has missing field '.Spec.Templates[1].Selector'",
  ],
  [
    "an empty selector",
    { templates: [{ ...good, selector: {} }] },
    "This experiment is selecting all pods at index 0. A non-empty selector is required.",
  ],
  ["readiness beyond the default deadline", { templates: [{ ...good, minReadySeconds: 601 }] }, deadline],
  ["readiness as long as the deadline", { templates: [{ ...good, minReadySeconds: 600 }] }, undefined],
  [
    "readiness beyond the deadline",
    { progressDeadlineSeconds: 10, templates: [{ ...good, minReadySeconds: 11 }] },
    deadline,
  ],
  ["no name", { templates: [{ ...good, name: "" }] }, "Experiment exp has empty template name at index 0"],
  ["a name twice", { templates: [good, good] }, "Experiment exp has repeated template name 'a' in templates"],
  [
    "the first template that is wrong first",
    { templates: [{ ...good, name: "" }, { name: "b" }] },
    "Experiment exp has empty template name at index 0",
  ],
];
for (const [name, spec, want] of cases) {
  test(`the spec of an experiment with ${name}`, () => equal(wrongSpec("exp", spec), want));
}
