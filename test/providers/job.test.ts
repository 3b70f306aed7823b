import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject, ObjectRef } from "../../src/api/object.ts";
import { later, seconds } from "../../src/api/time.ts";
import { jobName } from "../../src/providers/job.ts";
import { ApiError, type Client, type DeleteRequest, type Selection } from "../../src/reconcile/ports.ts";
import { type Given, measured, now } from "./server.ts";

const uid = "0dc6a4a1-1111-2222-3333-444455556666";
const provider = {
  job: {
    metadata: { labels: { team: "a" }, annotations: { note: "b" } },
    spec: {
      backoffLimit: 0,
      template: { metadata: { labels: { x: "y" } }, spec: { restartPolicy: "Never" } },
    },
  },
};
const metadata = { "job-name": `${uid}.m.1`, "job-namespace": "ns" };

/** A cluster that remembers what it was asked. */
function cluster(objects: readonly KubeObject[] = [], createError?: ApiError) {
  const created: KubeObject[] = [];
  const deleted: string[] = [];
  const listed: Selection[] = [];
  const client: Partial<Client> = {
    get: async ({ kind, name }: ObjectRef) =>
      objects.find((one) => one.kind === kind && one.metadata.name === name),
    list: async ({ kind }, selection = {}) => {
      listed.push(selection);
      return objects.filter((one) => one.kind === kind);
    },
    create: async (object) => {
      if (createError !== undefined) throw createError;
      created.push(object);
      return object;
    },
    delete: async ({ name }: ObjectRef, request: DeleteRequest = {}) => {
      deleted.push(`${name} ${request.propagation}`);
      if (name === "gone") throw new ApiError(404, "NotFound", "not found");
      return undefined;
    },
  };
  return { created, deleted, listed, client };
}

const job = (name: string, more: object = {}): KubeObject => ({
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: {
    name,
    namespace: "ns",
    ownerReferences: [{ apiVersion: "", kind: "", name: "run", uid, controller: true }],
  },
  spec: { selector: { matchLabels: { "batch.kubernetes.io/controller-uid": "u" } } },
  ...more,
});
const conditions = (...types: string[]) => ({
  status: { conditions: types.map((type) => ({ type, status: "True" })) },
});

const names: readonly [metric: string, number: number, want: string][] = [
  ["success-rate", 4, `${uid}.success-rate.4`],
  ["a".repeat(40), 12, `${uid}.${"a".repeat(23)}.12`],
];
for (const [metric, number, want] of names) {
  test(`analysis vector 10.3: a Job is named ${want}`, () => {
    equal(jobName(uid, metric, number), want);
    equal(want.length <= 63, true);
  });
}

test("analysis trap 42: long names of metrics with the same beginning share a Job", () => {
  const long = "a-metric-with-a-very-long-name";
  equal(jobName(uid, `${long}-one`, 1), jobName(uid, `${long}-two`, 1));
});

test("analysis trap 41: a Job is looked for where it is, not in what the watches have delivered", async () => {
  const { client } = cluster([job(`${uid}.m.1`, conditions("Complete"))]);
  const task = { do: "resume", startedAt: now, metadata } as const;
  deepEqual(await measured({ provider, client, task }), { is: "verdict", phase: "Successful" });
});

test("job creates a Job that belongs to the run", async () => {
  const { created, client } = cluster();
  const told = await measured({ provider, client });
  deepEqual(told, { is: "running", resumeAt: now, metadata });
  const ours = { "analysisrun.argoproj.io/uid": uid };
  deepEqual(created, [
    {
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: {
        name: `${uid}.m.1`,
        namespace: "ns",
        labels: { team: "a", ...ours },
        annotations: {
          note: "b",
          "analysisrun.argoproj.io/name": "run",
          "analysisrun.argoproj.io/namespace": "ns",
          "analysisrun.argoproj.io/metric-name": "m",
        },
        ownerReferences: [
          {
            apiVersion: "argoproj.io/v1alpha1",
            kind: "AnalysisRun",
            name: "run",
            uid,
            controller: true,
            blockOwnerDeletion: true,
          },
        ],
      },
      spec: {
        backoffLimit: 0,
        template: { metadata: { labels: { x: "y", ...ours } }, spec: { restartPolicy: "Never" } },
      },
    },
  ]);
});

test("job in another namespace has no owner", async () => {
  const { created, client } = cluster();
  await measured({ provider, client, variables: { ARGO_ROLLOUTS_ANALYSIS_JOB_NAMESPACE: "jobs" } });
  deepEqual([created[0]?.metadata.namespace, created[0]?.metadata.ownerReferences], ["jobs", undefined]);
});

const env = [{ name: "T", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }];
const withSecret = { job: { spec: { template: { spec: { containers: [{ name: "c", env }] } } } } };
const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "s" } };
const missing = 'secrets "s" not found in namespace "jobs", where the Job runs';
const elsewhere: readonly [name: string, get: Client["get"] | undefined, want: string | undefined][] = [
  ["is there", async () => secret, undefined],
  ["is missing", async () => undefined, missing],
  ["may not be read", () => Promise.reject(new ApiError(403, "Forbidden", "no")), undefined],
];
for (const [name, get, want] of elsewhere) {
  test(`job in another namespace whose Secret ${name}`, async () => {
    const { created, client } = cluster();
    const told = await measured({
      provider: withSecret,
      client: { ...client, ...(get && { get }) },
      variables: { ARGO_ROLLOUTS_ANALYSIS_JOB_NAMESPACE: "jobs" },
    });
    equal(told.is === "error" ? told.message : undefined, want);
    equal(created.length, want === undefined ? 1 : 0);
  });
}

test("job in the namespace of the run leaves its Secrets to the kubelet", async () => {
  equal((await measured({ provider: withSecret, client: cluster().client })).is, "running");
});

const exists = new ApiError(409, "AlreadyExists", "it exists");
const foreign = job(`${uid}.m.1`, { metadata: { name: `${uid}.m.1`, namespace: "ns" } });
const adoptions: readonly [name: string, object: KubeObject, want: string][] = [
  ["of the same run is adopted", job(`${uid}.m.1`), "running"],
  ["of somebody else is an error", foreign, "error"],
];
for (const [name, object, want] of adoptions) {
  test(`job: a Job that exists and is ${name}`, async () => {
    equal((await measured({ provider, client: cluster([object], exists).client })).is, want);
  });
}

test("job: a Job that cannot be created is an error", async () => {
  const refused = new ApiError(422, "Invalid", "restartPolicy: Unsupported value");
  deepEqual(await measured({ provider, client: cluster([], refused).client }), {
    is: "error",
    message: "restartPolicy: Unsupported value",
  });
});

test("job: a Job of a run that ended meanwhile is deleted again", async () => {
  const { deleted, client } = cluster();
  await measured({ provider, client, signal: AbortSignal.abort() });
  deepEqual(deleted, [`${uid}.m.1 Foreground`]);
});

const pod = (status: object): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "p" },
  status,
});
const waiting = (reason: string) => [{ name: "c", state: { waiting: { reason, message: "no such image" } } }];
const stuck = (reason: string) => `Pod p, container c has terminal error (${reason}): no such image\n`;
const resume: Given["task"] = { do: "resume", startedAt: later(now, seconds(-8)), metadata };
const looks: readonly [name: string, objects: readonly KubeObject[], want: object][] = [
  ["complete", [job(`${uid}.m.1`, conditions("Complete"))], { is: "verdict", phase: "Successful" }],
  ["failed", [job(`${uid}.m.1`, conditions("Failed"))], { is: "verdict", phase: "Failed" }],
  [
    "the last condition wins",
    [job(`${uid}.m.1`, conditions("Failed", "Complete", "Suspended"))],
    { is: "verdict", phase: "Successful" },
  ],
  ["gone", [], { is: "error", message: `job.batch "${uid}.m.1" not found` }],
  [
    "under way",
    [job(`${uid}.m.1`), pod({ containerStatuses: waiting("ContainerCreating") })],
    { is: "running", resumeAt: now + 4500 },
  ],
  [
    "without image (analysis trap 43)",
    [job(`${uid}.m.1`), pod({ containerStatuses: waiting("ErrImagePull") })],
    { is: "verdict", phase: "Inconclusive", message: stuck("ErrImagePull") },
  ],
  [
    "without image of an init container",
    [job(`${uid}.m.1`), pod({ initContainerStatuses: waiting("InvalidImageName") })],
    { is: "verdict", phase: "Inconclusive", message: stuck("InvalidImageName") },
  ],
];
for (const [name, objects, want] of looks) {
  test(`job: a look at a Job: ${name}`, async () => {
    deepEqual(await measured({ provider, task: resume, client: cluster(objects).client }), want);
  });
}

test("job: pods are found by the selector of the Job", async () => {
  const { listed, client } = cluster([job(`${uid}.m.1`)]);
  await measured({ provider, task: resume, client });
  deepEqual(listed, [{ namespace: "ns", labelSelector: "batch.kubernetes.io/controller-uid=u" }]);
});

test("job: a measurement that lost its metadata is an error", async () => {
  const task: Given["task"] = { do: "resume", startedAt: now, metadata: {} };
  deepEqual(await measured({ provider, task }), { is: "error", message: "job metadata reference missing" });
});

for (const name of [`${uid}.m.1`, "gone"]) {
  test(`job: ending deletes the Job ${name}`, async () => {
    const { deleted, client } = cluster();
    const told = await measured({
      provider,
      task: { do: "terminate", metadata: { ...metadata, "job-name": name } },
      client,
    });
    deepEqual(told, { is: "verdict", phase: "Inconclusive" });
    deepEqual(deleted, [`${name} Foreground`]);
  });
}

test("job: all but the newest Jobs of the run are deleted (analysis trap 40)", async () => {
  const aged = (name: string, at: string) =>
    job(name, { metadata: { name, namespace: "ns", creationTimestamp: at } });
  const objects = [
    aged("c", "2024-05-01T12:00:03Z"),
    aged("a", "2024-05-01T12:00:01Z"),
    aged("b", "2024-05-01T12:00:02Z"),
  ];
  const { deleted, listed, client } = cluster(objects);
  await measured({ provider, task: { do: "collect", limit: 1 }, client });
  deepEqual(deleted, ["a Background", "b Background"]);
  deepEqual(listed, [{ namespace: "ns", labelSelector: `analysisrun.argoproj.io/uid=${uid}` }]);
});
