import type { KubeObject, Metadata } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import type {
  AnalysisRunSpec,
  AnalysisTemplateSpec,
  Argument,
  DryRunRule,
  Metric,
  RetentionRule,
} from "./types.ts";

/** What several templates say together. */
export interface Merged {
  readonly metrics: readonly Metric[];
  readonly args: readonly Argument[];
  readonly dryRun: readonly DryRunRule[];
  readonly measurementRetention: readonly RetentionRule[];
}

/**
 * Templates merged in the order given (`referencedTemplates` gives it). Throws a `Problem` for two metrics or
 * two rules of one name, and for an argument with two different values (analysis 1.6, 1.10).
 */
export function mergedTemplates(templates: readonly AnalysisTemplateSpec[]): Merged {
  const metrics = templates.flatMap(({ metrics = [] }) => metrics);
  const twice = duplicate(metrics.map(({ name }) => name));
  if (twice !== undefined) throw new Problem(`two metrics have the same name '${twice}'`);
  return {
    metrics,
    args: declaredArgs(templates.flatMap(({ args = [] }) => args)),
    dryRun: dryRunRules(templates.flatMap(({ dryRun = [] }) => dryRun)),
    measurementRetention: retentionRules(
      templates.flatMap(({ measurementRetention = [] }) => measurementRetention),
    ),
  };
}

/** The rules, unless two of them have the same text. */
export function dryRunRules(rules: readonly DryRunRule[]): readonly DryRunRule[] {
  return unlessTwice(rules, "Dry-Run");
}

/** The rules, unless two of them have the same text. */
export function retentionRules(rules: readonly RetentionRule[]): readonly RetentionRule[] {
  return unlessTwice(rules, "Measurement Retention");
}

function unlessTwice<Rule extends DryRunRule>(rules: readonly Rule[], what: string): readonly Rule[] {
  const twice = duplicate(rules.map(({ metricName }) => metricName));
  if (twice !== undefined) throw new Problem(`two ${what} metric rules have the same name '${twice}'`);
  return rules;
}

function duplicate(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}

/** Arguments of one name become one: a value fills an empty place, two different values are a `Problem`. */
function declaredArgs(args: readonly Argument[]): readonly Argument[] {
  const declared = new Map<string, Argument>();
  for (const arg of args) {
    const before = declared.get(arg.name);
    if (before?.value !== undefined && arg.value !== undefined && before.value !== arg.value) {
      const values = `'${before.value}', '${arg.value}'`;
      throw new Problem(`Argument \`${arg.name}\` specified multiple times with different values: ${values}`);
    }
    if (before?.value === undefined) declared.set(arg.name, arg);
  }
  return [...declared.values()];
}

/**
 * The arguments that templates declare, with the values passed in. What is passed but not declared is left
 * out; what is declared and has no value in the end is a `Problem` (analysis 1.10).
 */
export function mergedArgs(passed: readonly Argument[], declared: readonly Argument[]): readonly Argument[] {
  const args = declared.map((arg) => passed.filter(({ name }) => name === arg.name).reduce(overridden, arg));
  const missing = args.find(({ value, valueFrom }) => value === undefined && valueFrom === undefined);
  if (missing !== undefined) throw new Problem(`args.${missing.name} was not resolved`);
  return args;
}

function overridden(declared: Argument, { value, valueFrom }: Argument): Argument {
  if (value !== undefined) return { ...declared, value };
  return valueFrom === undefined ? declared : { ...declared, valueFrom };
}

/** What a run is made of. */
export interface RunParts {
  /** Name, namespace, labels, annotations and owner: whoever starts the run decides them. */
  readonly metadata: Metadata;
  /** The templates in the order of `referencedTemplates`. */
  readonly templates: readonly AnalysisTemplateSpec[];
  /** The values passed for the arguments that the templates declare. */
  readonly args?: readonly Argument[] | undefined;
  /** Rules of whoever starts the run; they come before those of the templates. */
  readonly dryRun?: readonly DryRunRule[] | undefined;
  readonly measurementRetention?: readonly RetentionRule[] | undefined;
}

/**
 * An AnalysisRun to be created. Its placeholders stay; the run replaces them at each look (analysis 1.10).
 */
export interface NewAnalysisRun extends KubeObject {
  readonly spec: AnalysisRunSpec;
}

/**
 * The AnalysisRun for these templates. Throws a `Problem` where they contradict each other or lack a value.
 */
export function newAnalysisRun(parts: RunParts): NewAnalysisRun {
  const merged = mergedTemplates(parts.templates);
  const args = mergedArgs(parts.args ?? [], merged.args);
  const dryRun = dryRunRules([...(parts.dryRun ?? []), ...merged.dryRun]);
  const measurementRetention = retentionRules([
    ...(parts.measurementRetention ?? []),
    ...merged.measurementRetention,
  ]);
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisRun",
    metadata: parts.metadata,
    spec: {
      metrics: merged.metrics,
      ...(dryRun.length > 0 && { dryRun }),
      ...(measurementRetention.length > 0 && { measurementRetention }),
      ...(args.length > 0 && { args }),
    },
  };
}

/**
 * Whether two runs measure the same: their metrics, rules and arguments. A request to terminate and the time
 * to live make no difference (analysis 1.10).
 */
export function measuresTheSame(one: AnalysisRunSpec, other: AnalysisRunSpec): boolean {
  return fingerprint(one) === fingerprint(other);
}

function fingerprint({
  metrics,
  dryRun = [],
  measurementRetention = [],
  args = [],
}: AnalysisRunSpec): string {
  return JSON.stringify([metrics, dryRun, measurementRetention, args], sortedMembers);
}

function sortedMembers(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
