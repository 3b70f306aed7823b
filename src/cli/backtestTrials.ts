import { prepared } from "../analysis/prepare.ts";
import { clusterTemplateRef } from "../analysis/reach.ts";
import { type FindTemplate, referencedTemplates } from "../analysis/references.ts";
import { type NewAnalysisRun, newAnalysisRun } from "../analysis/templates.ts";
import type { AnalysisTemplateSpec, Argument, Metric } from "../analysis/types.ts";
import type { KubeObject } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { backtest, type Trial } from "../sim/backtest.ts";
import { measureFrom, type Samples } from "../sim/samples.ts";
import { type Source, type Span, type Store, storeOf } from "./backtestSamples.ts";

/** What is tried. */
export interface BacktestOptions extends Span {
  readonly objects: readonly KubeObject[];
  readonly args: ReadonlyMap<string, string>;
  readonly source: Source;
}

/** What a template would have said in a time. */
export interface Backtested extends Span {
  readonly name: string;
  readonly trials: readonly Trial[];
  readonly metrics: readonly TriedMetric[];
  /** The metrics that no store of samples can answer. */
  readonly skipped: readonly string[];
}

/** A metric, and the samples that it was judged by; none when it asks for a range. */
export interface TriedMetric {
  readonly metric: Metric;
  readonly samples: Samples | undefined;
}

/** Tries each template that no other one refers to. Throws a `Problem` where there is nothing to try. */
export async function backtested(options: BacktestOptions): Promise<readonly Backtested[]> {
  const templates = options.objects.filter(({ kind }) => kind.endsWith("AnalysisTemplate"));
  const roots = templates.filter((one) => !templates.some((other) => refersTo(other, one)));
  if (roots.length === 0) throw new Problem("there is no AnalysisTemplate in the files: name them with -f");
  const store = await storeOf(options.source, options);
  const all: Backtested[] = [];
  for (const root of roots) all.push(await tried(root, templates, store, options));
  return all;
}

async function tried(
  root: KubeObject,
  templates: readonly KubeObject[],
  store: Store,
  options: BacktestOptions,
): Promise<Backtested> {
  const { from, to, step } = options;
  const { run, skipped } = runOf(root, templates, options.args);
  const metrics: TriedMetric[] = [];
  const known = new Map<string, Samples>();
  for (const metric of prepared(run.spec).metrics) {
    for (const [query, samples] of await store.samples(metric)) known.set(query, samples);
    const query = metric.provider.prometheus?.query ?? "";
    metrics.push({ metric, samples: known.get(query) });
  }
  const measure = measureFrom(known, step, store.otherwise);
  const trials = await backtest(run, { from, to, step, measure });
  return { name: root.metadata.name, from, to, step, trials, metrics, skipped };
}

/** The analysis of a template, without the metrics that only the real provider could answer. */
function runOf(
  root: KubeObject,
  templates: readonly KubeObject[],
  args: ReadonlyMap<string, string>,
): { readonly run: NewAnalysisRun; readonly skipped: readonly string[] } {
  const find: FindTemplate = (name, clusterScope) => {
    const found = templates.find((one) => one.metadata.name === name && isOfCluster(one) === clusterScope);
    return found && specOf(found);
  };
  const { name } = root.metadata;
  const refs = [{ templateName: name, clusterScope: isOfCluster(root) }];
  const specs = referencedTemplates(refs, find, "-f").map(({ spec }) => ({
    ...spec,
    args: (spec.args ?? []).map((arg) => given(arg, args)),
  }));
  const run = newAnalysisRun({ metadata: { name, namespace: "backtest" }, templates: specs });
  const metrics = run.spec.metrics.filter(({ provider }) => provider.prometheus !== undefined);
  if (metrics.length === 0) throw new Problem(`${name}: none of its metrics asks Prometheus`);
  const skipped = run.spec.metrics.filter((metric) => !metrics.includes(metric)).map((metric) => metric.name);
  return { run: { ...run, spec: { ...run.spec, metrics } }, skipped };
}

/** The argument with the value given for it. One from a Secret needs one: no Secret is read here. */
function given(arg: Argument, args: ReadonlyMap<string, string>): Argument {
  const value = args.get(arg.name);
  if (value !== undefined) return { name: arg.name, value };
  if (arg.valueFrom === undefined) return arg;
  throw new Problem(`args.${arg.name} comes from elsewhere: give it with --arg ${arg.name}=VALUE`);
}

function refersTo(one: KubeObject, other: KubeObject): boolean {
  return (specOf(one).templates ?? []).some(
    ({ templateName, clusterScope = false }) =>
      one !== other && templateName === other.metadata.name && clusterScope === isOfCluster(other),
  );
}

function isOfCluster({ kind }: KubeObject): boolean {
  return kind === clusterTemplateRef.kind;
}

function specOf(template: KubeObject): AnalysisTemplateSpec {
  return (template["spec"] ?? {}) as AnalysisTemplateSpec;
}
