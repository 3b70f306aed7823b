import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { EventRecorder } from "../../src/kube/events.ts";
import { silent } from "../../src/kube/log.ts";
import { ApiError, type Client, type PatchRequest } from "../../src/reconcile/ports.ts";

interface Scene {
  readonly recorder: EventRecorder;
  readonly created: KubeObject[];
  readonly patched: PatchRequest[];
  now: number;
  /** Errors for the next writes. */
  readonly errors: ApiError[];
}

function setUp(): Scene {
  const scene = {
    created: [] as KubeObject[],
    patched: [] as PatchRequest[],
    errors: [] as ApiError[],
    now: 1_700_000_000_000,
  };
  const fail = (): void => {
    const error = scene.errors.shift();
    if (error) throw error;
  };
  const client = {
    async create(object: KubeObject) {
      fail();
      scene.created.push(object);
    },
    async patch(_ref: unknown, patch: PatchRequest) {
      fail();
      scene.patched.push(patch);
    },
  } as unknown as Client;
  return Object.assign(scene, {
    recorder: new EventRecorder({ client, log: silent, now: () => scene.now, retryAfter: 1 }),
  });
}

const rollout = (name: string): KubeObject => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Rollout",
  metadata: { namespace: "ns", name, uid: `uid-${name}`, resourceVersion: "7" },
});
const note = (
  message: string,
  reason = "RolloutPaused",
): { type: "Normal"; reason: string; message: string } => ({ type: "Normal", reason, message });

test("events: a core event about the object", async () => {
  const { recorder, created } = setUp();
  recorder.record(rollout("web"), note("Rollout is paused"));
  await recorder.settled();
  const { metadata, ...rest } = created[0] as KubeObject;
  match(metadata.name, /^web\.[0-9a-f]{16}$/);
  equal(metadata.namespace, "ns");
  deepEqual(rest, {
    apiVersion: "v1",
    kind: "Event",
    involvedObject: {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      namespace: "ns",
      name: "web",
      uid: "uid-web",
      resourceVersion: "7",
    },
    type: "Normal",
    reason: "RolloutPaused",
    message: "Rollout is paused",
    count: 1,
    firstTimestamp: "2023-11-14T22:13:20Z",
    lastTimestamp: "2023-11-14T22:13:20Z",
    source: { component: "rollouts-controller" },
    reportingComponent: "rollouts-controller",
    reportingInstance: "",
  });
});

test("events: the same again within ten minutes is counted", async () => {
  const scene = setUp();
  for (let i = 0; i < 3; i++) {
    scene.recorder.record(rollout("web"), note("again"));
    scene.now += 60_000;
  }
  await scene.recorder.settled();
  equal(scene.created.length, 1);
  deepEqual(
    scene.patched.map((p) => p.body),
    [
      { count: 2, lastTimestamp: "2023-11-14T22:14:20Z" },
      { count: 3, lastTimestamp: "2023-11-14T22:15:20Z" },
    ],
  );
  scene.now += 600_000;
  scene.recorder.record(rollout("web"), note("again"));
  await scene.recorder.settled();
  equal(scene.created.length, 2);
});

test("events: other texts, reasons and objects are other events, in their order", async () => {
  const { recorder, created, patched } = setUp();
  const texts = Array.from({ length: 20 }, (_, i) => `text ${i}`);
  for (const text of texts) recorder.record(rollout("web"), note(text));
  recorder.record(rollout("other"), note("text 0"));
  recorder.record(rollout("other"), note("text 0", "RolloutResumed"));
  await recorder.settled();
  deepEqual(
    created.filter((e) => e.metadata.name.startsWith("web")).map((e) => e["message"]),
    texts,
  );
  equal(created.length, 22);
  equal(new Set(created.map((e) => e.metadata.name)).size, 22);
  equal(patched.length, 0);
});

test("events: one that has expired on the server is created anew", async () => {
  const { recorder, created, errors } = setUp();
  recorder.record(rollout("web"), note("again"));
  await recorder.settled();
  errors.push(new ApiError(404, "NotFound", "gone"));
  recorder.record(rollout("web"), note("again"));
  await recorder.settled();
  equal(created[1]?.["count"], 2);
});

test("events: a chatty object is held to its budget of a type, the others are not", async () => {
  const scene = setUp();
  for (let i = 0; i < 80; i++) scene.recorder.record(rollout("web"), note(`text ${i}`));
  scene.recorder.record(rollout("other"), note("text"));
  scene.recorder.record(rollout("web"), { ...note("it is aborted"), type: "Warning" });
  await scene.recorder.settled();
  equal(scene.created.length, 52);
  scene.now += 10_000;
  for (let i = 90; i < 93; i++) scene.recorder.record(rollout("web"), note(`text ${i}`));
  await scene.recorder.settled();
  equal(scene.created.length, 53);
});

const outcomes: [name: string, errors: ApiError[], created: number][] = [
  ["a passing failure is tried again", [new ApiError(0, "x", "x"), new ApiError(503, "x", "x")], 1],
  ["a lasting failure is dropped", Array.from({ length: 3 }, () => new ApiError(500, "x", "x")), 0],
  ["a refusal is dropped", [new ApiError(403, "Forbidden", "no")], 0],
  [
    "a conflict after a try without answer is success",
    [new ApiError(0, "x", "x"), new ApiError(409, "AlreadyExists", "x")],
    0,
  ],
];
for (const [name, errors, want] of outcomes) {
  test(`events: ${name}`, async () => {
    const scene = setUp();
    scene.errors.push(...errors);
    scene.recorder.record(rollout("web"), note("text"));
    await scene.recorder.settled();
    equal(scene.created.length, want);
    equal(scene.errors.length, 0);
    scene.recorder.record(rollout("web"), note("next"));
    await scene.recorder.settled();
    equal(scene.created.length, want + 1);
  });
}

test("events: stop writes what waits, takes no more, and does not wait for ever", async () => {
  const { recorder, created } = setUp();
  recorder.record(rollout("web"), note("last"));
  await recorder.stop(1_000);
  equal(created.length, 1);
  recorder.record(rollout("web"), note("late"));
  await recorder.settled();
  equal(created.length, 1);

  const hung = new EventRecorder({
    client: { create: () => new Promise(() => {}) } as unknown as Client,
    log: silent,
  });
  hung.record(rollout("web"), note("never"));
  const began = performance.now();
  await hung.stop(20);
  ok(performance.now() - began < 3_000);
});

test("events: nothing is remembered of objects that have long been quiet", async () => {
  const scene = setUp();
  for (let i = 0; i < 100; i++) scene.recorder.record(rollout(`r${i}`), note("text"));
  ok(scene.recorder.remembered >= 200);
  scene.now += 700_000;
  scene.recorder.record(rollout("last"), note("text"));
  await scene.recorder.settled();
  equal(scene.recorder.remembered, 2);
});
