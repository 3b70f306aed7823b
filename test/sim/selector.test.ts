import { equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { labelMatcher, labelSelectorMatcher, matcher } from "../../src/sim/selector.ts";
import { configMap } from "./builders.ts";

const labels = { app: "web", tier: "front", empty: "" };

const texts: readonly (readonly [string, boolean])[] = [
  ["app=web", true],
  ["app==web,tier=front", true],
  ["app=api", false],
  ["app!=api", true],
  ["other!=api", true],
  ["app in (api, web)", true],
  ["app notin (api,web)", false],
  ["other notin (x)", true],
  ["app", true],
  ["!app", false],
  ["!other,app in (web),tier", true],
  ["empty=", true],
  ["example.com/a=b", false],
];
for (const [text, want] of texts) {
  test(`the labels ${want ? "match" : "do not match"} ${text}`, () =>
    equal(labelMatcher(text)(labels), want));
}

test("a selector that cannot be read is a 400", () => {
  throws(() => labelMatcher("a===b"), { code: 400 });
  throws(() => matcher({ fieldSelector: "metadata.name" }), { code: 400 });
});

const selectors: readonly (readonly [string, unknown, boolean])[] = [
  ["nothing", undefined, false],
  ["everything", {}, true],
  ["labels", { matchLabels: { app: "web" } }, true],
  ["In", { matchExpressions: [{ key: "app", operator: "In", values: ["web"] }] }, true],
  ["NotIn", { matchExpressions: [{ key: "app", operator: "NotIn", values: ["web"] }] }, false],
  ["Exists", { matchExpressions: [{ key: "other", operator: "Exists" }] }, false],
  ["DoesNotExist", { matchExpressions: [{ key: "other", operator: "DoesNotExist" }] }, true],
];
for (const [name, selector, want] of selectors) {
  test(`a LabelSelector of ${name}`, () => equal(labelSelectorMatcher(selector)(labels), want));
}

test("a field selector compares fields, missing ones as empty", () => {
  equal(matcher({ fieldSelector: "metadata.name=a,metadata.namespace!=x" })(configMap("a")), true);
  equal(matcher({ fieldSelector: "spec.nodeName=" })(configMap("a")), true);
});
