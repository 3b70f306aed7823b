import { doesNotThrow, throws } from "node:assert/strict";
import { test } from "node:test";
import { read } from "../../src/api/read.ts";
import { Rollout } from "../../src/api/rollout.ts";
import type { Template } from "../../src/rollout/snapshot.ts";
import { checkSpec } from "../../src/rollout/validate.ts";

const good = {
  replicas: 5,
  selector: { matchLabels: { app: "demo" } },
  template: {
    metadata: { labels: { app: "demo" } },
    spec: { containers: [{ name: "demo", image: "demo:1" }] },
  },
  strategy: { canary: {} },
};

function rolloutWith(changes: object): Rollout {
  const spec = { ...good, ...changes };
  const metadata = { name: "demo", namespace: "shop" };
  return read(Rollout, { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", metadata, spec });
}

function check(changes: object, resolved = true): void {
  const rollout = rolloutWith(changes);
  const { template, selector } = rollout.spec;
  checkSpec(rollout, { template: template as Template | undefined, selector, resolved });
}

const pod = (spec: object) => ({ template: { metadata: { labels: { app: "demo" } }, spec } });
const containers = [{ name: "demo" }];

const rules: [name: string, changes: object, want: string][] = [
  ["1 replicas", { replicas: -1 }, "spec.replicas: Invalid value: -1: must be greater than or equal to 0"],
  [
    "2 selector missing",
    { selector: undefined },
    "spec.selector: Required value: Rollout has missing field '.spec.selector'",
  ],
  [
    "3 selector empty",
    { selector: {} },
    "spec.selector: Invalid value: {}: empty selector is invalid for deployment",
  ],
  [
    "3 selector without known operator",
    { selector: { matchExpressions: [{ key: "app", operator: "Is" }] } },
    'spec.selector.matchExpressions[0].operator: Invalid value: "Is": not a valid selector operator',
  ],
  [
    "3 selector without values",
    { selector: { matchExpressions: [{ key: "app", operator: "In" }] } },
    "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
  ],
  [
    "5 labels",
    { selector: { matchLabels: { app: "other" } } },
    'spec.template.metadata.labels: Invalid value: {"app":"demo"}: `selector` does not match template `labels`',
  ],
  [
    "5 labels, by key",
    { template: { metadata: { labels: { b: "2", a: "1" } }, spec: { containers } } },
    'spec.template.metadata.labels: Invalid value: {"a":"1","b":"2"}: `selector` does not match template `labels`',
  ],
  [
    "5 no template",
    { template: undefined },
    "spec.template.metadata.labels: Invalid value: null: `selector` does not match template `labels`",
  ],
  ["5 no containers", pod({}), "spec.template.spec.containers: Required value"],
  ["5 empty containers", pod({ containers: [] }), "spec.template.spec.containers: Required value"],
  [
    "5 restart policy",
    pod({ containers, restartPolicy: "Never" }),
    'spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"',
  ],
  [
    "5 deadline",
    pod({ containers, activeDeadlineSeconds: 5 }),
    "spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported",
  ],
  [
    "6 minReadySeconds",
    { minReadySeconds: -1 },
    "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0",
  ],
  [
    "6 revisionHistoryLimit",
    { revisionHistoryLimit: -1 },
    "spec.revisionHistoryLimit: Invalid value: -1: must be greater than or equal to 0",
  ],
  [
    "6 progressDeadlineSeconds",
    { progressDeadlineSeconds: -1 },
    "spec.progressDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0",
  ],
  [
    "7 deadline and readiness",
    { minReadySeconds: 30, progressDeadlineSeconds: 30 },
    "spec.progressDeadlineSeconds: Invalid value: 30: must be greater than minReadySeconds",
  ],
  [
    "7 default deadline",
    { minReadySeconds: 600 },
    "spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds",
  ],
  [
    "8 no strategy",
    { strategy: undefined },
    "spec.strategy.strategy: Required value: Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'",
  ],
  [
    "8 empty strategy",
    { strategy: {} },
    "spec.strategy.strategy: Required value: Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'",
  ],
  [
    "9 both strategies",
    { strategy: { canary: {}, blueGreen: { activeService: "a" } } },
    'spec.strategy.strategy: Invalid value: "blueGreen: true canary: true": Multiple Strategies can not be listed',
  ],
];
for (const [name, changes, message] of rules) {
  test(`a Rollout is refused by rule ${name}`, () => throws(() => check(changes), { message }));
}

const order: [first: string, changes: object, path: string][] = [
  ["replicas before selector", { replicas: -1, selector: undefined }, "spec.replicas"],
  ["selector before template", { selector: {}, template: undefined }, "spec.selector"],
  ["template before times", { ...pod({}), minReadySeconds: -1 }, "spec.template.spec.containers"],
  ["times before strategy", { minReadySeconds: -1, strategy: undefined }, "spec.minReadySeconds"],
];
for (const [name, changes, path] of order) {
  test(`the first problem is told: ${name}`, () => throws(() => check(changes), { path }));
}

const fine: [name: string, changes: object][] = [
  ["the smallest", {}],
  ["no replicas", { replicas: undefined }],
  ["zero replicas", { replicas: 0 }],
  [
    "privileged pods on a host port",
    pod({ containers: [{ securityContext: { privileged: true } }], hostNetwork: true }),
  ],
  ["zero history", { revisionHistoryLimit: 0 }],
  ["expressions only", { selector: { matchExpressions: [{ key: "app", operator: "Exists" }] } }],
  ["what nobody checks", { rollbackWindow: { revisions: -1 } }],
];
for (const [name, changes] of fine) {
  test(`a Rollout is accepted: ${name}`, () => doesNotThrow(() => check(changes)));
}

const workloadRef = { apiVersion: "apps/v1", kind: "Deployment", name: "demo", scaleDown: "gradually" };
const foreign = { workloadRef, template: undefined, selector: undefined };

test("a reference to a workload is not judged before it was followed", () => {
  doesNotThrow(() => check(foreign, false));
  doesNotThrow(() => check({ ...foreign, template: { metadata: {}, spec: { containers } } }, false));
});

test("a template beside a reference to a workload is refused as long as that was not followed", () => {
  const message = "spec.template: Internal error: template must be empty for workload reference rollout";
  throws(() => check({ workloadRef }, false), { message });
  throws(() => check({ workloadRef, ...pod({}) }, false), { message });
  doesNotThrow(() => check({ workloadRef }, true));
});

test("a workload's template and selector are judged like one's own", () => {
  const rollout = rolloutWith(foreign);
  const template = good.template;
  doesNotThrow(() => checkSpec(rollout, { template, selector: good.selector, resolved: true }));
  throws(() => checkSpec(rollout, { template, selector: undefined, resolved: true }), {
    path: "spec.selector",
  });
  throws(() => checkSpec(rollout, { template: {}, selector: good.selector, resolved: true }), {
    path: "spec.template.metadata.labels",
  });
});
