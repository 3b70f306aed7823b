import * as z from "zod";
import { jsonResult, outcomeOf } from "../analysis/expression/index.ts";
import { messageOf, Problem } from "../api/problem.ts";
import { read } from "../api/read.ts";
import type { Instant } from "../api/time.ts";
import { table } from "./columns.ts";
import { command } from "./command.ts";
import { contentOf } from "./manifests.ts";

const Row = z.looseObject({
  result: z.unknown().optional(),
  successCondition: z.string().nullish(),
  failureCondition: z.string().nullish(),
});
type Row = z.infer<typeof Row>;

/** Tries conditions on results, as an analysis would. */
export const evaluate = command({
  usage: "--result JSON [--success EXPR] [--failure EXPR] | -f FILE [-o text|json]",
  about: "try the conditions of a metric on results",
  options: {
    success: { type: "string", value: "EXPR", about: "the successCondition" },
    failure: { type: "string", value: "EXPR", about: "the failureCondition" },
    result: {
      type: "string",
      value: "JSON",
      about: 'what was measured; a list of numbers (or "NaN", "+Inf", "-Inf") is a list of floats',
    },
    filename: {
      type: "string",
      short: "f",
      value: "FILE",
      about: "a JSON list of {result, successCondition, failureCondition}; - is stdin",
    },
    output: {
      type: "string",
      short: "o",
      value: "text|json",
      default: "text",
      about: "how the answers are printed",
    },
  },
  async run({ values }, { out }) {
    const { filename, output } = values;
    if (output !== "text" && output !== "json") throw new Problem(`-o ${output}: text or json`);
    const judged = (await rowsOf(values)).map(judgedRow);
    const alone = filename === undefined ? judged[0] : undefined;
    if (output === "json") out(JSON.stringify(judged, null, 2));
    else out(alone === undefined ? textOf(judged).join("\n") : verdict(alone));
    return 0;
  },
});

/** What the options ask about. */
async function rowsOf({ success, failure, result, filename }: Asked): Promise<readonly Row[]> {
  const hasOne = [success, failure, result].some((value) => value !== undefined);
  if (hasOne === (filename !== undefined)) throw new Problem("give either -f, or --result with conditions");
  if (filename !== undefined) return rowsIn(await contentOf(filename), filename);
  const row = { successCondition: success, failureCondition: failure };
  return [{ ...row, result: parsed(result ?? "null", "--result") }];
}

interface Asked {
  readonly success: string | undefined;
  readonly failure: string | undefined;
  readonly result: string | undefined;
  readonly filename: string | undefined;
}

interface JudgedRow extends Row {
  readonly phase: string;
  readonly error: string;
}

function judgedRow(row: Row): JudgedRow {
  const { phase, message = "" } = outcomeOf({
    result: jsonResult(row.result),
    successCondition: row.successCondition ?? undefined,
    failureCondition: row.failureCondition ?? undefined,
    now: Date.now() as Instant,
  });
  return { ...row, phase, error: message };
}

function verdict({ phase, error }: Pick<JudgedRow, "phase" | "error">): string {
  return error === "" ? phase : `${phase}: ${error}`;
}

function textOf(rows: readonly JudgedRow[]): readonly string[] {
  const cells = rows.map(({ result, successCondition, failureCondition, phase, error }) => [
    JSON.stringify(result ?? null),
    successCondition ?? "",
    failureCondition ?? "",
    verdict({ phase, error }),
  ]);
  return table(["RESULT", "SUCCESS", "FAILURE", "PHASE"], cells);
}

function rowsIn(text: string, file: string): readonly Row[] {
  const rows = parsed(text, file);
  if (!Array.isArray(rows))
    throw new Problem(`${file}: not a list of {result, successCondition, failureCondition}`);
  return rows.map((row) => read(Row, row));
}

function parsed(text: string, from: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Problem(`${from}: ${messageOf(error)}`);
  }
}
