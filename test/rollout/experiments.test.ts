import { deepEqual, equal, ok, throws } from "node:assert/strict";
import { test } from "node:test";
import { annotation, label } from "../../src/api/labels.ts";
import type { KubeObject } from "../../src/api/object.ts";
import type { Effect } from "../../src/reconcile/effect.ts";
import {
  type ExperimentState,
  experimentDestinations,
  experimentFor,
  wantsExperiment,
} from "../../src/rollout/experiments.ts";
import { fullReplicaSets } from "../../src/rollout/observeExperiments.ts";
import { type View, viewOf } from "../../src/rollout/view.ts";
import { newHash, replicaSet, seen, t0 } from "../support/rolloutSeen.ts";
import { statusAfter } from "./seen.ts";

const name = `web-${newHash}-2-1`;
const pods = {
  containers: [{ name: "web", image: "web:2", ports: [{ containerPort: 80, protocol: "TCP" }] }],
};

/** A ReplicaSet as the API server has it. */
function whole(hash: string): KubeObject {
  const set = replicaSet({ hash, spec: { minReadySeconds: 5 } });
  const { template, ...spec } = set["spec"] as { template: object };
  const annotations = { kept: "yes" };
  const labels = { app: "web", [label.podHash]: hash };
  return {
    ...set,
    spec: { ...spec, template: { ...template, metadata: { labels, annotations }, spec: pods } },
  };
}

const wholeSets = new Map([newHash, "old"].map((hash) => [`web-${hash}`, whole(hash)]));
const step = { templates: [{ name: "a", specRef: "canary" }] };

interface Case {
  readonly step?: object;
  readonly steps?: readonly object[];
  readonly status?: object;
  readonly experiments?: readonly KubeObject[];
  readonly metadata?: object;
  readonly spec?: object;
  readonly sets?: readonly KubeObject[];
  readonly taken?: readonly string[];
  readonly unread?: boolean;
}

/** A canary of revision 2 at its second step, which runs an experiment. */
function view({
  steps,
  status,
  experiments = [],
  metadata,
  spec,
  sets,
  taken,
  unread,
  ...rest
}: Case = {}): View {
  const snapshot = seen({
    spec: {
      strategy: {
        canary: { steps: steps ?? [{ setWeight: 10 }, { experiment: rest.step ?? step }, { setWeight: 20 }] },
      },
      ...spec,
    },
    metadata: { annotations: { [annotation.revision]: "2" }, ...metadata },
    status: { stableRS: "old", currentPodHash: newHash, currentStepIndex: 1, ...status },
    replicaSets: sets ?? [replicaSet({ hash: "old" }), replicaSet({ hash: newHash, size: 1, revision: 2 })],
    more: {
      experiments,
      takenNames: new Set(taken),
      ...(unread !== true && { fullReplicaSets: wholeSets }),
    },
  });
  return viewOf(snapshot, t0);
}

function experiment(
  named: string,
  phase = "",
  more: { spec?: object; message?: string; status?: object } = {},
) {
  const created = experimentFor(view(), false).effects[0];
  ok(created?.do === "create");
  return {
    ...created.object,
    metadata: { ...created.object.metadata, name: named, uid: named },
    spec: { ...(created.object["spec"] as object), ...more.spec },
    status: { phase, ...(more.message !== undefined && { message: more.message }), ...more.status },
  };
}

/** What is decided, in words. */
function outline({ current, succeeded, inconclusive, abort, effects }: ExperimentState): unknown {
  const writes = effects.map((effect: Effect) =>
    effect.do === "create"
      ? `create ${effect.object.metadata.name}`
      : `end ${"ref" in effect && effect.ref.name}`,
  );
  return {
    current,
    ...(succeeded && { succeeded }),
    ...(inconclusive && { inconclusive }),
    ...(abort !== undefined && { abort }),
    ...(writes.length > 0 && { writes }),
  };
}

const named = (current: string) => ({ canary: { currentExperiment: current } });
const paused = (reason: string) => ({ pauseConditions: [{ reason, startTime: "2026-01-01T12:00:00Z" }] });
const words = "Experiment analysis phase is error/failed";
const late = "Template 'c' exceeded its progressDeadlineSeconds (600)";

const cases: readonly [name: string, given: Case & { off?: boolean }, want: object][] = [
  ["starts with its step", {}, { current: name, writes: [`create ${name}`] }],
  ["does not start at another step", { status: { currentStepIndex: 0 } }, { current: undefined }],
  [
    "does not start without stable",
    { sets: [replicaSet({ hash: newHash, revision: 2 })] },
    { current: undefined },
  ],
  ["waits until the templates were read", { unread: true }, { current: undefined }],
  ...["", "Pending", "Running"].map((phase): (typeof cases)[number] => [
    `is waited for while it is "${phase}"`,
    { status: named(name), experiments: [experiment(name, phase)] },
    { current: name },
  ]),
  [
    "completes the step when it succeeds",
    { status: named(name), experiments: [experiment(name, "Successful")] },
    { current: name, succeeded: true },
  ],
  [
    "asks a person when it is inconclusive, and is forgotten",
    { status: named(name), experiments: [experiment(name, "Inconclusive")] },
    { current: undefined, inconclusive: true },
  ],
  [
    "is not replaced while the person is asked (analysis trap 64)",
    { status: paused("InconclusiveExperiment"), experiments: [experiment(name, "Inconclusive")] },
    { current: undefined },
  ],
  [
    "is replaced when the person goes on",
    { status: { controllerPause: true }, experiments: [experiment(name, "Inconclusive")] },
    { current: `${name}-1`, writes: [`create ${name}-1`] },
  ],
  [
    "aborts when it fails",
    { status: named(name), experiments: [experiment(name, "Failed", { message: late })] },
    { current: name, abort: `${words}: ${late}` },
  ],
  [
    "aborts when it errs, without message",
    { status: named(name), experiments: [experiment(name, "Error")] },
    { current: name, abort: words },
  ],
  [
    "is created again when somebody deleted it",
    { status: named(name) },
    { current: name, writes: [`create ${name}`] },
  ],
  [
    "is not touched while a person is asked about an analysis",
    {
      status: { ...named(name), ...paused("InconclusiveAnalysisRun") },
      experiments: [experiment(name, "Failed")],
    },
    { current: name },
  ],
  [
    "is ended when nothing is to run",
    { off: true, status: named(name), experiments: [experiment(name, "Running")] },
    { current: undefined, writes: [`end ${name}`] },
  ],
  [
    "is ended once only",
    { off: true, experiments: [experiment(name, "Running", { spec: { terminate: true } })] },
    { current: undefined },
  ],
  [
    "is left alone when it has ended itself",
    { off: true, experiments: [experiment(name, "Successful")] },
    { current: undefined },
  ],
  [
    "is ended when its step is left",
    { status: { ...named(name), currentStepIndex: 2 }, experiments: [experiment(name, "Running")] },
    { current: undefined, writes: [`end ${name}`] },
  ],
  [
    "of an earlier step does not count for this one",
    { status: named(`web-${newHash}-2-0`), experiments: [experiment(`web-${newHash}-2-0`, "Successful")] },
    { current: name, writes: [`create ${name}`] },
  ],
  [
    "of step 11 does not count for step 1",
    { status: named(`${name}1`), experiments: [experiment(`${name}1`, "Successful")] },
    { current: name, writes: [`create ${name}`] },
  ],
  [
    "that goes on and asks for the same is taken over",
    { experiments: [experiment(name, "Running")] },
    { current: name },
  ],
  [
    "that asks for something else is ended and replaced",
    { experiments: [experiment(name, "Running", { spec: { duration: "1h" } })] },
    { current: `${name}-1`, writes: [`create ${name}-1`, `end ${name}`] },
  ],
  [
    "that is being ended is not taken over",
    { experiments: [experiment(name, "Running", { spec: { terminate: true } })] },
    { current: `${name}-1`, writes: [`create ${name}-1`] },
  ],
  [
    "whose name belongs to somebody else gets another name",
    { taken: [`${name}-1`], experiments: [] },
    { current: `${name}-2`, writes: [`create ${name}-2`] },
  ],
  [
    "starts anew after a retry",
    {
      status: { ...named(name), abort: false, abortedAt: "2026-01-01T12:00:00Z" },
      experiments: [experiment(name, "Failed")],
    },
    { current: `${name}-1`, writes: [`create ${name}-1`] },
  ],
  [
    "goes on while the rollout is paused by hand",
    { spec: { paused: true }, status: named(name), experiments: [experiment(name, "Failed")] },
    { current: name, abort: words },
  ],
];
for (const [text, { off = false, ...given }, want] of cases) {
  test(`an experiment ${text}`, () => {
    deepEqual(outline(experimentFor(view(given), off)), want);
  });
}

test("its creation is told", () => {
  deepEqual(experimentFor(view(), false).effects[0]?.event, {
    type: "Normal",
    reason: "ExperimentCreated",
    message: `Created Experiment '${name}'`,
  });
});

/** The experiment that a step creates. */
function created(given: Case): KubeObject {
  const [effect] = experimentFor(view(given), false).effects;
  ok(effect?.do === "create");
  return effect.object;
}

test("it carries the Rollout's labels, its revision and its owner", () => {
  const labels = { team: "a", [label.instanceId]: "one" };
  const metadata = { labels, annotations: { [annotation.revision]: "2", other: "x" } };
  const made = created({ metadata }).metadata;
  deepEqual(made, {
    name,
    namespace: "shop",
    labels: { ...labels, [label.podHash]: newHash },
    annotations: { [annotation.revision]: "2" },
    ownerReferences: [
      {
        apiVersion: "argoproj.io/v1alpha1",
        kind: "Rollout",
        name: "web",
        uid: "u-web",
        controller: true,
        blockOwnerDeletion: true,
      },
    ],
  });
});

test("its spec is that of the step, with the pods of the ReplicaSets", () => {
  const given = {
    duration: "5m",
    scaleDownDelaySeconds: 0,
    dryRun: [{ metricName: "m" }],
    analysisRunMetadata: { labels: { x: "y" } },
    analyses: [
      {
        name: "m",
        templateName: "t",
        clusterScope: true,
        requiredForCompletion: true,
        args: [
          { name: "hash", valueFrom: { podTemplateHashValue: "Stable" } },
          { name: "own", value: "{{templates.a.podTemplateHash}}" },
        ],
      },
      { name: "n", templateName: "t" },
    ],
    templates: [
      { name: "a", specRef: "canary", replicas: 2, weight: 5, metadata: { labels: { role: "x" } } },
      { name: "b", specRef: "stable", selector: { matchLabels: { app: "web" } }, service: { name: "front" } },
      { name: "c", specRef: "stable", metadata: { annotations: { note: "z" } } },
    ],
  };
  const spec = created({ step: given, spec: { progressDeadlineSeconds: 60 } })["spec"];
  const labels = (hash: string) => ({ app: "web", [label.podHash]: hash });
  const podsOf = (hash: string, more: object = {}, notes: object = {}) => ({
    metadata: { labels: { ...labels(hash), ...more }, annotations: { kept: "yes", ...notes } },
    spec: pods,
  });
  deepEqual(spec, {
    templates: [
      {
        name: "a",
        replicas: 2,
        minReadySeconds: 5,
        selector: { matchLabels: { ...labels(newHash), role: "x" } },
        template: podsOf(newHash, { role: "x" }),
        service: {},
      },
      {
        name: "b",
        minReadySeconds: 5,
        selector: { matchLabels: { app: "web" } },
        template: podsOf("old"),
        service: { name: "front" },
      },
      {
        name: "c",
        minReadySeconds: 5,
        selector: { matchLabels: labels("old") },
        template: podsOf("old", {}, { note: "z" }),
      },
    ],
    duration: "5m",
    progressDeadlineSeconds: 60,
    scaleDownDelaySeconds: 0,
    analyses: [
      {
        name: "m",
        templateName: "t",
        clusterScope: true,
        requiredForCompletion: true,
        args: [
          { name: "hash", value: "old" },
          { name: "own", value: "{{templates.a.podTemplateHash}}" },
        ],
      },
      { name: "n", templateName: "t" },
    ],
    dryRun: [{ metricName: "m" }],
    analysisRunMetadata: { labels: { x: "y" } },
  });
});

test("a version that is neither canary nor stable fails the look", () => {
  const wrong = { templates: [{ name: "a", specRef: "other" }] };
  throws(() => experimentFor(view({ step: wrong }), false), {
    message: "Invalid template step SpecRef: must be canary or stable",
  });
});

const weighted = {
  templates: [
    { name: "a", specRef: "canary", weight: 5 },
    { name: "b", specRef: "stable" },
    { name: "c", specRef: "stable", weight: 7 },
  ],
};
const statuses = ["a", "b", "c"].map((template) => ({
  name: template,
  availableReplicas: 1,
  serviceName: `svc-${template}`,
  podTemplateHash: `hash-${template}`,
}));
const noPort = statuses.map(({ serviceName: _, podTemplateHash: __, ...rest }) => rest);
const port = { port: 80 };
const shares: readonly [
  name: string,
  phase: string,
  given: Case & { status?: object },
  want: readonly object[],
][] = [
  [
    "while it runs",
    "Running",
    {},
    [
      { serviceName: "svc-a", podTemplateHash: "hash-a", weight: 5, ...port },
      { serviceName: "svc-c", podTemplateHash: "hash-c", weight: 7 },
    ],
  ],
  ["not before (T-24)", "Pending", {}, []],
  ["not after", "Successful", {}, []],
  ["not without its name in the status", "Running", { status: { canary: {} } }, []],
  ["not before its step", "Running", { status: { currentStepIndex: 0 } }, []],
  ["not at the steps after it, though it still runs", "Running", { status: { currentStepIndex: 2 } }, []],
];
for (const [text, phase, { status, ...given }, want] of shares) {
  test(`its versions get traffic ${text}`, () => {
    const running = experiment(name, phase, { status: { templateStatuses: statuses } });
    const steps = [{ setWeight: 10 }, { experiment: weighted }, { setWeight: 20 }];
    const looked = view({ steps, experiments: [running], status: { ...named(name), ...status }, ...given });
    deepEqual(experimentDestinations(looked), want);
  });
}

test("a version without Service is passed through, one without pods or being ended is not", () => {
  const steps = [{ setWeight: 10 }, { experiment: weighted }];
  const shown = (spec: object, templateStatuses: readonly object[]) => {
    const running = experiment(name, "Running", { spec, status: { templateStatuses } });
    return experimentDestinations(view({ steps, experiments: [running], status: named(name) }));
  };
  deepEqual(shown({}, noPort.slice(0, 1)), [{ serviceName: "", podTemplateHash: "", weight: 5, ...port }]);
  deepEqual(shown({}, [{ ...statuses[0], availableReplicas: 0 }]), []);
  deepEqual(shown({ terminate: true }, statuses), []);
});

const wishes: readonly [name: string, given: Case, want: boolean][] = [
  ["at its step", {}, true],
  ["at another step", { status: { currentStepIndex: 0 } }, false],
  ["when it is there", { status: named(name), experiments: [experiment(name)] }, false],
  ["after an abort", { status: { abort: true } }, false],
  ["when all is skipped", { status: { promoteFull: true } }, false],
  ["when the version is stable", { status: { stableRS: newHash } }, false],
];
for (const [text, given, want] of wishes) {
  test(`the whole ReplicaSets are read ${text}: ${want}`, async () => {
    const asked: string[] = [];
    const looked = view({ unread: true, ...given });
    equal(wantsExperiment(looked), want);
    const client = { get: async (ref: { name: string }) => asked.push(ref.name) && whole(ref.name.slice(4)) };
    const found = await fullReplicaSets(
      {
        ...looked.seen,
        rollout: { ...looked.seen.rollout, status: { ...looked.status, currentStepHash: looked.stepsHash } },
      },
      { client, clock: { now: () => t0 } } as never,
    );
    deepEqual([...found.keys()], want ? [`web-${newHash}`, "web-old"] : []);
    deepEqual(asked, [...found.keys()]);
  });
}

const kept: readonly [text: string, carried: number | undefined, name: string | undefined][] = [
  ["as long as a router needs a write", 30, name],
  ["not any more when the routers carry what is wanted", 25, undefined],
  ["not without routers", undefined, undefined],
];
for (const [text, weight, want] of kept) {
  test(`an experiment that is over is named, and so keeps its pods, ${text}`, () => {
    const status = { currentStepIndex: 1, ...named(name) };
    const after = statusAfter({ status, ...(weight !== undefined && { weight }) });
    equal(after.canary?.currentExperiment, want);
  });
}
