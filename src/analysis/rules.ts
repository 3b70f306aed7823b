import { Problem } from "../api/problem.ts";
import { pattern } from "./expression/regex.ts";
import type { DryRunRule, RetentionRule } from "./types.ts";

/** How many measurements of a metric are kept where no rule says otherwise. */
export const defaultRetention = 10;

/** The names of the metrics that are measured but do not count (analysis 1.6). */
export function dryRunNames(rules: readonly DryRunRule[], names: readonly string[]): ReadonlySet<string> {
  return new Set(rules.flatMap((rule, index) => matching(rule, `dryRun[${index}]`, names)));
}

/** How many measurements of each metric are kept; the last rule that matches wins (analysis 1.6). */
export function retentionLimits(
  rules: readonly RetentionRule[],
  names: readonly string[],
): ReadonlyMap<string, number> {
  const limits = new Map(names.map((name) => [name, defaultRetention]));
  for (const [index, rule] of rules.entries()) {
    for (const name of matching(rule, `measurementRetention[${index}]`, names)) {
      limits.set(name, rule.limit > 0 ? rule.limit : defaultRetention);
    }
  }
  return limits;
}

/**
 * The metrics whose name contains a match. A rule without any, and one that is no expression, is a `Problem`.
 */
function matching({ metricName }: DryRunRule, path: string, names: readonly string[]): readonly string[] {
  const matches = matcher(metricName);
  const found = names.filter(matches);
  if (found.length === 0) throw new Problem(`${path}: Rule didn't match any metric name(s)`);
  return found;
}

/** What is no expression matches nothing; a plain name needs no engine. */
function matcher(text: string): (name: string) => boolean {
  if (/^[\w -]*$/.test(text)) return (name) => name.includes(text);
  try {
    return pattern(text).test;
  } catch (error) {
    if (error instanceof Problem) return () => false;
    throw error;
  }
}
