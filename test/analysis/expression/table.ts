import { readFileSync } from "node:fs";
import {
  cloudWatch,
  decoded,
  float,
  floats,
  nothing,
  type Value,
} from "../../../src/analysis/expression/index.ts";

/** The rows of a table beside the tests, each a list of cells; lines that begin with `# ` are comments. */
export function rowsOf(file: string): readonly (readonly string[])[] {
  return readFileSync(new URL(file, import.meta.url), "utf8")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("# "))
    .map((line) => line.split("\t"));
}

/** The result that a cell says: see the head of `conformance.tsv`. */
export function resultOf(cell: string): Value {
  if (cell === "nil") return nothing;
  if (cell.startsWith("J")) return decoded(JSON.parse(cell.slice(1)));
  if (cell.startsWith('"') || cell === "true" || cell === "false") return decoded(JSON.parse(cell));
  if (cell.startsWith("CW")) {
    const Values: number[] = JSON.parse(cell.slice(2));
    return cloudWatch([{ Id: "a", Label: "latency", StatusCode: "Complete", Timestamps: [], Values }]);
  }
  if (!cell.startsWith("[")) return float(numberOf(cell));
  return floats(cell.slice(1, -1).split(",").filter(Boolean).map(numberOf));
}

function numberOf(text: string): number {
  return Number(text.replace("Inf", "Infinity"));
}
