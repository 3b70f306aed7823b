import { deepEqual, throws } from "node:assert/strict";
import { test } from "node:test";
import { jsonPatched } from "../../../src/sim/patch/jsonPatch.ts";

const target = { a: { b: [1, 2, 3] }, "x/y": 1, "m~n": 2 };

const cases: readonly (readonly [string, object, unknown])[] = [
  ["adds a field", { op: "add", path: "/c", value: 1 }, { ...target, c: 1 }],
  ["adds before an entry", { op: "add", path: "/a/b/1", value: 9 }, { ...target, a: { b: [1, 9, 2, 3] } }],
  ["adds at the end", { op: "add", path: "/a/b/-", value: 9 }, { ...target, a: { b: [1, 2, 3, 9] } }],
  ["removes an entry", { op: "remove", path: "/a/b/0" }, { ...target, a: { b: [2, 3] } }],
  ["replaces an entry", { op: "replace", path: "/a/b/2", value: 9 }, { ...target, a: { b: [1, 2, 9] } }],
  ["reads escaped names", { op: "replace", path: "/x~1y", value: 9 }, { ...target, "x/y": 9 }],
  ["reads escaped tildes", { op: "replace", path: "/m~0n", value: 9 }, { ...target, "m~n": 9 }],
  ["moves", { op: "move", from: "/a/b", path: "/c" }, { ...target, a: {}, c: [1, 2, 3] }],
  ["copies", { op: "copy", from: "/a/b/0", path: "/c" }, { ...target, c: 1 }],
  ["tests", { op: "test", path: "/a/b", value: [1, 2, 3] }, target],
  ["replaces everything", { op: "replace", path: "", value: { z: 1 } }, { z: 1 }],
];
for (const [name, operation, want] of cases) {
  test(`a JSON patch ${name}`, () => deepEqual(jsonPatched(target, [operation]), want));
}

const wrong: readonly (readonly [string, unknown, number])[] = [
  ["a failing test", [{ op: "test", path: "/a", value: 1 }], 422],
  ["a missing field to remove", [{ op: "remove", path: "/c" }], 422],
  ["a missing field to replace", [{ op: "replace", path: "/c", value: 1 }], 422],
  ["a missing field to move", [{ op: "move", from: "/c", path: "/d" }], 422],
  ["a place in nothing", [{ op: "add", path: "/c/d", value: 1 }], 422],
  ["an index that is none", [{ op: "add", path: "/a/b/x", value: 1 }], 422],
  ["an index beyond the end", [{ op: "add", path: "/a/b/7", value: 1 }], 422],
  ["an unknown operation", [{ op: "twist", path: "/a" }], 422],
  ["an operation without path", [{ op: "remove" }], 422],
  ["no list", { op: "remove", path: "/a" }, 400],
];
for (const [name, patch, code] of wrong) {
  test(`a JSON patch refuses ${name}`, () => throws(() => jsonPatched(target, patch), { code }));
}
