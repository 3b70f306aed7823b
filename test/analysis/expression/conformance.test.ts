import { equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { outcomeOf } from "../../../src/analysis/expression/index.ts";
import { instant } from "../../../src/api/time.ts";
import { resultOf, rowsOf } from "./table.ts";

const now = instant("2026-01-01T00:00:00Z");
const noData = "metric result is nil or empty: no data returned from the metric provider";
const rows = rowsOf("conformance.tsv");

test("the conformance table has every row", () => {
  equal(rows.length, 184);
});

for (const [id, given = "", successCondition = "", failureCondition = "", phase, cause = ""] of rows) {
  test(`analysis 3.5 row ${id}: ${given} with ${successCondition} and ${failureCondition}`, () => {
    const result = resultOf(given);
    const outcome = outcomeOf({ result, successCondition, failureCondition, now });
    equal(outcome.phase, phase, outcome.message);
    if (phase === "Error") wordsAre(outcome.message ?? "", { successCondition, failureCondition, cause });
    else equal(outcome.message, undefined);
  });
}

type Said = { readonly successCondition: string; readonly failureCondition: string; readonly cause: string };

function wordsAre(message: string, { cause, ...conditions }: Said): void {
  const [name, source] =
    Object.entries(conditions).find(([key]) => message.startsWith(`could not evaluate ${key} `)) ?? [];
  const begin = `could not evaluate ${name} "${source}": `;
  ok(message.startsWith(begin), message);
  ok(message.slice(begin.length).includes(cause === "no data" ? noData : cause), message);
}
