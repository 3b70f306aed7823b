import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { type Finding, takeMeasurement } from "../../src/analysis/measurement.ts";
import { prepared } from "../../src/analysis/prepare.ts";
import { newAnalysisRun } from "../../src/analysis/templates.ts";
import { AnalysisTemplate } from "../../src/api/analysis.ts";
import type { Metric } from "../../src/api/metric.ts";
import { read } from "../../src/api/read.ts";
import { type Instant, instant } from "../../src/api/time.ts";
import type { Measure } from "../../src/reconcile/measure.ts";

const root = join(import.meta.dirname, "../../analysis");

/** What the ready templates measure with, and what each of them says. */
export const platforms = ["application", "ingress-nginx", "istio", "traefik", "envoy-gateway"] as const;
export const judgements = ["success-rate", "latency-p99", "error-ratio"] as const;
export type Platform = (typeof platforms)[number];
export type Judgement = (typeof judgements)[number];

/** A file of `analysis/`. */
export interface LibraryFile {
  readonly platform: Platform;
  readonly judgement: Judgement;
  readonly source: string;
  /** The object as it is written, before any schema has read it. */
  readonly object: Readonly<Record<string, unknown>>;
  readonly template: AnalysisTemplate;
}

/** Every ready template. */
export const library: readonly LibraryFile[] = platforms.flatMap((platform) =>
  judgements.map((judgement) => {
    const source = readFileSync(join(root, platform, `${judgement}.yaml`), "utf8");
    const object = parse(source) as Record<string, unknown>;
    return { platform, judgement, source, object, template: read(AnalysisTemplate, object) };
  }),
);

/** The paths of all YAML files in `analysis/`. */
export function libraryPaths(): readonly string[] {
  return readdirSync(root, { recursive: true })
    .map(String)
    .filter((path) => path.endsWith(".yaml"))
    .sort();
}

/**
 * What users have to pass to the templates of a platform: the arguments that are documented without value.
 */
export const given: Readonly<Record<Platform, Readonly<Record<string, string>>>> = {
  application: {
    service: "my-api",
    namespace: "production",
    "canary-hash": "6d8f7c9b54",
    "stable-hash": "5c77d9f6b8",
  },
  "ingress-nginx": { ingress: "my-api", "canary-service": "my-api-canary", namespace: "production" },
  istio: { "canary-service": "my-api-canary", "stable-service": "my-api", namespace: "production" },
  traefik: { "canary-service": "my-api-canary", "stable-service": "my-api", namespace: "production" },
  "envoy-gateway": { route: "my-api", namespace: "production" },
};

/** The metric of a template as a run measures it: its arguments are put in, and it is checked. */
export function metricOf({ template }: LibraryFile, args: Readonly<Record<string, string>>): Metric {
  const passed = Object.entries(args).map(([name, value]) => ({ name, value }));
  const run = newAnalysisRun({
    metadata: { name: "run", namespace: "production" },
    templates: [template.spec],
    args: passed,
  });
  const [metric] = prepared(run.spec).metrics;
  if (metric === undefined) throw new Error("the template has no metric");
  return metric;
}

/** Takes one measurement of a metric, judged as in a run. */
export function measured(
  metric: Metric,
  measure: Measure,
  now: Instant = instant("2024-05-01T12:00:00Z"),
): Promise<Finding> {
  const run = { namespace: "production", name: "run", uid: "run-uid" };
  const request = { run, metric, task: { do: "run", number: 1 }, now, timeOf: () => now } as const;
  return takeMeasurement({ measure, request, secrets: [] }, new AbortController().signal);
}
