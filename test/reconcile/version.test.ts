import { equal } from "node:assert/strict";
import { test } from "node:test";
import { isOlder } from "../../src/reconcile/version.ts";

const cases: [version: string | undefined, than: string | undefined, older: boolean][] = [
  ["9", "10", true],
  ["10", "9", false],
  ["10", "10", false],
  ["9007199254740992", "9007199254740993", true],
  ["99999999999999999998", "99999999999999999999", true],
  [undefined, "1", false],
  ["1", undefined, false],
  ["a", "b", false],
];
for (const [version, than, older] of cases) {
  test(`version ${version} is ${older ? "" : "not "}older than ${than}`, () =>
    equal(isOlder(version, than), older));
}
