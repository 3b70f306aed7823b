import { apiVersion } from "../api/group.ts";
import type { KubeObject } from "../api/object.ts";
import { analysisPhases } from "../api/reasons.ts";
import type { CacheReader } from "../reconcile/ports.ts";
import { Family, type Labels } from "./exposition.ts";

/** What the metrics read of an AnalysisRun and of the templates. */
interface Measuring {
  readonly spec?: {
    readonly metrics?: readonly {
      readonly name: string;
      readonly provider?: Readonly<Record<string, unknown>>;
    }[];
    readonly dryRun?: readonly { readonly metricName: string }[];
  };
  readonly status?: {
    readonly phase?: string;
    readonly metricResults?: readonly { readonly name: string; readonly phase?: string }[];
  };
}

/** `experiment_phase` has no series for Failed (analysis 7.2). */
const experimentPhases = ["Pending", "Error", "Successful", "Running", "Inconclusive"];

/** The provider types by the key that users write; of several the first counts (analysis 6.1). */
const types = [
  ["prometheus", "Prometheus"],
  ["job", "Job"],
  ["kayenta", "Kayenta"],
  ["web", "Web"],
  ["datadog", "Datadog"],
  ["wavefront", "Wavefront"],
  ["newRelic", "NewRelic"],
  ["cloudWatch", "CloudWatch"],
  ["graphite", "Graphite"],
  ["influxdb", "Influxdb"],
  ["skywalking", "skywalking"],
  ["victoriaLogs", "VictoriaLogs"],
  ["plugin", "RPCPlugin"],
] as const;

type RunFamilies = Readonly<Record<"info" | "phase" | "type" | "metric", Family>>;

/** Whether a dry-run rule, which is a regular expression, names the metric. Must not throw. */
export type NameMatch = (rule: string, metric: string) => boolean;

/**
 * The gauges about AnalysisRuns, their templates and Experiments, from the cache, in the Prometheus text
 * format.
 */
export function analysisMetrics(cache: CacheReader, matches: NameMatch): string {
  const families = {
    info: new Family("analysis_run_info", "gauge", "Information about an analysis run."),
    phase: new Family(
      "analysis_run_phase",
      "gauge",
      "Deprecated, see analysis_run_info: the phase of a run.",
    ),
    type: new Family("analysis_run_metric_type", "gauge", "The provider of a metric of a run."),
    metric: new Family("analysis_run_metric_phase", "gauge", "The phase of a metric of a run."),
  };
  for (const run of cache.list({ apiVersion, kind: "AnalysisRun" })) addRun(run, families, matches);

  const template = new Family("analysis_template_info", "gauge", "Information about an analysis template.");
  const templateMetric = new Family(
    "analysis_template_metric_info",
    "gauge",
    "The provider of a metric of a template.",
  );
  const templates = ["AnalysisTemplate", "ClusterAnalysisTemplate"].flatMap((kind) =>
    cache.list({ apiVersion, kind }),
  );
  for (const object of templates) {
    const { namespace, name } = object.metadata;
    template.add({ name, namespace }, 1);
    for (const { name: metric, provider } of measuring(object).spec?.metrics ?? []) {
      templateMetric.add({ name, namespace, type: typeOf(provider), metric }, 1);
    }
  }
  const all = [...Object.values(families), template, templateMetric].map((family) => family.text());
  return all.join("") + experimentMetrics(cache);
}

function addRun(run: KubeObject, families: RunFamilies, matches: NameMatch): void {
  const { namespace, name } = run.metadata;
  const { spec, status } = measuring(run);
  const { metrics = [], dryRun = [] } = spec ?? {};
  families.info.add({ name, namespace, phase: status?.phase }, 1);
  addPhases(families.phase, { name, namespace }, status?.phase);
  for (const { name: metric, provider } of metrics) {
    const type = typeOf(provider);
    const result = status?.metricResults?.find((one) => one.name === metric);
    const dry_run = String(dryRun.some(({ metricName }) => matches(metricName, metric)));
    families.type.add({ name, namespace, metric, type }, 1);
    addPhases(families.metric, { name, namespace, metric, type, dry_run }, result?.phase);
  }
}

/** One series for each phase; no phase counts as Pending. */
function addPhases(family: Family, labels: Labels, now: string | undefined): void {
  for (const phase of analysisPhases) family.add({ ...labels, phase }, phase === (now || "Pending") ? 1 : 0);
}

function experimentMetrics(cache: CacheReader): string {
  const info = new Family("experiment_info", "gauge", "Information about an experiment.");
  const phases = new Family(
    "experiment_phase",
    "gauge",
    "Deprecated, see experiment_info: the phase of an experiment.",
  );
  for (const experiment of cache.list({ apiVersion, kind: "Experiment" })) {
    const { namespace, name } = experiment.metadata;
    const now = measuring(experiment).status?.phase;
    info.add({ name, namespace, phase: now }, 1);
    for (const phase of experimentPhases)
      phases.add({ name, namespace, phase }, phase === (now || "Pending") ? 1 : 0);
  }
  return info.text() + phases.text();
}

function measuring(object: KubeObject): Measuring {
  return object as Measuring;
}

function typeOf(provider: Readonly<Record<string, unknown>> = {}): string {
  return types.find(([key]) => provider[key] !== undefined)?.[1] ?? "Unknown Provider";
}
