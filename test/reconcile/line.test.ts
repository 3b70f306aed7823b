import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { Line } from "../../src/reconcile/line.ts";

test("a line is left in the order in which it was joined, also a long one", () => {
  const line = new Line<number>();
  const left: (number | undefined)[] = [];
  for (let n = 0; n < 3_000; n++) {
    line.push(2 * n);
    line.push(2 * n + 1);
    left.push(line.shift());
  }
  deepEqual([left, line.length], [Array.from({ length: 3_000 }, (_, n) => n), 3_000]);
  line.clear();
  deepEqual([line.shift(), line.length], [undefined, 0]);
});

test("who leaves a line is not met in it any more, and who comes back stands at the end", () => {
  const line = new Line<string>();
  for (const name of ["a", "b", "a", "c"]) line.push(name);
  deepEqual([line.length, line.first], [3, "a"]);
  line.delete("b");
  line.delete("nobody");
  line.push("b");
  line.delete("a");
  deepEqual([line.length, line.first], [2, "c"]);
  deepEqual([line.shift(), line.shift(), line.shift(), line.length], ["c", "b", undefined, 0]);
});
