import { equal, notEqual } from "node:assert/strict";
import { test } from "node:test";
import { fingerprint } from "../../../src/api/podTemplate/fingerprint.ts";

test("a fingerprint is 32 hexadecimal digits, the same for the same text", () => {
  for (const text of ["", "a", "ab".repeat(1000), "é😀"]) {
    equal(/^[0-9a-f]{32}$/.test(fingerprint(text)), true);
    equal(fingerprint(text), fingerprint(`${text}`));
  }
});

const pairs: [name: string, one: string, other: string][] = [
  ["one character", "image: a:1", "image: a:2"],
  ["order", "ab", "ba"],
  ["the order of far-away blocks", `${"a".repeat(8)}${"b".repeat(8)}`, `${"b".repeat(8)}${"a".repeat(8)}`],
  ["zeros at the end", "a", "a\0"],
  ["a whole block of zeros", "", "\0".repeat(8)],
  ["the upper byte of a character", "a", "\u0161"],
];
for (const [name, one, other] of pairs) {
  test(`fingerprints tell texts apart by ${name}`, () => notEqual(fingerprint(one), fingerprint(other)));
}

test("each of the four words tells many similar texts apart", () => {
  const prints = Array.from({ length: 3000 }, (_, at) => fingerprint(`{"image":"nginx:${at}"}`));
  for (const word of [0, 8, 16, 24]) {
    const distinct = new Set(prints.map((print) => print.slice(word, word + 8))).size;
    equal(distinct >= prints.length - 1, true, `word ${word}: ${distinct} of ${prints.length}`);
  }
});
