import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { LabelSelector } from "../../src/api/meta.ts";
import { Problem } from "../../src/api/problem.ts";
import { matches, parseSelector, selectorProblem, selectorText } from "../../src/api/selector.ts";

const mixed: LabelSelector = {
  matchLabels: { tier: "web", app: "shop" },
  matchExpressions: [
    { key: "env", operator: "In", values: ["prod", "dev"] },
    { key: "zone", operator: "NotIn", values: ["b"] },
    { key: "owner", operator: "Exists" },
    { key: "legacy", operator: "DoesNotExist" },
  ],
};
const good = { tier: "web", app: "shop", env: "prod", owner: "me" };

const cases: [
  name: string,
  selector: LabelSelector | undefined,
  labels: Record<string, string>,
  want: boolean,
][] = [
  ["no selector chooses nothing", undefined, good, false],
  ["an empty selector chooses everything", {}, {}, true],
  ["all parts hold", mixed, good, true],
  ["another value", mixed, { ...good, app: "cart" }, false],
  ["a value outside In", mixed, { ...good, env: "test" }, false],
  ["a value in NotIn", mixed, { ...good, zone: "b" }, false],
  ["a value outside NotIn", mixed, { ...good, zone: "a" }, true],
  ["what must exist is missing", { matchExpressions: [{ key: "owner", operator: "Exists" }] }, {}, false],
  ["what must not exist is there", mixed, { ...good, legacy: "" }, false],
  ["In wants the label", { matchExpressions: [{ key: "a", operator: "In", values: [""] }] }, {}, false],
  [
    "a name of every object is no label",
    { matchExpressions: [{ key: "constructor", operator: "Exists" }] },
    {},
    false,
  ],
];
for (const [name, selector, labels, want] of cases) {
  test(`selector: ${name}`, () => equal(matches(selector, labels), want));
}

test("an unknown operator is a problem", () => {
  throws(() => matches({ matchExpressions: [{ key: "a", operator: "Near" }] }, {}), Problem);
});

test("selectors are written as Kubernetes does, ordered by key", () => {
  equal(selectorText(mixed), "app=shop,env in (dev,prod),!legacy,owner,tier=web,zone notin (b)");
  equal(selectorText({ matchLabels: { foo: "bar" } }), "foo=bar");
  equal(selectorText({}), "");
  equal(selectorText(undefined), "");
});

test("what is written can be read again", () => {
  equal(
    selectorText(parseSelector(selectorText(mixed))),
    selectorText(parseSelector("tier in (web),app in (shop),env in (prod, dev),zone!=b,owner,!legacy")),
  );
  for (const labels of [good, { ...good, zone: "b" }, { ...good, env: "test" }, {}]) {
    equal(matches(parseSelector(selectorText(mixed)), labels), matches(mixed, labels));
  }
  deepEqual(parseSelector(" a==b , c != d "), {
    matchExpressions: [
      { key: "a", operator: "In", values: ["b"] },
      { key: "c", operator: "NotIn", values: ["d"] },
    ],
  });
});

for (const text of ["a=b=c", "a in b", "!", "a b"]) {
  test(`"${text}" is no selector`, () => throws(() => parseSelector(text), Problem));
}

const where = "spec.selector.matchExpressions[0]";
const name = "must be a qualified name: [prefix/]name, each of letters, digits, '-', '_' or '.'";
const value = "must be a label value: up to 63 letters, digits, '-', '_' or '.'";

const problems: [selector: LabelSelector, message: string | undefined][] = [
  [mixed, undefined],
  [{ matchLabels: { "example.org/app": "" } }, undefined],
  [
    { matchExpressions: [{ key: "a", operator: "In" }] },
    `${where}.values: Required value: must be specified when \`operator\` is 'In' or 'NotIn'`,
  ],
  [
    { matchExpressions: [{ key: "a", operator: "Exists", values: ["b"] }] },
    `${where}.values: Forbidden: may not be specified when \`operator\` is 'Exists' or 'DoesNotExist'`,
  ],
  [
    { matchExpressions: [{ key: "a", operator: "Near" }] },
    'spec.selector.matchExpressions[0].operator: Invalid value: "Near": not a valid selector operator',
  ],
  [{ matchLabels: { "a b": "c" } }, `spec.selector.matchLabels: Invalid value: "a b": ${name}`],
  [{ matchLabels: { a: "b c" } }, `spec.selector.matchLabels: Invalid value: "b c": ${value}`],
];
for (const [selector, message] of problems) {
  test(`selectorProblem of ${JSON.stringify(selector)}`, () => {
    equal(selectorProblem(selector, "spec.selector")?.message, message);
  });
}
