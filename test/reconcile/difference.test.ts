import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../src/api/json.ts";
import { difference } from "../../src/reconcile/difference.ts";

const cases: [name: string, before: Json, after: Json, want: Json | undefined][] = [
  ["says nothing of what is the same", { a: 1, b: { c: [1, { d: 2 }] } }, { b: { c: [1, { d: 2 }] }, a: 1 }, undefined],
  ["names what is new", { a: 1 }, { a: 1, b: {} }, { b: {} }],
  ["names what is another one", { a: { b: 1, c: 2 } }, { a: { b: 1, c: 3 } }, { a: { c: 3 } }],
  ["removes what is gone", { a: 1, b: { c: 1 } }, { b: {} }, { a: null, b: { c: null } }],
  ["takes undefined for missing", { a: 1, b: undefined }, { a: undefined, c: undefined }, { a: null }],
  ["replaces lists whole", { a: [1, 2] }, { a: [1, 3] }, { a: [1, 3] }],
  ["replaces what changes its type", { a: [1], b: 1 }, { a: { c: 1 }, b: [1] }, { a: { c: 1 }, b: [1] }],
];
for (const [name, before, after, want] of cases) {
  test(`the difference ${name}`, () => deepEqual(difference(before, after), want));
}

test("the difference of nothing and nothing is nothing", () => equal(difference({}, {}), undefined));
