import { fail } from "node:assert/strict";
import type { Milestone } from "./facts.ts";

/** A fact as a golden row names it: `V2=1`, `index=0`, `s→V2`, `w=25/75`, `phase=Paused`. */
interface Fact {
  readonly name: string;
  readonly value: string;
  readonly row: number;
}

/** Reads the rows of a golden trace: facts separated by spaces, one row for each moment. */
function factsIn(rows: readonly string[]): readonly Fact[] {
  return rows.flatMap((text, row) =>
    text
      .split(" ")
      .filter((word) => word !== "")
      .map((word) => {
        const [, name = "", arrow = "", value = ""] =
          /^([^=→]+)([=→])(.*)$/.exec(word) ?? fail(`no fact: ${word}`);
        return { name: arrow === "→" ? `${name}→` : name, value, row };
      }),
  );
}

/**
 * Compares what was observed with the rows of a golden trace. Passes may be merged, so that facts of several rows come
 * together; but every value of every fact is observed, in order, and no others; and no fact is observed in a later pass
 * than one of a later row.
 */
export function compare(observed: readonly Milestone[], rows: readonly string[]): string | undefined {
  const golden = factsIn(rows);
  const rest = new Map<string, Milestone[]>();
  for (const milestone of observed)
    rest.set(milestone.name, [...(rest.get(milestone.name) ?? []), milestone]);
  let latest = { pass: 0, row: -1 };
  let latestOfRow = latest;
  for (const { name, value, row } of golden) {
    const next = rest.get(name)?.shift();
    if (next === undefined) return `row ${row + 1}: ${name}=${value} was never observed`;
    if (next.value !== value) return `row ${row + 1}: ${name}=${next.value} was observed instead of ${value}`;
    if (row !== latestOfRow.row) latest = latestOfRow;
    if (next.pass < latest.pass) return `row ${row + 1}: ${name}=${value} came before row ${latest.row + 1}`;
    latestOfRow = { pass: Math.max(latestOfRow.pass, next.pass), row };
  }
  for (const [name, more] of rest) {
    const [extra] = more;
    if (extra !== undefined) return `${name}=${extra.value} was observed, which the trace does not have`;
  }
  return undefined;
}

/** What was observed, one line for each pass. */
export function told(observed: readonly Milestone[]): string {
  const lines = new Map<number, string[]>();
  for (const { pass, seconds, name, value } of observed) {
    const line = lines.get(pass) ?? [`${seconds}s`];
    line.push(name.endsWith("→") ? `${name}${value}` : `${name}=${value}`);
    lines.set(pass, line);
  }
  return [...lines].map(([pass, line]) => `  pass ${pass}: ${line.join(" ")}`).join("\n");
}

/** Fails unless what was observed tells the same story as the golden rows. */
export function expectTrace(observed: readonly Milestone[], rows: readonly string[]): void {
  const wrong = compare(observed, rows);
  if (wrong !== undefined) fail(`${wrong}\nobserved:\n${told(observed)}`);
}
