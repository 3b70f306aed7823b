import { doesNotThrow, throws } from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import type { AnalysisTemplateSpec } from "../../../src/analysis/types.ts";
import type { KubeObject } from "../../../src/api/object.ts";
import { Problem } from "../../../src/api/problem.ts";
import { read } from "../../../src/api/read.ts";
import { Rollout } from "../../../src/api/rollout.ts";
import { checkReferences } from "../../../src/rollout/validate/references.ts";
import type { Router, Wanted } from "../../../src/traffic/router.ts";

const template = { metadata: { labels: { app: "demo" } } };

function service(
  name: string,
  selector: Record<string, string> = {},
  annotations: Record<string, string> = {},
) {
  return { apiVersion: "v1", kind: "Service", metadata: { name, annotations }, spec: { selector } };
}

const owned = { "argo-rollouts.argoproj.io/managed-by-rollouts": "demo" };
const services: readonly KubeObject[] = [
  service("a", { app: "demo", "rollouts-pod-template-hash": "6d8f" }, owned),
  service("b"),
  service("other", { app: "other" }),
  service("foreign", {}, { "argo-rollouts.argoproj.io/managed-by-rollouts": "web" }),
];

const provider = { prometheus: { query: "up" } };
const once = { name: "m", provider };
const endless = { name: "m", interval: "60s", provider };
const templates: Readonly<Record<string, unknown>> = {
  once: { metrics: [once] },
  again: { metrics: [once] },
  endless: { metrics: [endless] },
  parent: { templates: [{ templateName: "gone" }] },
  needy: { args: [{ name: "url" }], metrics: [once] },
  quiet: { metrics: [once], dryRun: [{ metricName: ".*" }] },
  "cluster:once": { metrics: [once] },
};

/** What is checked: this strategy, a router that says these things, and the template in force. */
interface Case {
  readonly strategy: object;
  readonly router?: Router;
  readonly template?: object | undefined;
}

function check({ strategy, router, ...more }: Case): void {
  const metadata = { name: "demo", namespace: "shop", uid: "u1" };
  const rollout = read(Rollout, {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata,
    spec: { strategy },
  });
  checkReferences({
    rollout,
    template: "template" in more ? more.template : template,
    services: new Map(services.map((one) => [one.metadata.name, one])),
    find: (name, clusterScope) =>
      templates[clusterScope ? `cluster:${name}` : name] as AnalysisTemplateSpec | undefined,
    routers: router === undefined ? [] : [{ name: "fake", router, config: {}, refs: [], objects: [] }],
  });
}

const uses = (...names: string[]) => ({ templates: names.map((templateName) => ({ templateName })) });
const canary = (fields: object) => ({ canary: fields });
const blueGreen = (fields: object) => ({ blueGreen: { activeService: "a", ...fields } });
const at = "spec.strategy.";

const rules: [name: string, strategy: object, want: string][] = [
  [
    "active",
    blueGreen({ activeService: "x" }),
    `${at}blueGreen.activeService: Invalid value: "x": service "x" not found`,
  ],
  [
    "preview",
    blueGreen({ previewService: "x" }),
    `${at}blueGreen.previewService: Invalid value: "x": service "x" not found`,
  ],
  [
    "stable",
    canary({ stableService: "x" }),
    `${at}canary.stableService: Invalid value: "x": service "x" not found`,
  ],
  [
    "canary",
    canary({ canaryService: "x" }),
    `${at}canary.canaryService: Invalid value: "x": service "x" not found`,
  ],
  [
    "ping",
    canary({ pingPong: { pingService: "x", pongService: "y" } }),
    `${at}canary.pingPong.pingService: Invalid value: "x": service "x" not found`,
  ],
  [
    "pong",
    canary({ pingPong: { pingService: "a", pongService: "y" } }),
    `${at}canary.pingPong.pongService: Invalid value: "y": service "y" not found`,
  ],
  [
    "unmatched label",
    canary({ stableService: "other" }),
    `${at}canary.stableService: Invalid value: "other": Service "other" has unmatch label "app" in rollout`,
  ],
  [
    "somebody else's",
    canary({ stableService: "foreign" }),
    `${at}canary.stableService: Invalid value: "foreign": Service "foreign" is managed by another Rollout`,
  ],
  [
    "pre-promotion",
    blueGreen({ prePromotionAnalysis: uses("n") }),
    `${at}blueGreen.prePromotionAnalysis.templates: Invalid value: "n": AnalysisTemplate 'n' not found`,
  ],
  [
    "post-promotion",
    blueGreen({ postPromotionAnalysis: uses("n") }),
    `${at}blueGreen.postPromotionAnalysis.templates: Invalid value: "n": AnalysisTemplate 'n' not found`,
  ],
  [
    "step",
    canary({ steps: [{ setWeight: 5 }, { analysis: uses("n") }] }),
    `${at}canary.steps[1].analysis.templates: Invalid value: "n": AnalysisTemplate 'n' not found`,
  ],
  [
    "background, in the cluster",
    canary({ analysis: { templates: [{ templateName: "n", clusterScope: true }] } }),
    `${at}canary.analysis.templates: Invalid value: "n": ClusterAnalysisTemplate 'n' not found`,
  ],
  [
    "nested",
    canary({ analysis: uses("parent") }),
    `spec.templates: Invalid value: "gone": AnalysisTemplate 'gone' not found`,
  ],
  [
    "metrics of one name",
    canary({ analysis: uses("once", "again") }),
    `${at}canary.analysis.templates: Invalid value: "templateNames: [once again]": two metrics have the same name 'm'`,
  ],
  [
    "without end",
    canary({ steps: [{ analysis: uses("endless") }] }),
    `${at}canary.steps[0].analysis.templates: Invalid value: "endless": AnalysisTemplate endless has metric m which runs indefinitely. Invalid value for count: <nil>`,
  ],
  [
    "argument without value",
    canary({ analysis: uses("needy") }),
    `${at}canary.analysis.templates: Invalid value: "templateNames: [needy]": args.url was not resolved`,
  ],
  [
    "a rule said twice",
    blueGreen({ prePromotionAnalysis: { ...uses("quiet"), dryRun: [{ metricName: ".*" }] } }),
    `${at}blueGreen.prePromotionAnalysis.templates: Invalid value: "templateNames: [quiet]": two Dry-Run metric rules have the same name '.*'`,
  ],
];
for (const [name, strategy, message] of rules) {
  test(`a reference is refused: ${name}`, () => throws(() => check({ strategy }), { message }));
}

const fine: [name: string, strategy: object][] = [
  ["none", canary({})],
  ["names left empty", canary({ stableService: "", canaryService: "" })],
  ["services that fit", canary({ stableService: "a", canaryService: "b" })],
  ["a service of ours", blueGreen({ previewService: "b" })],
  ["a background analysis without end", canary({ analysis: uses("endless") })],
  [
    "a template of the cluster",
    canary({ analysis: { templates: [{ templateName: "once", clusterScope: true }] } }),
  ],
  [
    "an argument from the rollout",
    canary({ analysis: { ...uses("needy"), args: [{ name: "url", value: "x" }] } }),
  ],
  [
    "an argument that is known later",
    canary({
      analysis: { ...uses("needy"), args: [{ name: "url", valueFrom: { podTemplateHashValue: "Latest" } }] },
    }),
  ],
  ["an analysis of nothing", canary({ steps: [{ analysis: {} }] })],
  [
    "templates of experiments",
    canary({ steps: [{ experiment: { templates: [], analyses: [{ name: "a", templateName: "n" }] } }] }),
  ],
];
for (const [name, strategy] of fine) {
  test(`a reference is accepted: ${name}`, () => doesNotThrow(() => check({ strategy })));
}

test("labels of a Service are not compared with a template that is not known", () => {
  doesNotThrow(() => check({ strategy: canary({ stableService: "other" }), template: undefined }));
});

const order: [name: string, strategy: object, path: string][] = [
  [
    "a missing service before a missing template",
    canary({ pingPong: { pingService: "a", pongService: "x" }, analysis: uses("n") }),
    "canary.pingPong.pongService",
  ],
  [
    "the stable before the canary service",
    canary({ stableService: "x", canaryService: "x" }),
    "canary.stableService",
  ],
  [
    "a missing template before a service that does not fit",
    canary({ stableService: "other", analysis: uses("n") }),
    "canary.analysis.templates",
  ],
  [
    "a service that does not fit before a template",
    canary({ stableService: "other", analysis: uses("needy") }),
    "canary.stableService",
  ],
  [
    "a step before the background",
    canary({ analysis: uses("n"), steps: [{ analysis: uses("n") }] }),
    "canary.steps[0].analysis.templates",
  ],
];
for (const [name, strategy, path] of order) {
  test(`the first problem of references is told: ${name}`, () =>
    throws(() => check({ strategy }), { path: at + path }));
}

function routerThat(says: (wanted: Wanted) => void): Router {
  return {
    config: z.unknown(),
    can: {
      header: false,
      mirror: false,
      experiment: false,
      verify: false,
      tcp: false,
      maxWeight: false,
      pingPong: false,
    },
    kinds: () => [],
    objects: () => [],
    route: () => [],
    carries: () => 0,
    check: (_config, _objects, wanted) => says(wanted),
  };
}

test("a router judges its own objects, last", () => {
  const router = routerThat(({ stableService, rollout, max }) => {
    throw new Problem(`${rollout.name} ${stableService} ${max}`);
  });
  const strategy = canary({
    stableService: "a",
    canaryService: "b",
    trafficRouting: { maxTrafficWeight: 1000 },
  });
  throws(() => check({ strategy, router }), { message: "demo a 1000" });
  throws(() => check({ strategy: canary({ stableService: "x" }), router }), {
    path: `${at}canary.stableService`,
  });
});
