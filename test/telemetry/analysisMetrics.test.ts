import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { Cache } from "../../src/reconcile/cache.ts";
import { analysisMetrics } from "../../src/telemetry/analysisMetrics.ts";

const group = "argoproj.io/v1alpha1";

function of(kind: string, name: string, more: object, namespace = "ns"): KubeObject {
  return { apiVersion: group, kind, metadata: { name, ...(namespace !== "" && { namespace }) }, ...more };
}

/** All series about these objects, without comments; those that are 0 are left out where asked. */
function series(objects: readonly KubeObject[], family: string): readonly string[] {
  const cache = new Cache();
  for (const object of objects) cache.apply({ type: "added", object });
  const matches = (rule: string, name: string) => new RegExp(rule).test(name);
  return analysisMetrics(cache, matches)
    .split("\n")
    .filter((line) => line.startsWith(`${family}{`));
}

const all = ["Pending", "Running", "Successful", "Failed", "Error", "Inconclusive"];
const providers: readonly [key: string, type: string][] = [
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
  ["something", "Unknown Provider"],
];
const metrics = providers.map(([key]) => ({ name: key, provider: { [key]: {} } }));

test("7.2: the provider of every metric of a run and of a template", () => {
  const objects = [
    of("AnalysisRun", "r", { spec: { metrics } }),
    of("AnalysisTemplate", "t", { spec: { metrics } }),
  ];
  deepEqual(
    series(objects, "analysis_run_metric_type"),
    providers.map(
      ([key, type]) => `analysis_run_metric_type{name="r",namespace="ns",metric="${key}",type="${type}"} 1`,
    ),
  );
  deepEqual(
    series(objects, "analysis_template_metric_info"),
    providers.map(
      ([key, type]) =>
        `analysis_template_metric_info{name="t",namespace="ns",type="${type}",metric="${key}"} 1`,
    ),
  );
});

test("7.2: templates of the cluster have an empty namespace", () => {
  const objects = [of("ClusterAnalysisTemplate", "c", { spec: { metrics: [] } }, "")];
  deepEqual(series(objects, "analysis_template_info"), ['analysis_template_info{name="c",namespace=""} 1']);
});

for (const [phase, shown] of [
  [undefined, "Pending"],
  ["", "Pending"],
  ...all.map((one) => [one, one] as const),
] as const) {
  test(`7.2: a run whose phase is ${JSON.stringify(phase)}`, () => {
    const run = of("AnalysisRun", "r", {
      spec: { metrics: [] },
      ...(phase !== undefined && { status: { phase } }),
    });
    const labels = 'name="r",namespace="ns"';
    deepEqual(series([run], "analysis_run_info"), [`analysis_run_info{${labels},phase="${phase ?? ""}"} 1`]);
    deepEqual(
      series([run], "analysis_run_phase").toSorted(),
      all.map((one) => `analysis_run_phase{${labels},phase="${one}"} ${one === shown ? 1 : 0}`).toSorted(),
    );
  });

  test(`analysis trap 72: an experiment whose phase is ${JSON.stringify(phase)}`, () => {
    const experiment = of("Experiment", "e", { ...(phase !== undefined && { status: { phase } }) });
    const labels = 'name="e",namespace="ns"';
    deepEqual(series([experiment], "experiment_info"), [
      `experiment_info{${labels},phase="${phase ?? ""}"} 1`,
    ]);
    deepEqual(
      series([experiment], "experiment_phase").toSorted(),
      all
        .filter((one) => one !== "Failed")
        .map((one) => `experiment_phase{${labels},phase="${one}"} ${one === shown ? 1 : 0}`)
        .toSorted(),
    );
  });
}

test("7.2: the phases of a run's metrics, by rule dry or not; a name with a placeholder stays pending", () => {
  const run = of("AnalysisRun", "r", {
    spec: {
      metrics: [
        { name: "rate", provider: { web: {} } },
        { name: "rate-{{args.x}}", provider: { web: {} } },
      ],
      dryRun: [{ metricName: "args" }],
    },
    status: {
      metricResults: [
        { name: "rate", phase: "Failed" },
        { name: "rate-1", phase: "Failed" },
      ],
    },
  });
  deepEqual(
    series([run], "analysis_run_metric_phase").filter((line) => line.endsWith(" 1")),
    [
      'analysis_run_metric_phase{name="r",namespace="ns",metric="rate",type="Web",dry_run="false",phase="Failed"} 1',
      'analysis_run_metric_phase{name="r",namespace="ns",metric="rate-{{args.x}}",type="Web",dry_run="true",phase="Pending"} 1',
    ],
  );
});
