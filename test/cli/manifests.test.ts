import { deepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import { objectsIn } from "../../src/cli/manifests.ts";

const names = (text: string) => objectsIn(text, "web.yaml").map(({ metadata }) => metadata.name);
const object = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ${name}}\n`;

const cases: [name: string, text: string, want: string[]][] = [
  ["several documents", `${object("a")}---\n${object("b")}`, ["a", "b"]],
  ["empty documents", `---\n---\n${object("a")}---\n# nothing\n`, ["a"]],
  ["JSON", '{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}', ["a"]],
  [
    "a List",
    '{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"X","metadata":{"name":"a"}}]}',
    ["a"],
  ],
];
for (const [name, text, want] of cases) test(`manifests: ${name}`, () => deepEqual(names(text), want));

const wrong: [name: string, text: string, message: RegExp][] = [
  ["bad YAML", "a: [", /web.yaml: /],
  ["a scalar", "hello", /no object/],
  ["no kind", "apiVersion: v1", /no kind/],
  ["no apiVersion", "kind: Rollout", /Rollout has no apiVersion/],
  ["no name", "apiVersion: v1\nkind: Rollout", /Rollout has no name/],
];
for (const [name, text, message] of wrong) {
  test(`manifests refuse ${name}`, () => throws(() => names(text), message));
}
