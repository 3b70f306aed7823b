import { equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import { compile, decoded, evaluate, type Value } from "../../../src/analysis/expression/index.ts";
import { Problem } from "../../../src/api/problem.ts";
import { instant } from "../../../src/api/time.ts";
import { resultOf, rowsOf } from "./table.ts";

const now = instant("2023-11-14T22:13:20Z");

const json = decoded({
  a: 1,
  s: "héllo",
  n: null,
  l: [1, 2, 3],
  o: { k: "v", t: "2024-01-02T03:04:05Z" },
  b: true,
  u: [
    { v: 1, g: "x" },
    { v: 2, g: "y" },
    { v: 3, g: "x" },
  ],
});

for (const [given = "", source = "", answer, cause] of rowsOf("language.tsv")) {
  const result: Value = given === "json" ? json : resultOf(given);
  test(`language: ${given} ${source}`, () => {
    if (answer !== "error") return equal(evaluate(compile(source), result, now), answer === "true");
    throws(() => evaluate(compile(source), result, now), { name: "Problem", message: cause });
  });
}

/** Expressions that would take for ever, or more memory than there is, were nothing bounded. */
const endless: readonly (readonly [string, string])[] = [
  ["a huge range", "len(1..1000000000000) > 0"],
  ["nested loops", "all(1..100000, all(1..100000, true))"],
  ["a text that doubles", "reduce(1..1000, #acc + #acc, 'aaaaaaaaaaaaaaaa') == ''"],
  ["a text that is replaced by long ones", "len(replace(repeat('a', 900000), 'a', repeat('b', 900000))) > 0"],
  ["a loop over patterns", "all(1..100000, 'a' matches string(#) + '|a')"],
  ["a pattern with many states on a long text", "repeat('a', 1000000) matches '(a{500}){2}b'"],
  ["elements compared with each other", "len(uniq(map(1..100000, [#]))) > 0"],
  ["lists of lists", "len(map(1..100000, 1..100)) > 0"],
  ["deep brackets", `${"(".repeat(100_000)}true`],
  ["deep lists", `${"[".repeat(100_000)}`],
  ["deep unary operators", `${"!".repeat(100_000)}true`],
  ["deep choices", `${"true ? ".repeat(100_000)}true`],
  ["deep variables", `${"let x = 1; ".repeat(100_000)}true`],
  ["many operators", `true${" && true".repeat(4_900)}`],
  ["many nodes", `true${" && true".repeat(100_000)}`],
  ["a shift by a huge count", "bitshl(1, 999999999) == 1"],
];

for (const [name, source] of endless) {
  test(`language: ${name} ends soon, with an answer or a problem`, () => {
    const before = process.cpuUsage().user; // not the clock: the machine may be busy with other things
    try {
      evaluate(compile(source), resultOf("[1]"), now);
    } catch (error) {
      ok(error instanceof Problem, String(error));
    }
    ok(process.cpuUsage().user - before < 5_000_000);
  });
}

test("language: a deeply nested result is a problem, not a crash", () => {
  const deep = decoded(JSON.parse(`${"[".repeat(5_000)}1${"]".repeat(5_000)}`));
  for (const source of [
    "toJSON(result) == ''",
    "flatten(result) == []",
    "string(result) == ''",
    "result == [[1]]",
  ]) {
    try {
      evaluate(compile(source), deep, now);
    } catch (error) {
      ok(error instanceof Problem, String(error));
    }
  }
});
