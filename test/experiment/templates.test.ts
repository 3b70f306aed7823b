import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { annotation, label } from "../../src/api/labels.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { podTemplateHash } from "../../src/api/podTemplate/hash.ts";
import { ApiError } from "../../src/reconcile/ports.ts";
import { busy, forbidden, Lab, type LabOptions, podTemplate, rolloutWith, start, template } from "./lab.ts";

const owner = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Experiment",
  name: "exp",
  uid: "exp-uid",
  controller: true,
  blockOwnerDeletion: true,
};
interface Selecting extends KubeObject {
  readonly spec: {
    readonly selector: { readonly matchLabels: object };
    readonly template: { readonly metadata: { readonly labels: object } };
  };
}

const ours = { [annotation.experimentName]: "exp", [annotation.experimentTemplate]: "a" };

test("the ReplicaSet of a template is created without pods, and its name has no hash (analysis trap 62)", async () => {
  const given = {
    metadata: { labels: { app: "web" }, annotations: { note: "x" } },
    spec: podTemplate.spec,
  };
  const lab = new Lab({ spec: { templates: [template("a", { template: given, minReadySeconds: 5 })] } });
  await lab.look();
  const { metadata, spec } = lab.get("ReplicaSet", "exp-a") as KubeObject & { spec: unknown };
  const plain = { metadata: { labels: { app: "web" }, annotations: { note: "x" } }, spec: podTemplate.spec };
  const labels = { app: "web", [label.podHash]: podTemplateHash(plain) };
  deepEqual(
    { labels: metadata.labels, annotations: metadata.annotations, owners: metadata.ownerReferences },
    { labels, annotations: ours, owners: [owner] },
  );
  deepEqual(spec, {
    replicas: 0,
    minReadySeconds: 5,
    selector: { matchLabels: labels },
    template: { metadata: { labels, annotations: { note: "x" } }, spec: podTemplate.spec },
  });
});

test("pods copied from a ReplicaSet have a hash of their own, so that no other Service finds them", async () => {
  const plain = { ...podTemplate, metadata: { labels: { app: "web" } } };
  const taken = podTemplateHash(plain);
  const copied = { ...plain, metadata: { labels: { app: "web", [label.podHash]: taken } } };
  const templates = ["a", "b"].map((name) => template(name, { template: copied }));
  const lab = new Lab({ spec: { templates } });
  await lab.look();
  const hashes = ["exp-a", "exp-b"].map((name) => {
    const { metadata, spec } = lab.get("ReplicaSet", name) as Selecting;
    const hash = metadata.labels?.[label.podHash] ?? "";
    const labels = { app: "web", [label.podHash]: hash };
    deepEqual([spec.selector.matchLabels, spec.template.metadata.labels], [labels, labels]);
    return hash;
  });
  equal(new Set([taken, ...hashes]).size, 3);
});

test("a Service has every port of every container", async () => {
  const containers = [
    {
      name: "a",
      ports: [
        { name: "http", containerPort: 80 },
        { containerPort: 81, protocol: "UDP" },
      ],
    },
    { name: "b", ports: [{ name: "grpc", containerPort: 90 }] },
  ];
  const given = { ...podTemplate, spec: { containers } };
  const lab = new Lab({
    spec: { templates: [template("a", { template: given, service: { name: "front" } })] },
  });
  await lab.settle();
  const { metadata, spec } = lab.get("Service", "front") as KubeObject & { spec: unknown };
  deepEqual([metadata.ownerReferences, metadata.annotations], [[owner], ours]);
  deepEqual(spec, {
    selector: lab.get("ReplicaSet", "exp-a").metadata.labels,
    ports: [
      { name: "http", port: 80, targetPort: 80, protocol: "TCP" },
      { port: 81, targetPort: 81, protocol: "UDP" },
      { name: "grpc", port: 90, targetPort: 90, protocol: "TCP" },
    ],
  });
  equal(lab.template()?.serviceName, "front");
});

const noPorts = { ...podTemplate, spec: { containers: [{ name: "web" }] } };
const without: readonly [name: string, options: Parameters<typeof template>[1]][] = [
  ["that asks for none", {}],
  ["without ports (analysis trap 68)", { service: {}, template: noPorts }],
  ["without pods", { service: {}, replicas: 0 }],
];
for (const [name, options] of without) {
  test(`there is no Service for a template ${name}`, async () => {
    const lab = new Lab({ spec: { templates: [template("a", options)] } });
    await lab.settle();
    equal(lab.find("Service", "exp-a"), undefined);
    equal(lab.template()?.serviceName, undefined);
  });
}

function existing(kind: string, name: string, controller?: string): KubeObject {
  const ownerReferences = controller === undefined ? [] : [{ ...owner, uid: controller }];
  const apiVersion = kind === "Service" ? "v1" : "apps/v1";
  return { apiVersion, kind, metadata: { name, namespace: "ns", uid: "there", ownerReferences } };
}

const taken = "service exp-a already exists and is not owned by experiment template a";
const services: readonly [name: string, controller: string | undefined, want: string][] = [
  ["of its own is taken over", "exp-uid", "Pending"],
  ["of somebody else ends it", "other", `Error: Failed to create Service exp-a for template 'a': ${taken}`],
  ["of nobody ends it", undefined, `Error: Failed to create Service exp-a for template 'a': ${taken}`],
];
for (const [name, controller, want] of services) {
  test(`a Service that is there ${name}`, async () => {
    const objects = [existing("Service", "exp-a", controller)];
    const lab = new Lab({ spec: { templates: [template("a", { service: {} })] }, objects });
    await lab.settle();
    equal(lab.phase, want);
    if (want === "Pending") equal(lab.template()?.serviceName, "exp-a");
    else equal(lab.sizes["exp-a"], 0);
  });
}

test("two templates do not share a Service", async () => {
  const service = { name: "front" };
  const lab = new Lab({ spec: { templates: [template("a", { service }), template("b", { service })] } });
  await lab.settle();
  ok(lab.template("b")?.message?.endsWith("is not owned by experiment template b"));
});

const quota = (what: string) => `exceeded quota${what}`;
const refused = {
  create: "Error: Failed to create ReplicaSet for template 'a': exceeded quota",
  scale: "Error: Unable to scale ReplicaSet for template 'a' to desired replica count '1': exceeded quota",
  service: "Error: Failed to create Service exp-a for template 'a': exceeded quota",
};
const failures: readonly [name: string, request: string, error: ApiError, want: string, event?: string][] = [
  [
    "a refused ReplicaSet",
    "create ReplicaSet exp-a",
    forbidden,
    refused.create,
    `Normal ReplicaSetCreateError Failed to create new replica set "exp-a": ${quota("")}`,
  ],
  [
    "a refused size",
    "patch ReplicaSet exp-a",
    forbidden,
    refused.scale,
    `Warning ReplicaSetUpdateError Failed to scale exp-a up: ${quota("")}`,
  ],
  ["a refused Service", "create Service exp-a", forbidden, refused.service],
  ["a busy server", "create ReplicaSet exp-a", busy, "Pending"],
  ["a conflict", "patch ReplicaSet exp-a", new ApiError(409, "Conflict", "modified"), "Pending"],
  ["too many requests", "create Service exp-a", new ApiError(429, "TooManyRequests", "later"), "Pending"],
  ["no connection", "create Service exp-a", new ApiError(0, "Unreachable", "reset"), "Pending"],
];
for (const [name, request, error, want, event] of failures) {
  test(`after ${name}: ${want}`, async () => {
    const lab = new Lab({ spec: { templates: [template("a", { service: {} })] } });
    lab.errors.set(request, error);
    const events = await lab.settle();
    equal(lab.phase, want);
    if (want === "Pending") deepEqual(lab.sizes, { "exp-a": 1 });
    const told = events.filter((one) => /ReplicaSet(Create|Update)Error/.test(one));
    deepEqual(told, event === undefined ? [] : [event]);
  });
}

test("the name of a ReplicaSet that belongs to somebody else ends the template", async () => {
  const lab = new Lab({ spec: {}, objects: [existing("ReplicaSet", "exp-a", "other")] });
  await lab.settle();
  const message = `Failed to create ReplicaSet for template 'a': replicasets.apps "exp-a" already exists`;
  equal(lab.phase, `Error: ${message}`);
});

test("a ReplicaSet that is being deleted is waited for", async () => {
  const lab = new Lab({ spec: {} });
  await lab.settle();
  lab.available("exp-a");
  await lab.settle();
  lab.edit("ReplicaSet", "exp-a", { metadata: { deletionTimestamp: "2024-05-01T12:00:00Z" } });
  await lab.settle();
  equal(lab.phase, "Pending");
  lab.remove(lab.get("ReplicaSet", "exp-a"));
  await lab.settle();
  deepEqual(lab.sizes, { "exp-a": 1 });
});

test("a ReplicaSet whose annotations were taken off is still known by its name", async () => {
  const lab = new Lab({ spec: {} });
  await lab.settle();
  const annotations = { [annotation.experimentName]: null, [annotation.experimentTemplate]: null };
  lab.edit("ReplicaSet", "exp-a", { metadata: { annotations } });
  await lab.look();
  deepEqual(lab.sent, []);
});

test("late watches create nothing twice", async () => {
  const lab = new Lab({ spec: { duration: "1m", templates: [template("a"), template("b")] } });
  lab.late = true;
  const sent: string[] = [];
  for (let round = 0; round < 6; round += 1) {
    await lab.look();
    sent.push(...lab.sent.filter((request) => !request.endsWith("Experiment exp")));
  }
  deepEqual(sent, [
    "create ReplicaSet exp-a",
    "create ReplicaSet exp-b",
    "patch ReplicaSet exp-a",
    "patch ReplicaSet exp-b",
  ]);
});

test("a template follows its number of replicas", async () => {
  const lab = new Lab({ spec: { templates: [template("a", { replicas: 2 })] } });
  await lab.settle();
  for (const replicas of [4, 1]) {
    lab.edit("Experiment", "exp", { spec: { templates: [template("a", { replicas })] } });
    await lab.settle();
    deepEqual(lab.sizes, { "exp-a": replicas });
  }
});

/** An experiment that has just ended while its pods were up. */
async function ended(options: LabOptions): Promise<Lab> {
  const lab = new Lab(options);
  await lab.settle();
  lab.available("exp-a");
  await lab.settle();
  lab.edit("Experiment", "exp", { spec: { terminate: true } });
  await lab.settle();
  return lab;
}

const delays: readonly [name: string, delay: number | undefined, seconds: number, want: number][] = [
  ["30 s by default", undefined, 29, 1],
  ["and gone after them", undefined, 30, 0],
  ["as long as it says", 100, 99, 1],
  ["and gone then", 100, 100, 0],
  ["not at all without delay", 0, 0, 0],
];
for (const [name, scaleDownDelaySeconds, seconds, want] of delays) {
  test(`pods are kept ${name}`, async () => {
    const lab = await ended({ spec: scaleDownDelaySeconds === undefined ? {} : { scaleDownDelaySeconds } });
    const deadline = lab.get("ReplicaSet", "exp-a").metadata.annotations?.[annotation.scaleDownDeadline];
    equal(deadline === undefined, scaleDownDelaySeconds === 0);
    lab.pass(seconds);
    await lab.settle();
    equal(lab.sizes["exp-a"], want);
  });
}

test("without delay an old deadline does not count", async () => {
  const lab = await ended({ spec: {} });
  lab.edit("Experiment", "exp", { spec: { scaleDownDelaySeconds: 0 } });
  await lab.settle();
  equal(lab.sizes["exp-a"], 0);
});

test("pods stay while the routers of the Rollout send traffic to them", async () => {
  const lab = await ended({ spec: { scaleDownDelaySeconds: 0 }, rollout: rolloutWith() });
  equal(lab.sizes["exp-a"], 0);

  const busyLab = new Lab({ spec: { scaleDownDelaySeconds: 0 }, rollout: rolloutWith() });
  await busyLab.settle();
  busyLab.available("exp-a");
  await busyLab.settle();
  const podTemplateHash = busyLab.get("ReplicaSet", "exp-a").metadata.labels?.[label.podHash];
  const weights = { additional: [{ podTemplateHash, weight: 5 }] };
  busyLab.edit("Rollout", "web", { status: { canary: { weights } } });
  busyLab.edit("Experiment", "exp", { spec: { terminate: true } });
  await busyLab.settle();
  equal(busyLab.phase, "Successful");
  equal(busyLab.sizes["exp-a"], 1);
  busyLab.edit("Rollout", "web", { status: { canary: { weights: { additional: null } } } });
  await busyLab.settle();
  equal(busyLab.sizes["exp-a"], 0);
});

test("pods behind a Service stay while the Rollout names the experiment: a share may not be recorded yet", async () => {
  const other = { ...podTemplate, metadata: { labels: { app: "web", side: "b" } } };
  const lab = new Lab({
    spec: {
      templates: [template("a", { service: {} }), template("b", { template: other })],
      scaleDownDelaySeconds: 0,
    },
    rollout: rolloutWith(),
  });
  await lab.settle();
  lab.edit("Rollout", "web", { status: { canary: { currentExperiment: "exp" } } });
  for (const name of ["exp-a", "exp-b"]) lab.available(name);
  await lab.settle();
  lab.edit("Experiment", "exp", { spec: { terminate: true } });
  await lab.settle();
  deepEqual(lab.sizes, { "exp-a": 1, "exp-b": 0 });
  lab.edit("Rollout", "web", { status: { pauseConditions: [{ reason: "InconclusiveAnalysisRun" }] } });
  await lab.settle();
  deepEqual(lab.sizes, { "exp-a": 0, "exp-b": 0 });
});

test("counts of pods alone are not urgent, what people wait for is", async () => {
  const lab = new Lab({ spec: { templates: [template("a", { replicas: 2 })] } });
  equal((await lab.look()).status?.urgent, true);
  await lab.settle();
  lab.available("exp-a", 1);
  equal((await lab.look()).status?.urgent, false);
  lab.available("exp-a", 2);
  equal((await lab.look()).status?.urgent, true);
  equal(lab.now, start);
});
