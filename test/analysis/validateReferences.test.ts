import { doesNotThrow, throws } from "node:assert/strict";
import { test } from "node:test";
import type { AnalysisTemplateSpec, Argument } from "../../src/analysis/types.ts";
import { checkReferencedAnalysis } from "../../src/analysis/validateReferences.ts";

const path = "spec.strategy.canary.steps[0].analysis.templates";
const metric = (more: object = {}) => ({ name: "m", provider: {}, ...more });

const check = (specs: AnalysisTemplateSpec[], args: Argument[] = [], background = false) => {
  const templates = specs.map((spec, index) => ({ name: "ab"[index] ?? "", clusterScope: false, spec }));
  return () => checkReferencedAnalysis({ path, templates, args, background });
};

const twice = { dryRun: [{ metricName: "m" }, { metricName: "m" }] };
const wrong: [name: string, run: () => void, value: string, detail: string][] = [
  [
    "two metrics of one name",
    check([{ metrics: [metric()] }, { metrics: [metric()] }]),
    "templateNames: [a b]",
    "two metrics have the same name 'm'",
  ],
  [
    "two values for an argument",
    check(
      [{ args: [{ name: "c", value: "1" }] }, { args: [{ name: "c", value: "2" }] }],
      [{ name: "c", value: "3" }],
    ),
    "templateNames: [a b]",
    "Argument `c` specified multiple times with different values: '1', '2'",
  ],
  [
    "an argument without value",
    check([{ args: [{ name: "n" }] }]),
    "templateNames: [a]",
    "args.n was not resolved",
  ],
  ["a rule twice", check([twice]), "templateNames: [a]", "two Dry-Run metric rules have the same name 'm'"],
  [
    "an argument that only a sibling declares (analysis trap 26)",
    check([{ metrics: [metric({ count: "{{args.zz}}" })] }, { args: [{ name: "zz", value: "1" }] }]),
    "a",
    "AnalysisTemplate a: failed to resolve {{args.zz}}",
  ],
  [
    "an argument with value and source",
    check([{ args: [{ name: "c", value: "1", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] }]),
    "a",
    "AnalysisTemplate a: arg 'c' has both Value and ValueFrom fields",
  ],
  [
    "a metric without end",
    check([{ metrics: [metric({ interval: "1m" })] }]),
    "a",
    "AnalysisTemplate a has metric m which runs indefinitely. Invalid value for count: <nil>",
  ],
  [
    "a count whose argument has no default (analysis trap 25)",
    check(
      [{ metrics: [metric({ interval: "1m", count: "{{args.n}}" })], args: [{ name: "n" }] }],
      [{ name: "n", value: "3" }],
    ),
    "a",
    "AnalysisTemplate a has metric m which runs indefinitely. Invalid value for count: dummy-value",
  ],
  [
    "a background argument that a sibling gives, with nothing passed",
    check([{ args: [{ name: "n" }] }, { args: [{ name: "n", value: "1" }] }], [], true),
    "a",
    "missing analysis arguments in rollout spec",
  ],
  [
    "a background argument that a sibling gives, with another one passed",
    check(
      [{ args: [{ name: "n" }] }, { args: [{ name: "n", value: "1" }] }],
      [{ name: "o", value: "" }],
      true,
    ),
    "a",
    "n",
  ],
];
for (const [name, run, value, detail] of wrong) {
  test(`1.9.2 refuses ${name}`, () =>
    throws(run, { message: `${path}: Invalid value: "${value}": ${detail}` }));
}

const fine: [name: string, run: () => void][] = [
  ["arguments that nobody declares", check([{ metrics: [metric()] }], [{ name: "x", value: "1" }])],
  ["a background metric without end", check([{ metrics: [metric({ interval: "1m" })] }], [], true)],
  [
    "a background argument that only a sibling declares (analysis trap 26)",
    check([{ metrics: [metric({ count: "{{args.n}}" })] }, { args: [{ name: "n", value: "1" }] }], [], true),
  ],
  [
    "a count with a default",
    check([
      { metrics: [metric({ interval: "1m", count: "{{args.n}}" })], args: [{ name: "n", value: "2" }] },
    ]),
  ],
];
for (const [name, run] of fine) test(`1.9.2 accepts ${name}`, () => doesNotThrow(run));
