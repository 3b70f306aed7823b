import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { seconds } from "../../src/api/time.ts";
import type { Action } from "../../src/sim/actions.ts";
import type { MetricOutcome } from "../../src/sim/metrics.ts";
import { type Played, play } from "../../src/sim/play.ts";

const at = (count: number, action: Action) => ({ at: seconds(count), action });
const shows = (count: number, value: unknown): MetricOutcome => ({
  metric: "m",
  from: seconds(count),
  shows: { is: "value", value },
});

const metric = {
  name: "m",
  interval: "30s",
  count: 3,
  successCondition: "result[0] > 0.9",
  failureCondition: "result[0] < 0.5",
  provider: { prometheus: { address: "http://prometheus", query: 'rate{hash="{{args.hash}}"}' } },
};

function objects(experiment: object, routing: object, more: readonly object[]): readonly KubeObject[] {
  const container = { name: "web", image: "web:1", ports: [{ containerPort: 8080 }] };
  return [
    {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      metadata: { name: "web", namespace: "shop" },
      spec: {
        replicas: 3,
        selector: { matchLabels: { app: "web" } },
        template: { metadata: { labels: { app: "web" } }, spec: { containers: [container] } },
        strategy: { canary: { ...routing, steps: [{ setWeight: 34 }, { experiment }, { setWeight: 67 }] } },
      },
    },
    {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "AnalysisTemplate",
      metadata: { name: "success", namespace: "shop" },
      spec: { args: [{ name: "hash" }], metrics: [metric] },
    },
    ...(more as readonly KubeObject[]),
  ];
}

interface Given {
  readonly step?: object;
  readonly routing?: object;
  readonly more?: readonly object[];
  readonly metrics?: readonly MetricOutcome[];
  readonly actions?: readonly ReturnType<typeof at>[];
}

/** The update of a Rollout whose second step runs stable beside canary, measured for a minute. */
function story({ step, routing = {}, more = [], metrics = [], actions = [] }: Given): Promise<Played> {
  const args = [{ name: "hash", value: "{{templates.cand.podTemplateHash}}" }];
  const experiment = {
    templates: [
      { name: "base", specRef: "stable" },
      { name: "cand", specRef: "canary" },
    ],
    analyses: [{ name: "m", templateName: "success", requiredForCompletion: true, args }],
    ...step,
  };
  return play({
    objects: objects(experiment, routing, more),
    rollout: { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", namespace: "shop", name: "web" },
    images: new Map(),
    metrics,
    ailments: new Map(),
    readyAfter: seconds(5),
    actions,
  });
}

/** The reasons of the events about these kinds, without those of pods coming and going. */
function reasons({ events }: Played, ...kinds: readonly string[]): readonly string[] {
  return events
    .filter(({ about }) => kinds.includes(about.kind))
    .map(({ note }) => note.reason)
    .filter((reason) => reason !== "ScalingReplicaSet");
}

test("an experiment that succeeds completes its step", async () => {
  const played = await story({});
  equal(played.outcome, "completed");
  deepEqual(reasons(played, "Experiment"), [
    "TemplateProgressing",
    "TemplateProgressing",
    "ExperimentPending",
    "TemplateRunning",
    "TemplateRunning",
    "ExperimentRunning",
    "AnalysisRunPending",
    "AnalysisRunRunning",
    "AnalysisRunSuccessful",
    "ExperimentSuccessful",
    "TemplateSuccessful",
    "TemplateSuccessful",
  ]);
  const told = reasons(played, "Rollout").filter((reason) => /Experiment|AnalysisRun/.test(reason));
  deepEqual(told, ["ExperimentCreated", "AnalysisRunPending", "AnalysisRunRunning", "AnalysisRunSuccessful"]);
});

test("an experiment that fails aborts, and a retry runs another one", async () => {
  const metrics = [shows(20, [0.1]), shows(200, [1])];
  const played = await story({ metrics, actions: [at(300, { do: "retry" })] });
  equal(played.outcome, "completed");
  const told = played.events.filter(({ about }) => about.kind === "Rollout").map(({ note }) => note.message);
  const [first = "", second] = told.filter((message) => message.startsWith("Created Experiment"));
  equal(second, first.replace(/'$/, "-1'"));
  equal(
    told.filter((message) =>
      message.startsWith(
        "Rollout aborted update to revision 2: Experiment analysis phase is error/failed: Metric",
      ),
    ).length,
    1,
  );
});

test("an inconclusive experiment asks a person once, who has it repeated (analysis trap 64)", async () => {
  const metrics = [shows(20, [0.7]), shows(200, [1])];
  const actions = [at(300, { do: "promote" })];
  const waiting = await story({ metrics });
  equal(waiting.outcome, "paused");
  equal(reasons(waiting, "Rollout").filter((reason) => reason === "ExperimentCreated").length, 1);
  const played = await story({ metrics, actions });
  equal(played.outcome, "completed");
  equal(reasons(played, "Rollout").filter((reason) => reason === "ExperimentCreated").length, 2);
});

test("an abort and a full promotion end the experiment", async () => {
  for (const action of ["abort", "promoteFull"] as const) {
    const played = await story({ actions: [at(30, { do: action })] });
    equal(played.outcome, action === "abort" ? "aborted" : "completed");
    equal(reasons(played, "Experiment").filter((reason) => reason === "AnalysisRunTerminating").length, 1);
    equal(reasons(played, "Experiment").at(-1), "ExperimentSuccessful");
  }
});

const service = (name: string) => ({
  apiVersion: "v1",
  kind: "Service",
  metadata: { name, namespace: "shop" },
  spec: { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] },
});
const backendRefs = ["stable", "canary"].map((name) => ({ name, port: 80 }));
const route = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "HTTPRoute",
  metadata: { name: "route", namespace: "shop" },
  spec: { rules: [{ backendRefs }] },
};

test("pods with traffic go only after the routers have let go of them", async () => {
  const plugins = { "argoproj-labs/gatewayAPI": { httpRoute: "route", namespace: "shop" } };
  const played = await story({
    step: {
      scaleDownDelaySeconds: 0,
      templates: [{ name: "cand", specRef: "canary", weight: 5 }],
    },
    routing: { canaryService: "canary", stableService: "stable", trafficRouting: { plugins } },
    more: [service("canary"), service("stable"), route],
  });
  equal(played.outcome, "completed");
  const order = played.events
    .map(({ note }) => note.message)
    .filter((message) => /additional|ReplicaSet web-.*-cand/.test(message))
    .map((message) => message.replace(/web-[a-z0-9]+-2-1-cand( \w+)?/, "cand"));
  deepEqual(order, [
    "Scaled up ReplicaSet cand 0 to 1",
    "Traffic weight updated , additional: [{5 cand}]",
    "Traffic weight updated , additional: []",
    "Scaled down ReplicaSet cand 1 to 0",
  ]);
});
