import { fail } from "node:assert/strict";
import type { Milestone } from "./facts.ts";

/** A fact as a golden row names it: `V2=1`, `index=0`, `s→V2`, `w=25/75`, `phase=Paused`. */
interface Fact {
  readonly name: string;
  readonly value: string;
}

/** Reads a row of a golden trace: facts separated by spaces. */
function factsIn(row: string): readonly Fact[] {
  const words = row.split(" ").filter((word) => word !== "");
  return words.map((word) => {
    const [, name = "", arrow = "", value = ""] =
      /^([^=→]+)([=→])(.*)$/.exec(word) ?? fail(`no fact: ${word}`);
    return { name: arrow === "→" ? `${name}→` : name, value };
  });
}

/**
 * Compares what was observed with the rows of a golden trace. Passes may be merged, so that facts of several
 * rows come together; but every value of every fact is observed, in order, and no others; and no fact is
 * observed in a later pass than one of a later row.
 */
export function compare(observed: readonly Milestone[], rows: readonly string[]): string | undefined {
  const rest = new Map<string, Milestone[]>();
  for (const milestone of observed)
    rest.set(milestone.name, [...(rest.get(milestone.name) ?? []), milestone]);
  let earliest = 0;
  for (const [row, facts] of rows.map(factsIn).entries()) {
    const found = facts.map((fact) => observedAs(fact, rest.get(fact.name)?.shift()));
    const wrong = found.find((one) => typeof one === "string");
    if (wrong !== undefined) return `row ${row + 1}: ${wrong}`;
    const passes = found.map(Number);
    if (passes.some((pass) => pass < earliest)) return `row ${row + 1}: something came before row ${row}`;
    earliest = Math.max(earliest, ...passes);
  }
  const [extra] = [...rest.values()].flat();
  return extra === undefined
    ? undefined
    : `${extra.name}=${extra.value} was observed, which the trace does not have`;
}

/** The pass in which a fact was observed, or what is wrong. */
function observedAs({ name, value }: Fact, milestone: Milestone | undefined): number | string {
  if (milestone === undefined) return `${name}=${value} was never observed`;
  if (milestone.value === value) return milestone.pass;
  return `${name}=${milestone.value} was observed instead of ${value}`;
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
