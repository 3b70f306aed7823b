import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { defaulted } from "../../../src/sim/crd/defaults.ts";
import { pruned } from "../../../src/sim/crd/prune.ts";
import { schemaNode } from "../../../src/sim/schema.ts";

const open = { type: "object", "x-kubernetes-preserve-unknown-fields": true };
const schema = schemaNode({
  type: "object",
  properties: {
    known: { type: "string", default: "k" },
    maybe: { type: "string", nullable: true },
    open: { ...open, properties: { inner: { type: "object", properties: { a: {} } } } },
    list: { type: "array", items: { type: "object", properties: { a: {}, b: { default: 2 } } } },
    map: { type: "object", additionalProperties: { type: "object", properties: { a: { default: 1 } } } },
    resource: { type: "object", "x-kubernetes-embedded-resource": true, properties: { spec: open } },
  },
});

const cases: readonly (readonly [string, object, object])[] = [
  ["drops what nobody knows", { known: "a", other: 1 }, { known: "a" }],
  [
    "keeps what is open, and prunes what is known in it",
    { open: { x: 1, inner: { a: 1, b: 2 } } },
    { open: { x: 1, inner: { a: 1 } } },
  ],
  [
    "looks into lists and maps",
    { list: [{ a: 1, c: 2 }], map: { k: { a: 1, c: 2 } } },
    { list: [{ a: 1 }], map: { k: { a: 1 } } },
  ],
  ["drops nulls that are not taken", { known: null, maybe: null }, { maybe: null }],
  [
    "keeps the kind and metadata of an embedded object",
    { resource: { apiVersion: "v1", kind: "A", metadata: {}, spec: { a: 1 }, x: 1 } },
    { resource: { apiVersion: "v1", kind: "A", metadata: {}, spec: { a: 1 } } },
  ],
];
for (const [name, value, want] of cases)
  test(`pruning ${name}`, () => deepEqual(pruned(value, schema), want));

test("pruning shares what it leaves as it is", () => {
  const value = { known: "a", open: { x: 1 } };
  equal(pruned(value, schema), value);
});

test("defaults are set where fields are missing, in lists and maps too", () => {
  const want = { known: "k", list: [{ b: 2 }], map: { k: { a: 1 } }, open: {} };
  deepEqual(defaulted({ list: [{}], map: { k: {} }, open: {} }, schema), want);
  const full = { known: "x" };
  equal(defaulted(full, schema), full);
});
