import { deepEqual, equal, match } from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { main } from "../../src/cli.ts";

const scenarios = join(import.meta.dirname, "../scenario");
const version = "argoproj.io/v1alpha1";

interface Done {
  readonly code: number;
  readonly lines: readonly string[];
  readonly err: string;
}

/** Lints these objects in a file; `all.json` stands for it in what was printed. */
async function linted(t: TestContext, objects: readonly object[], ...args: readonly string[]): Promise<Done> {
  const folder = await mkdtemp(join(tmpdir(), "lotse-lint-"));
  t.after(() => rm(folder, { recursive: true }));
  const file = join(folder, "all.json");
  await writeFile(file, JSON.stringify({ apiVersion: "v1", kind: "List", items: objects }));
  const { lines, ...rest } = await lint("-f", file, ...args);
  return { ...rest, lines: lines.map((line) => line.replaceAll(file, "all.json")) };
}

async function lint(...args: readonly string[]): Promise<Done> {
  const lines: string[] = [];
  let err = "";
  const code = await main(["lint", ...args], {
    out: (text) => void lines.push(...text.split("\n")),
    err: (text) => {
      err += text;
    },
  });
  return { code, lines, err };
}

const labels = { app: "web" };
const spec = {
  replicas: 3,
  selector: { matchLabels: labels },
  template: { metadata: { labels }, spec: { containers: [{ name: "web", image: "web:1" }] } },
  strategy: { canary: {} },
};
const rollout = (more: object = {}) => ({
  apiVersion: version,
  kind: "Rollout",
  metadata: { name: "web" },
  spec: { ...spec, ...more },
});
const canary = (more: object) => rollout({ strategy: { canary: more } });
const service = (name: string, selector: object = labels) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name },
  spec: { selector, ports: [{ port: 80 }] },
});
const analysis = (name: string, more: object = {}, kind = "AnalysisTemplate") => ({
  apiVersion: version,
  kind,
  metadata: { name },
  spec: { metrics: [{ name: "m", provider: { web: { url: "http://x" } } }], ...more },
});
const metric = (more: object) =>
  analysis("rate", { metrics: [{ name: "m", provider: { web: { url: "http://x" } }, ...more }] });
const step = (templateName: string) => canary({ steps: [{ analysis: { templates: [{ templateName }] } }] });
const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "old" },
  spec: { selector: spec.selector, template: spec.template },
};
const { template: _template, selector: _selector, ...referring } = spec;
const reference = (kind: string) => ({
  apiVersion: version,
  kind: "Rollout",
  metadata: { name: "web" },
  spec: { ...referring, workloadRef: { apiVersion: "apps/v1", kind, name: "old" } },
});
const ingress = {
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { name: "front" },
  spec: { rules: [{ http: { paths: [{ path: "/", backend: { service: { name: "other" } } }] } }] },
};
const nginx = canary({
  canaryService: "c",
  stableService: "s",
  trafficRouting: { nginx: { stableIngress: "front" } },
});

const rows: readonly [name: string, objects: readonly object[], code: number, lines: readonly string[]][] = [
  ["what is good", [rollout()], 0, []],
  [
    "what is of another group",
    [{ apiVersion: "serving.knative.dev/v1", kind: "Service", metadata: { name: "x" } }],
    0,
    [],
  ],
  [
    "a field that nobody knows",
    [canary({ maxSurg: 1 })],
    1,
    ["all.json: Rollout/web: spec.strategy.canary.maxSurg: unknown field"],
  ],
  [
    "metadata of a pod template that nobody reads",
    [rollout({ template: { ...spec.template, metadata: { labels, creationTimestamp: null } } })],
    0,
    ["all.json: Rollout/web: warning: spec.template.metadata.creationTimestamp: nobody reads it"],
  ],
  [
    "a field of the wrong type",
    [rollout({ replicas: "three" })],
    1,
    ['all.json: Rollout/web: spec.replicas: Invalid value: "three": must be of type integer'],
  ],
  [
    "what the controller refuses, in its words",
    [rollout({ selector: undefined })],
    1,
    ["all.json: Rollout/web: spec.selector: Required value: Rollout has missing field '.spec.selector'"],
  ],
  [
    "what is not built",
    [canary({ steps: [{ plugin: { name: "a/b" } }] })],
    1,
    [
      "all.json: Rollout/web: spec.strategy.steps[0].plugin: Forbidden: Go plugins are not loaded; " +
        "use an analysis step with the web or the job provider",
    ],
  ],
  [
    "what is hardly meant",
    [canary({ maxSurge: "1" })],
    0,
    [
      'all.json: Rollout/web: warning: spec.strategy.canary.maxSurge: the text "1" means 1 %; ' +
        "write 1 without quotes for a number of pods",
    ],
  ],
  ["Services that may be in the cluster", [canary({ canaryService: "c", stableService: "s" })], 0, []],
  [
    "a Service that is not beside the others",
    [canary({ canaryService: "c", stableService: "s" }), service("s")],
    0,
    ['all.json: Rollout/web: warning: spec.strategy.canary.canaryService: Service "c" is not in the files'],
  ],
  [
    "a Service of other pods",
    [canary({ canaryService: "c", stableService: "s" }), service("s"), service("c", { app: "x" })],
    1,
    [
      'all.json: Rollout/web: spec.strategy.canary.canaryService: Invalid value: "c": ' +
        'Service "c" has unmatch label "app" in rollout',
    ],
  ],
  ["a template that may be in the cluster", [step("rate")], 0, []],
  [
    "a template that is not beside the others",
    [step("rate"), analysis("other")],
    0,
    [
      "all.json: Rollout/web: warning: spec.strategy.canary.steps[0].analysis.templates: " +
        'AnalysisTemplate "rate" is not in the files',
    ],
  ],
  [
    "a step whose template never ends",
    [step("rate"), metric({ interval: "1m" })],
    1,
    [
      'all.json: Rollout/web: spec.strategy.canary.steps[0].analysis.templates: Invalid value: "rate": ' +
        "AnalysisTemplate rate has metric m which runs indefinitely. Invalid value for count: <nil>",
    ],
  ],
  [
    "an object of a router that does not fit",
    [nginx, ingress],
    1,
    [
      "all.json: Rollout/web: spec.strategy.canary.trafficRouting.nginx.stableIngress: Invalid value: " +
        '"front": ingress `front` has no rules using service s backend',
    ],
  ],
  ["an object of a router that may be in the cluster", [nginx], 0, []],
  ["a workload", [reference("Deployment"), deployment], 0, []],
  ["a workload that may be in the cluster", [reference("Deployment")], 0, []],
  [
    "a workload without the labels of its selector",
    [
      reference("Deployment"),
      { ...deployment, spec: { ...deployment.spec, selector: { matchLabels: { app: "x" } } } },
    ],
    1,
    [
      'all.json: Rollout/web: spec.template.metadata.labels: Invalid value: {"app":"web"}: ' +
        "`selector` does not match template `labels`",
    ],
  ],
  [
    "a workload of another kind",
    [reference("StatefulSet")],
    1,
    ["all.json: Rollout/web: spec.workloadRef: workload of type apps/StatefulSet is not supported"],
  ],
  [
    "a limit that cannot be",
    [metric({ failureLimit: -2 })],
    1,
    ["all.json: AnalysisTemplate/rate: spec.metrics[0]: failureLimit must be >= 0, or -1 to be disabled"],
  ],
  [
    "a condition that cannot be understood",
    [metric({ successCondition: "result >" })],
    1,
    ["all.json: AnalysisTemplate/rate: spec.metrics[0].successCondition: unexpected token EOF"],
  ],
  [
    "fields that depend on arguments",
    [
      analysis("rate", {
        args: [{ name: "x" }],
        metrics: [
          {
            name: "m",
            count: "{{args.x}}",
            interval: "{{ args.x }}",
            successCondition: "result > {{args.x}}",
            provider: { web: { url: "http://x" } },
          },
        ],
      }),
    ],
    0,
    [],
  ],
  ["a template of templates", [analysis("all", { metrics: [], templates: [{ templateName: "x" }] })], 0, []],
  [
    "a template for the cluster without metrics",
    [analysis("none", { metrics: [] }, "ClusterAnalysisTemplate")],
    1,
    ["all.json: ClusterAnalysisTemplate/none: spec.metrics: no metrics specified"],
  ],
  [
    "an Experiment",
    [
      {
        apiVersion: version,
        kind: "Experiment",
        metadata: { name: "e" },
        spec: { templates: [{ name: "a", selector: {}, template: spec.template }] },
      },
    ],
    1,
    [
      "all.json: Experiment/e: This experiment is selecting all pods at index 0. A non-empty selector is required.",
    ],
  ],
];
for (const [name, objects, code, lines] of rows) {
  test(`lint: ${name}`, async (t) => {
    const done = await linted(t, objects);
    deepEqual([done.lines, done.code], [lines, code]);
  });
}

test("lint: prints JSON", async (t) => {
  const { code, lines } = await linted(t, [canary({ maxSurg: 1 })], "-o", "json");
  equal(code, 1);
  deepEqual(JSON.parse(lines.join("\n")), [
    {
      file: "all.json",
      kind: "Rollout",
      name: "web",
      severity: "error",
      path: "spec.strategy.canary.maxSurg",
      message: "spec.strategy.canary.maxSurg: unknown field",
    },
  ]);
});

test("lint: finds nothing in the seed manifest, also as a plain argument", async () => {
  deepEqual(await lint(join(scenarios, "seed.yaml")), { code: 0, lines: [], err: "" });
});

const refused: readonly [name: string, args: readonly string[], message: RegExp][] = [
  ["no files", [], /name files with -f/],
  ["an unknown format", ["-f", "x", "-o", "yaml"], /-o yaml: text or json/],
  ["a file that is not there", ["-f", "/nonexistent.yaml"], /cannot read \/nonexistent.yaml/],
];
for (const [name, args, message] of refused) {
  test(`lint: refuses ${name}`, async () => {
    const { code, err } = await lint(...args);
    equal(code, 2);
    match(err, message);
  });
}
