import { deepEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import { crdOf, schemaOf } from "../../src/api/crd.ts";
import { isJson } from "../../src/api/json.ts";
import { kinds } from "../../src/api/kinds.ts";
import { nodes, pathsWith, tree } from "./schemaTree.ts";

test("the surface of each kind is the peer's", () => {
  const surface = kinds.map(({ kind, plural, singular, shortName, scope, subresources, columns }) => [
    [kind, plural, singular, shortName, scope].join(" "),
    subresources ?? "status in the main object",
    columns.map(({ name, type, jsonPath }) => `${name} ${type} ${jsonPath}`),
  ]);
  const age = "Age date .metadata.creationTimestamp";
  const status = "Status string .status.phase";
  deepEqual(surface, [
    [
      "Rollout rollouts rollout ro Namespaced",
      {
        status: {},
        scale: {
          specReplicasPath: ".spec.replicas",
          statusReplicasPath: ".status.HPAReplicas",
          labelSelectorPath: ".status.selector",
        },
      },
      [
        "Desired integer .spec.replicas",
        "Current integer .status.replicas",
        "Up-to-date integer .status.updatedReplicas",
        "Available integer .status.availableReplicas",
        age,
      ],
    ],
    ["AnalysisTemplate analysistemplates analysistemplate at Namespaced", "status in the main object", [age]],
    [
      "ClusterAnalysisTemplate clusteranalysistemplates clusteranalysistemplate cat Cluster",
      "status in the main object",
      [age],
    ],
    ["AnalysisRun analysisruns analysisrun ar Namespaced", "status in the main object", [status, age]],
    ["Experiment experiments experiment exp Namespaced", "status in the main object", [status, age]],
  ]);
});

for (const kind of kinds) {
  test(`the CRD of ${kind.kind} is structural`, () => {
    for (const [path, schema] of nodes(schemaOf(kind))) {
      const open = schema["x-kubernetes-preserve-unknown-fields"] === true;
      const either = schema["x-kubernetes-int-or-string"] === true;
      ok(typeof schema.type === "string" || open || either, `${path} has no type`);
      ok(!(open && "properties" in schema), `${path} is open and lists fields`);
      ok(!("properties" in schema && "additionalProperties" in schema), `${path} is an object and a map`);
      ok(schema.type !== "array" || isJson(schema.items), `${path} has no items`);
      ok(!("anyOf" in schema) || either, `${path} has alternatives`);
      const foreign = ["$ref", "$schema", "oneOf", "allOf", "not", "nullable", "const", "minimum", "maximum"];
      deepEqual(
        foreign.filter((word) => word in schema),
        [],
        path,
      );
    }
  });

  test(`kubectl explain has words for every field of ${kind.kind}`, () => {
    const silent = nodes(schemaOf(kind)).filter(([path, schema]) => {
      const isField = !path.endsWith("[]") && !path.endsWith("{}") && path !== "metadata";
      return isField && typeof schema.description !== "string";
    });
    deepEqual(silent, []);
  });

  test(`the CRD of ${kind.kind} fits into the annotation of kubectl apply`, () => {
    ok(JSON.stringify(crdOf(kind)).length < 200_000);
  });
}

test("a Rollout has no enums, patterns or defaults in its schema", () => {
  deepEqual(
    pathsWith("Rollout", (schema) => ["enum", "pattern", "default"].some((word) => word in schema)),
    [],
  );
});

test("only additive fields and Datadog have enums and defaults in the analysis kinds", () => {
  deepEqual(
    pathsWith("AnalysisTemplate", (schema) => "enum" in schema || "default" in schema),
    [
      "spec.metrics[].onNoData",
      "spec.metrics[].provider.datadog.apiVersion",
      "spec.metrics[].provider.datadog.interval",
      "spec.metrics[].provider.datadog.aggregator",
      "spec.metrics[].provider.datadog.requestTimeout",
    ],
  );
});

test("the selector of a Rollout is immutable once it is set", () => {
  const ruled = tree("Rollout").filter(([, schema]) => "x-kubernetes-validations" in schema);
  deepEqual(
    ruled.map(([path, schema]) => [path, schema["x-kubernetes-validations"]]),
    [["spec.selector", [{ rule: "self == oldSelf", message: ".spec.selector is immutable" }]]],
  );
});

const either: [kind: string, paths: readonly string[]][] = [
  [
    "Rollout",
    [
      "spec.strategy.blueGreen.maxUnavailable",
      "spec.strategy.canary.steps[].pause.duration",
      "spec.strategy.canary.maxSurge",
      "spec.strategy.canary.maxUnavailable",
    ],
  ],
  [
    "AnalysisRun",
    [
      "spec.metrics[].count",
      "spec.metrics[].failureLimit",
      "spec.metrics[].inconclusiveLimit",
      "spec.metrics[].consecutiveErrorLimit",
      "spec.metrics[].consecutiveSuccessLimit",
      "spec.metrics[].minSamples.count",
      "spec.metrics[].provider.cloudWatch.metricDataQueries[].metricStat.period",
      "spec.metrics[].provider.cloudWatch.metricDataQueries[].period",
    ],
  ],
];
for (const [kind, paths] of either) {
  test(`numbers or texts of ${kind}`, () => {
    deepEqual(
      pathsWith(kind, (schema) => schema["x-kubernetes-int-or-string"] === true),
      paths,
    );
  });
}

const open: [kind: string, paths: readonly string[]][] = [
  [
    "Rollout",
    [
      "spec.template.spec",
      "spec.strategy.canary.steps[].plugin.config",
      "spec.strategy.canary.trafficRouting.declarative.headerMatch.template",
      "spec.strategy.canary.trafficRouting.plugins",
      "status.canary.stepPluginStatuses[].status",
    ],
  ],
  ["Experiment", ["spec.templates[].template.spec"]],
  [
    "AnalysisTemplate",
    [
      "spec.metrics[].provider.web.jsonBody",
      "spec.metrics[].provider.job.spec",
      "spec.metrics[].provider.plugin",
    ],
  ],
];
for (const [kind, paths] of open) {
  test(`${kind} keeps unknown fields only where the peer has schemaless islands and pod templates`, () => {
    deepEqual(
      pathsWith(kind, (schema) => schema["x-kubernetes-preserve-unknown-fields"] === true),
      paths,
    );
  });
}
