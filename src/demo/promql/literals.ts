import { Problem } from "../../api/problem.ts";
import { numberIn } from "./exposition.ts";

/** Each unit of PromQL's durations, in seconds. */
const units: Readonly<Record<string, number>> = {
  ms: 0.001,
  s: 1,
  m: 60,
  h: 3_600,
  d: 86_400,
  w: 604_800,
  y: 31_536_000,
};

const durationText = /^-?(\d+(ms|[smhdwy]))+$/;

/** The seconds of a duration (`5m`, `1h30m`) or of a number. Throws a `Problem` for anything else. */
export function secondsIn(text: string): number {
  const value = literal(text);
  if (Number.isNaN(value))
    throw new Problem(`the embedded evaluator does not understand the duration ${text}`);
  return value;
}

/** The number that a text says; a duration counts in seconds. */
export function literal(text: string): number {
  if (!durationText.test(text)) return numberIn(text);
  const parts = text.matchAll(/(\d+)(ms|[smhdwy])/g);
  const total = [...parts].reduce((sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0), 0);
  return text.startsWith("-") ? -total : total;
}

/** The text within quotes; backslashes mean what they mean in Go, and nothing between backticks. */
export function unquoted(text: string): string {
  const inside = text.slice(1, -1);
  if (text.startsWith("`")) return inside;
  return inside.replace(/\\(.)/g, (_, letter: string) => escapes[letter] ?? letter);
}

const escapes: Readonly<Record<string, string>> = { n: "\n", t: "\t", r: "\r" };
