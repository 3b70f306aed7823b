import { deepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "../../src/api/json.ts";
import { jsonPatched } from "../../src/sim/patch/jsonPatch.ts";
import { narrow } from "../../src/traffic/narrow.ts";
import { object } from "./support.ts";

function holding(spec: unknown) {
  return object("v1", "Thing", "t", { spec });
}

function patch(before: unknown, after: unknown): readonly Json[] | undefined {
  const [found] = narrow(holding(before), holding(after), "why");
  return found?.body as readonly Json[] | undefined;
}

const named = (...names: string[]) => names.map((name) => ({ name }));

const pairs: [name: string, before: unknown, after: unknown][] = [
  ["a number", { a: 1 }, { a: 2 }],
  ["a text", { "a/b~c": "x" }, { "a/b~c": "y" }],
  ["a field more", { a: 1 }, { a: 1, b: { c: [1] } }],
  ["a field less", { a: 1, b: 2 }, { a: 1 }],
  [
    "entries changed in place",
    {
      l: [
        { name: "a", w: 1 },
        { name: "b", w: 2 },
      ],
    },
    {
      l: [
        { name: "a", w: 5 },
        { name: "b", w: 6 },
      ],
    },
  ],
  ["an entry in front", { l: named("a", "b") }, { l: named("x", "a", "b") }],
  ["an entry behind", { l: named("a") }, { l: named("a", "x") }],
  [
    "an entry between, others changed",
    {
      l: [
        { name: "a", w: 1 },
        { name: "b", w: 1 },
      ],
    },
    { l: [{ name: "a", w: 2 }, { name: "x" }, { name: "b", w: 3 }] },
  ],
  ["entries gone", { l: named("a", "b", "c", "d") }, { l: named("a", "d") }],
  ["the order", { l: named("a", "b", "c") }, { l: named("c", "a", "b") }],
  ["entries without a name", { l: [{ w: 1 }, { w: 2 }] }, { l: [{ w: 2 }, { w: 3 }] }],
  ["fewer entries without a name", { l: [{ w: 1 }, { w: 2 }, { w: 3 }] }, { l: [{ w: 1 }, { w: 4 }] }],
  ["everything", { l: [1, 2] }, { m: "x" }],
  [
    "lists in lists",
    { l: [{ name: "a", m: named("p", "q") }] },
    { l: [{ name: "a", m: named("q") }, { name: "b" }] },
  ],
];
for (const [name, before, after] of pairs) {
  test(`the patch leads from one to the other: ${name}`, () => {
    for (const [from, to] of [
      [before, after],
      [after, before],
    ]) {
      deepEqual(jsonPatched(holding(from) as Json, patch(from, to)), holding(to));
    }
  });
}

test("equal objects need no patch; nothing and null are the same", () => {
  deepEqual(patch({ a: 1, b: null }, { a: 1 }), undefined);
});

test("texts, names and neighbours are tested, numbers are not", () => {
  deepEqual(
    patch(
      { l: [{ name: "a", w: 1 }, { name: "b" }], t: "x" },
      { l: [{ name: "a", w: 2 }, { name: "n" }, { name: "b" }], t: "y" },
    ),
    [
      { op: "test", path: "/spec/l/0/name", value: "a" },
      { op: "test", path: "/spec/l/1/name", value: "b" },
      { op: "test", path: "/spec/t", value: "x" },
      { op: "replace", path: "/spec/l/0/w", value: 2 },
      { op: "add", path: "/spec/l/1", value: { name: "n" } },
      { op: "replace", path: "/spec/t", value: "y" },
    ],
  );
});

test("a patch fails where an entry has moved, been changed or been added since", () => {
  const change = patch(
    {
      l: [
        { name: "a", w: 1 },
        { name: "b", w: 1 },
      ],
    },
    {
      l: [
        { name: "a", w: 2 },
        { name: "b", w: 1 },
      ],
    },
  );
  throws(() =>
    jsonPatched(
      holding({
        l: [
          { name: "b", w: 1 },
          { name: "a", w: 1 },
        ],
      }) as Json,
      change,
    ),
  );
  const removal = patch({ l: [{ name: "a", w: 1 }, { name: "b" }] }, { l: [{ name: "b" }] });
  throws(() => jsonPatched(holding({ l: [{ name: "a", w: 7 }, { name: "b" }] }) as Json, removal));
  const addition = patch({}, { m: { x: 1 } });
  throws(() => jsonPatched(holding({ m: { y: 1 } }) as Json, addition));
});
