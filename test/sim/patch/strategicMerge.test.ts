import { deepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import { strategicallyMerged } from "../../../src/sim/patch/strategicMerge.ts";
import { schemaNode } from "../../../src/sim/schema.ts";

const item = { type: "object", properties: { name: { type: "string" }, tags: { type: "object" } } };
const schema = schemaNode({
  type: "object",
  properties: {
    items: {
      type: "array",
      items: item,
      "x-kubernetes-patch-merge-key": "name",
      "x-kubernetes-patch-strategy": "merge",
    },
    set: { type: "array", items: { type: "string" }, "x-kubernetes-patch-strategy": "merge" },
    list: { type: "array", items: { type: "string" } },
    choice: { type: "object", "x-kubernetes-patch-strategy": "retainKeys" },
  },
});
const target = {
  items: [
    { name: "a", v: 1 },
    { name: "b", v: 2 },
  ],
  set: ["x", "y"],
  list: ["x", "y"],
  choice: { a: 1 },
};

const cases: readonly (readonly [string, object, object])[] = [
  [
    "merges entries by their key",
    { items: [{ name: "b", w: 3 }] },
    {
      items: [
        { name: "a", v: 1 },
        { name: "b", v: 2, w: 3 },
      ],
    },
  ],
  [
    "puts new entries first when it names no old one",
    { items: [{ name: "c" }] },
    { items: [{ name: "c" }, { name: "a", v: 1 }, { name: "b", v: 2 }] },
  ],
  [
    "keeps the order of the patch",
    { items: [{ name: "c" }, { name: "b" }] },
    { items: [{ name: "c" }, { name: "a", v: 1 }, { name: "b", v: 2 }] },
  ],
  ["deletes entries", { items: [{ name: "a", $patch: "delete" }] }, { items: [{ name: "b", v: 2 }] }],
  ["replaces a list", { items: [{ $patch: "replace" }, { name: "c" }] }, { items: [{ name: "c" }] }],
  [
    "orders entries",
    { "$setElementOrder/items": [{ name: "b" }, { name: "a" }] },
    {
      items: [
        { name: "b", v: 2 },
        { name: "a", v: 1 },
      ],
    },
  ],
  ["adds to a set", { set: ["z"] }, { set: ["z", "x", "y"] }],
  ["takes from a set", { "$deleteFromPrimitiveList/set": ["x"] }, { set: ["y"] }],
  ["replaces a list without strategy", { list: ["z"] }, { list: ["z"] }],
  ["keeps only some keys", { choice: { $retainKeys: ["b"], b: 2 } }, { choice: { b: 2 } }],
  ["replaces an object", { choice: { $patch: "replace", c: 3 } }, { choice: { c: 3 } }],
  ["deletes an object", { choice: { $patch: "delete" } }, { choice: undefined }],
  ["removes by null", { list: null }, { list: undefined }],
];
for (const [name, patch, changed] of cases) {
  test(`a strategic merge patch ${name}`, () => {
    const want = Object.fromEntries(
      Object.entries({ ...target, ...changed }).filter(([, value]) => value !== undefined),
    );
    deepEqual(strategicallyMerged(target, patch as Readonly<Record<string, unknown>>, schema), want);
  });
}

test("a strategic merge patch refuses entries without key, and unknown directives", () => {
  throws(() => strategicallyMerged(target, { items: [{ v: 1 }] }, schema), { code: 400 });
  throws(() => strategicallyMerged(target, { $patch: "twist" }, schema), { code: 400 });
});
