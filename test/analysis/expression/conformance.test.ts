import { equal, ok } from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import {
  cloudWatch,
  decoded,
  float,
  floats,
  nothing,
  outcomeOf,
  type Value,
} from "../../../src/analysis/expression/index.ts";
import type { Instant } from "../../../src/api/time.ts";

const now = Date.parse("2026-01-01T00:00:00Z") as Instant;
const noData = "metric result is nil or empty: no data returned from the metric provider";

const rows = readFileSync(new URL("conformance.md", import.meta.url), "utf8")
  .split("\n")
  .filter((line) => /^\|\s*\d+\s*\|/.test(line))
  .map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map(cell),
  );

function cell(text: string): string {
  return text.trim().replace(/^`|`$/g, "").replaceAll("\\|", "|");
}

function input(text: string): Value {
  if (text === "nil") return nothing;
  if (text.startsWith("J")) return decoded(JSON.parse(text.slice(1)));
  if (text.startsWith('"') || text === "true" || text === "false") return decoded(JSON.parse(text));
  if (text.startsWith("CW")) {
    const Values: number[] = JSON.parse(text.slice(2));
    return cloudWatch([{ Id: "a", Label: "latency", StatusCode: "Complete", Timestamps: [], Values }]);
  }
  return text.startsWith("[")
    ? floats(text.slice(1, -1).split(",").filter(Boolean).map(number))
    : float(number(text));
}

function number(text: string): number {
  return Number(text.replace("Inf", "Infinity"));
}

test("the table has every row", () => {
  equal(rows.length, 184);
});

for (const [id, given = "", successCondition = "", failureCondition = "", phase, cause = ""] of rows) {
  test(`row ${id}: ${given} | ${successCondition} | ${failureCondition}`, () => {
    const { phase: got, message = "" } = outcomeOf({
      result: input(given),
      successCondition,
      failureCondition,
      now,
    });
    equal(got, phase, message);
    if (phase !== "Error") return equal(message, "");

    const inSuccess = message.startsWith("could not evaluate successCondition");
    const begin = `could not evaluate ${inSuccess ? "success" : "failure"}Condition "${
      inSuccess ? successCondition : failureCondition
    }": `;
    ok(message.startsWith(begin), message);
    ok(message.slice(begin.length).includes(cause === "no data" ? noData : cause), message);
  });
}
