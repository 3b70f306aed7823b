import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import { runName } from "../../src/analysis/names.ts";
import { referencedTemplates } from "../../src/analysis/references.ts";
import {
  measuresTheSame,
  mergedArgs,
  mergedTemplates,
  newAnalysisRun,
} from "../../src/analysis/templates.ts";
import type { AnalysisTemplateSpec } from "../../src/analysis/types.ts";

const metric = (name: string) => ({ name, provider: { prometheus: { query: name } } });

const templates: Record<string, AnalysisTemplateSpec> = {
  "AnalysisTemplate/a": { templates: [{ templateName: "c", clusterScope: true }, { templateName: "b" }] },
  "AnalysisTemplate/b": { templates: [{ templateName: "a" }, { templateName: "d" }] },
  "AnalysisTemplate/d": { templates: [{ templateName: "gone" }] },
  "AnalysisTemplate/e": { templates: [{ templateName: "e" }] },
  "ClusterAnalysisTemplate/c": { templates: [{ templateName: "e" }] },
};
const find = (name: string, cluster: boolean) =>
  templates[`${cluster ? "Cluster" : ""}AnalysisTemplate/${name}`];

test("references: parents come first, namespaced ones before cluster ones, cycles end (analysis trap 32)", () => {
  const found = referencedTemplates([{ templateName: "e" }, { templateName: "e" }], find, "spec.x");
  deepEqual(
    found.map(({ name }) => name),
    ["e"],
  );
  const all = referencedTemplates(
    [{ templateName: "c", clusterScope: true }, { templateName: "e" }],
    find,
    "spec.x",
  );
  deepEqual(
    all.map(({ name, clusterScope }) => [name, clusterScope]),
    [
      ["e", false],
      ["c", true],
    ],
  );
});

const missing: [name: string, ref: object, message: string][] = [
  ["a template", { templateName: "x" }, `spec.x: Invalid value: "x": AnalysisTemplate 'x' not found`],
  [
    "a cluster template",
    { templateName: "a", clusterScope: true },
    `spec.x: Invalid value: "a": ClusterAnalysisTemplate 'a' not found`,
  ],
  [
    "a nested one",
    { templateName: "a" },
    `spec.templates: Invalid value: "gone": AnalysisTemplate 'gone' not found`,
  ],
];
for (const [name, ref, message] of missing) {
  test(`references: ${name} that is not there`, () => {
    throws(() => referencedTemplates([ref], find, "spec.x"), { message });
  });
}

const arg = (name: string, value?: string) => ({ name, value });
const secret = { secretKeyRef: { name: "s", key: "k" } };

test("templates merge in order; a value fills an empty argument", () => {
  const merged = mergedTemplates([
    { metrics: [metric("m1")], args: [arg("x"), arg("y", "1")], dryRun: [{ metricName: "m1" }] },
    {
      metrics: [metric("m2")],
      args: [arg("x", "2"), { name: "y", valueFrom: secret }],
      dryRun: [{ metricName: ".*" }],
    },
  ]);
  deepEqual(
    merged.metrics.map(({ name }) => name),
    ["m1", "m2"],
  );
  deepEqual(merged.args, [arg("x", "2"), arg("y", "1")]);
  deepEqual(merged.dryRun, [{ metricName: "m1" }, { metricName: ".*" }]);
});

const retention = { measurementRetention: [{ metricName: "m", limit: 2 }] };
const conflicts: [name: string, specs: AnalysisTemplateSpec[], message: string][] = [
  [
    "two metrics",
    [{ metrics: [metric("m")] }, { metrics: [metric("m")] }],
    "two metrics have the same name 'm'",
  ],
  [
    "two values (analysis trap 27)",
    [{ args: [arg("c", "1")] }, { args: [arg("c", "2")] }],
    "Argument `c` specified multiple times with different values: '1', '2'",
  ],
  [
    "two dry-run rules",
    [{ dryRun: [{ metricName: "m" }] }, { dryRun: [{ metricName: "m" }] }],
    "two Dry-Run metric rules have the same name 'm'",
  ],
  [
    "two retention rules",
    [retention, retention],
    "two Measurement Retention metric rules have the same name 'm'",
  ],
];
for (const [name, specs, message] of conflicts) {
  test(`templates: ${name} contradict each other`, () => throws(() => mergedTemplates(specs), { message }));
}

test("arguments: what is passed wins, what is not declared is left out, the order is that of the templates", () => {
  const declared = [arg("a", "1"), arg("b"), { name: "c", valueFrom: secret }];
  deepEqual(mergedArgs([arg("zz", "9"), arg("b", ""), arg("c", "3")], declared), [
    arg("a", "1"),
    arg("b", ""), // trap 28: the empty text overrides
    { name: "c", value: "3", valueFrom: secret },
  ]);
  throws(() => mergedArgs([], [arg("b")]), { message: "args.b was not resolved" });
});

test("a new run has the metrics as they are written, and the starter's rules first", () => {
  const templated = { name: "m-{{args.a}}", provider: {} };
  const run = newAnalysisRun({
    metadata: { name: "web-abc-7", namespace: "ns" },
    templates: [{ metrics: [templated], args: [arg("a")], dryRun: [{ metricName: "x" }], ...retention }],
    args: [arg("a", "1")],
    dryRun: [{ metricName: "y" }],
  });
  deepEqual(run, {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisRun",
    metadata: { name: "web-abc-7", namespace: "ns" },
    spec: {
      metrics: [templated],
      dryRun: [{ metricName: "y" }, { metricName: "x" }],
      measurementRetention: [{ metricName: "m", limit: 2 }],
      args: [arg("a", "1")],
    },
  });
  throws(
    () => newAnalysisRun({ metadata: { name: "r" }, templates: [retention], ...retention }),
    /same name 'm'/,
  );
});

test("runs are the same when they measure the same", () => {
  const spec = { metrics: [{ name: "m", interval: "1m", provider: {} }] };
  const reordered = { metrics: [{ provider: {}, interval: "1m", name: "m" }], args: [], terminate: true };
  equal(measuresTheSame(spec, reordered), true);
  equal(measuresTheSame(spec, { ...spec, args: [arg("a", "1")] }), false);
});

const names: [infix: string | number | undefined, attempt: number, want: string][] = [
  [3, 0, "web-abc-7-3"],
  [3, 1, "web-abc-7-3.1"],
  [undefined, 0, "web-abc-7"],
  ["pre", 0, "web-abc-7-pre"],
  ["post", 0, "web-abc-7-post"],
];
for (const [infix, attempt, want] of names) {
  test(`analysis vector 10.3: the run is named ${want}`, () => {
    equal(runName({ rollout: "web", hash: "abc", revision: 7, infix, attempt }), want);
  });
}
