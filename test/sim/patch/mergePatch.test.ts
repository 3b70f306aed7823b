import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { mergePatched } from "../../../src/sim/patch/mergePatch.ts";

test("a merge patch sets, merges, replaces and removes", () => {
  const target = { a: { b: 1, c: 2 }, list: [1, 2], gone: 1 };
  const patch = { a: { c: null, d: { e: 3, f: null } }, list: [3], gone: null };
  deepEqual(mergePatched(target, patch), { a: { b: 1, d: { e: 3 } }, list: [3] });
});

test("a merge patch shares what it leaves as it was", () => {
  const target = { a: { b: [1] }, c: { d: 1 } };
  const result = mergePatched(target, { a: { b: [1] }, e: 1 });
  equal(result["c"], target.c);
  equal((result["a"] as typeof target.a).b, target.a.b);
});
