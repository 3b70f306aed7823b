import { invalid, Problem } from "../api/problem.ts";
import { substituted } from "./args.ts";
import { effectiveCount } from "./limits.ts";
import type { FoundTemplate } from "./references.ts";
import { dryRunRules, mergedArgs, mergedTemplates, retentionRules } from "./templates.ts";
import type { Argument, DryRunRule, Metric, RetentionRule } from "./types.ts";

/** An analysis of a rollout as far as its templates are concerned. */
export interface ReferencedAnalysis {
  /** The field that names the templates: `spec.strategy.canary.analysis.templates`. */
  readonly path: string;
  /** All templates, nested ones too, as `referencedTemplates` found them. */
  readonly templates: readonly FoundTemplate[];
  /** What the rollout passes; a value that cannot be told yet is an empty text. */
  readonly args: readonly Argument[];
  readonly dryRun?: readonly DryRunRule[] | undefined;
  readonly measurementRetention?: readonly RetentionRule[] | undefined;
  /** Whether it runs beside the steps: it may measure without end then. */
  readonly background: boolean;
}

/**
 * Checks that an analysis can become a run. Throws the `Problem` that a rollout reports as `InvalidSpec`,
 * with the path and the names of the templates (analysis 1.9.2).
 */
export function checkReferencedAnalysis(analysis: ReferencedAnalysis): void {
  const { path, templates, args, dryRun = [], measurementRetention = [], background } = analysis;
  at(path, `templateNames: [${templates.map(({ name }) => name).join(" ")}]`, () => {
    const merged = mergedTemplates(templates.map(({ spec }) => spec));
    dryRunRules([...dryRun, ...merged.dryRun]);
    retentionRules([...measurementRetention, ...merged.measurementRetention]);
    mergedArgs(args, merged.args);
  });
  for (const template of templates) {
    at(path, template.name, () => (background ? checkPassed(template, args) : checkAlone(template)));
  }
}

function at(path: string, value: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof Problem ? invalid(path, value, error.detail) : error;
  }
}

/** A background template needs each argument that it gives no value itself. */
function checkPassed({ spec }: FoundTemplate, passed: readonly Argument[]): void {
  const needed = (spec.args ?? []).filter(
    ({ value, valueFrom }) => value === undefined && valueFrom === undefined,
  );
  const missing = needed.find(({ name }) => !passed.some((arg) => arg.name === name));
  if (missing === undefined) return;
  throw new Problem(passed.length === 0 ? "missing analysis arguments in rollout spec" : missing.name);
}

/** Any other template must make sense by itself, with a stand-in for what it gives no value. */
function checkAlone({ name, spec }: FoundTemplate): void {
  const args = spec.args ?? [];
  const values = new Map(args.map((arg) => [arg.name, arg.value ?? "dummy-value"]));
  const metrics = resolvedOf(name, spec.metrics ?? [], values);
  const both = args.find(({ value, valueFrom }) => value !== undefined && valueFrom !== undefined);
  if (both !== undefined) {
    throw new Problem(`AnalysisTemplate ${name}: arg '${both.name}' has both Value and ValueFrom fields`);
  }
  const endless = metrics.find((metric) => effectiveCount(metric) === undefined);
  if (endless === undefined) return;
  const count = `Invalid value for count: ${endless.count ?? "<nil>"}`;
  throw new Problem(`AnalysisTemplate ${name} has metric ${endless.name} which runs indefinitely. ${count}`);
}

function resolvedOf(
  name: string,
  metrics: readonly Metric[],
  values: ReadonlyMap<string, string>,
): readonly Metric[] {
  try {
    return metrics.map((metric) => substituted(metric, values));
  } catch (error) {
    throw error instanceof Problem ? new Problem(`AnalysisTemplate ${name}: ${error.message}`) : error;
  }
}
