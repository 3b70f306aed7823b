import type { Budget } from "./budgets.ts";
import type { Finding } from "./finding.ts";

/** A row with what was measured. */
export interface Result extends Budget {
  readonly value?: number;
  /** The value by the budget. */
  readonly ratio?: number;
  readonly verdict: "ok" | "over" | "measured" | "not measured";
  readonly details?: Readonly<Record<string, number>>;
}

/** Puts what was measured beside the budgets. */
export function results(rows: readonly Budget[], findings: readonly Finding[]): readonly Result[] {
  const found = new Map(findings.map((finding) => [finding.row, finding]));
  return rows.map((row) => {
    const finding = found.get(row.id);
    if (finding === undefined) return { ...row, verdict: "not measured" };
    const { value, details } = finding;
    const measured = { ...row, value, ...(details !== undefined && { details }) };
    if (row.budget === undefined) return { ...measured, verdict: "measured" };
    // What is printed is compared: nobody can see the difference between 0.1 and 0.1000001.
    const ratio =
      row.budget === 0 ? (value === 0 ? 1 : Number.POSITIVE_INFINITY) : rounded(value) / row.budget;
    return { ...measured, ratio, verdict: ratio <= 1 ? "ok" : "over" };
  });
}

/** The results as lines of text. */
export function table(all: readonly Result[]): readonly string[] {
  const head = ["", "measured", "budget", "ratio", "", "peer"];
  const lines = all.map(({ what, unit, value, budget, ratio, verdict, peer }) => [
    what,
    value === undefined ? "-" : `${shown(value)}${unit === "" ? "" : ` ${unit}`}`,
    budget === undefined ? "" : shown(budget),
    ratio === undefined ? "" : shown(ratio),
    verdict,
    peer === undefined ? "" : shown(peer),
  ]);
  const widths = head.map((_, column) =>
    Math.max(...[head, ...lines].map((line) => line[column]?.length ?? 0)),
  );
  return [head, ...lines].map((line) =>
    line
      .map((cell, column) =>
        column === 0 || column === 4 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

function rounded(value: number): number {
  return Number(shown(value));
}

function shown(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "∞";
  return String(Number(value.toFixed(value < 10 ? 2 : 1)));
}
