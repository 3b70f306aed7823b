import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { podTrouble } from "../../src/rollout/podTrouble.ts";

const pod = (status: object, metadata: object = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name: "web-1", ...metadata },
  status,
});
const container = (more: object) => ({ name: "web", image: "shop/web:2", ready: false, ...more });
const waiting = (reason: string, message = "") => ({ state: { waiting: { reason, message } } });
const running = { state: { running: {} } };
const ended = (exitCode: number, reason = "Error") => ({ terminated: { exitCode, reason } });
const one = (more: object) => ({ containerStatuses: [container(more)] });
const unplaced = (reason: string) => ({
  conditions: [{ type: "PodScheduled", status: "False", reason, message: "0/3 nodes are available" }],
});
const noImage = (reason: string) => `container "web" does not get its image "shop/web:2" (${reason})`;
const crashes = (code: string) => `container "web" ends again and again (CrashLoopBackOff${code})`;
const memory = `container "web" needs more memory than it may have (OOMKilled)`;

const rows: readonly [name: string, status: object, reason: string | undefined, text?: string][] = [
  ["nothing is known yet", {}, undefined],
  ["is being created", one(waiting("ContainerCreating")), undefined],
  ["runs and is not ready", one(running), undefined],
  [
    "is ready after restarts",
    one({ ...running, ready: true, restartCount: 9, lastState: ended(1) }),
    undefined,
  ],
  ["has restarted once", one({ ...running, restartCount: 1, lastState: ended(1) }), undefined],
  ["no node", unplaced("Unschedulable"), "Unschedulable", "no node can take it: 0/3 nodes are available"],
  ["held back by a gate", unplaced("SchedulingGated"), undefined],
  ["image not pulled", one(waiting("ErrImagePull", "x")), "ImagePullBackOff", noImage("ImagePullBackOff")],
  [
    "image still not pulled",
    one(waiting("ImagePullBackOff")),
    "ImagePullBackOff",
    noImage("ImagePullBackOff"),
  ],
  ["no such image name", one(waiting("InvalidImageName")), "InvalidImageName", noImage("InvalidImageName")],
  [
    "missing configuration",
    one(waiting("CreateContainerConfigError", 'secret "db" not found')),
    "CreateContainerConfigError",
    'container "web" cannot be started (CreateContainerConfigError): secret "db" not found',
  ],
  [
    "a container that cannot be made",
    one(waiting("CreateContainerError")),
    "CreateContainerError",
    'container "web" cannot be started (CreateContainerError)',
  ],
  ["crashes", one(waiting("CrashLoopBackOff")), "CrashLoopBackOff", crashes("")],
  [
    "crashes, with its exit code",
    one({ ...waiting("CrashLoopBackOff"), lastState: ended(3) }),
    "CrashLoopBackOff",
    crashes(", exit code 3"),
  ],
  ["has just crashed", one({ state: ended(1) }), "CrashLoopBackOff", crashes(", exit code 1")],
  [
    "runs between two crashes",
    one({ ...running, restartCount: 2, lastState: ended(2) }),
    "CrashLoopBackOff",
    crashes(", exit code 2"),
  ],
  [
    "runs out of memory",
    one({ ...waiting("CrashLoopBackOff"), lastState: ended(137, "OOMKilled") }),
    "OOMKilled",
    memory,
  ],
  [
    "has just run out of memory",
    one({ state: ended(137, "OOMKilled"), lastState: ended(1) }),
    "OOMKilled",
    memory,
  ],
  [
    "its first step fails",
    {
      initContainerStatuses: [container({ state: ended(1), name: "web" })],
      ...one(waiting("PodInitializing")),
    },
    "CrashLoopBackOff",
    crashes(", exit code 1"),
  ],
  [
    "its first step is done",
    { initContainerStatuses: [container({ state: ended(0, "Completed") })], ...one(running) },
    undefined,
  ],
];
for (const [name, status, reason, text] of rows) {
  test(`trouble of a pod: ${name}`, () => {
    deepEqual(podTrouble(pod(status)), reason === undefined ? undefined : { reason, text });
  });
}

test("trouble of a pod: one that is leaving has none", () => {
  equal(
    podTrouble(pod(one(waiting("CrashLoopBackOff")), { deletionTimestamp: "2026-01-01T00:00:00Z" })),
    undefined,
  );
});

test("trouble of a pod: long messages of others are cut", () => {
  const { text = "" } = podTrouble(pod(one(waiting("RunContainerError", "x".repeat(900))))) ?? {};
  equal(text, `container "web" cannot be started (RunContainerError): ${"x".repeat(200)}…`);
});
