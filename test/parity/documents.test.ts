import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { annotation } from "../../src/api/labels.ts";
import { decide } from "../../src/rollout/decide.ts";
import type { RolloutSnapshot } from "../../src/rollout/snapshot.ts";
import { replicaSet, secondsIn, seen, timeAt } from "../support/rolloutSeen.ts";

/*
 * The golden status documents of rollout-core, Appendix D. A ReplicaSet is born at its first size, and what
 * is promoted on the first deployment is in the same document.
 */

const hash = "7fc44855c7";
const T = timeAt(0);

function condition(type: string, status: string, reason: string, message: string) {
  return { type, status, reason, message, lastUpdateTime: T, lastTransitionTime: T };
}

/** The Rollout `foo` of two pods at generation 123, whose ReplicaSet has so many of them available. */
function foo(strategy: object, status: object | undefined, pods: number): RolloutSnapshot {
  const set = replicaSet({
    hash,
    size: 2,
    available: pods,
    annotations: { [annotation.desiredReplicas]: "2" },
  });
  const named = { ...set, metadata: { ...set.metadata, name: `foo-${hash}` } };
  return seen({
    metadata: { name: "foo", generation: 123, annotations: { [annotation.revision]: "1" } },
    spec: { replicas: 2, selector: { matchLabels: { foo: "bar" } }, strategy },
    ...(status !== undefined && { status }),
    replicaSets: [{ ...named, status: { replicas: pods, readyReplicas: pods, availableReplicas: pods } }],
    more: { hash },
  });
}

const canary = { canary: { steps: [{ setWeight: 10 }, { pause: {} }] } };
const available = condition(
  "Available",
  "False",
  "AvailableReason",
  "Rollout does not have minimum availability",
);
const updated = condition(
  "Progressing",
  "True",
  "ReplicaSetUpdated",
  `ReplicaSet "foo-${hash}" is progressing.`,
);
const first = {
  conditions: [updated, available, condition("Completed", "False", "RolloutCompleted", "RolloutCompleted")],
  currentPodHash: hash,
  currentStepHash: "849b756fd4",
  currentStepIndex: 0,
  duration: { rolloutStartedAt: T },
  message: "more replicas need to be updated",
  observedGeneration: "123",
  phase: "Progressing",
  selector: "foo=bar",
};
const completed = condition("Completed", "True", "RolloutCompleted", "RolloutCompleted");
const second = {
  conditions: [available, updated, completed],
  currentStepIndex: 2,
  duration: { completionStatus: "Promoted" },
  stableRS: hash,
};

function patch(snapshot: RolloutSnapshot): unknown {
  return decide(snapshot, secondsIn(0)).status?.patch;
}

test("core document D: the first status of a canary", () => {
  deepEqual(patch(foo(canary, undefined, 0)), first);
});

test("core document D: its second status, promoted before any pod is ready", () => {
  deepEqual(patch(foo(canary, first, 0)), second);
});

test("core document D: its third status, with all pods", () => {
  const duration = { rolloutStartedAt: T, completionStatus: "Promoted" };
  deepEqual(patch(foo(canary, { ...first, ...second, duration }, 2)), {
    HPAReplicas: 2,
    availableReplicas: 2,
    readyReplicas: 2,
    replicas: 2,
    updatedReplicas: 2,
    phase: "Healthy",
    message: null,
    duration: { finishedAt: T },
    conditions: [
      completed,
      condition("Healthy", "True", "RolloutHealthy", "Rollout is healthy"),
      condition(
        "Progressing",
        "True",
        "NewReplicaSetAvailable",
        `ReplicaSet "foo-${hash}" has successfully progressed.`,
      ),
      condition("Available", "True", "AvailableReason", "Rollout has minimum availability"),
    ],
  });
});

test("core document D: the first status of blue-green", () => {
  deepEqual(patch(foo({ blueGreen: { activeService: "a" } }, undefined, 0)), {
    conditions: [
      condition("Progressing", "True", "NewReplicaSetCreated", `Created new replica set "foo-${hash}"`),
      available,
      completed,
    ],
    currentPodHash: hash,
    duration: { rolloutStartedAt: T },
    message: "more replicas need to be updated",
    observedGeneration: "123",
    phase: "Progressing",
    selector: "foo=bar",
    stableRS: hash,
  });
});

/** Fields of a status patch that the document names. */
function only(document: unknown, ...keys: readonly string[]) {
  const fields = document as Readonly<Record<string, unknown>>;
  return Object.fromEntries(keys.map((key) => [key, fields[key]]));
}

const under = { ...first, stableRS: "old", observedGeneration: "123", currentStepIndex: 1 };

test("core document D: a canary that is paused", () => {
  deepEqual(only(patch(pausing()), "pauseConditions", "controllerPause", "phase", "message"), {
    pauseConditions: [{ reason: "CanaryPauseStep", startTime: T }],
    controllerPause: true,
    phase: "Paused",
    message: "CanaryPauseStep",
  });
});

/** An update to revision 2 at its pause step. */
function pausing(status: object = {}): RolloutSnapshot {
  const snapshot = foo(canary, { ...under, ...status }, 1);
  const [set] = snapshot.replicaSets;
  const old = replicaSet({ hash: "old", size: 2, annotations: { [annotation.desiredReplicas]: "2" } });
  const fresh = {
    ...set,
    metadata: {
      ...set?.metadata,
      annotations: { [annotation.revision]: "2", [annotation.desiredReplicas]: "2" },
    },
    spec: { replicas: 1 },
  };
  const object = {
    ...snapshot.object,
    metadata: { ...snapshot.object.metadata, annotations: { [annotation.revision]: "2" } },
  };
  return { ...snapshot, object, replicaSets: [old, fresh as typeof old] };
}

test("core document D: a canary that is aborted", () => {
  const pause = { pauseConditions: [{ reason: "CanaryPauseStep", startTime: T }], controllerPause: true };
  const keys = ["abortedAt", "phase", "message", "currentStepIndex", "pauseConditions", "controllerPause"];
  deepEqual(only(patch(pausing({ ...pause, abort: true })), ...keys), {
    abortedAt: T,
    phase: "Degraded",
    message: "RolloutAborted: Rollout aborted update to revision 2",
    currentStepIndex: 0,
    pauseConditions: null,
    controllerPause: null,
  });
});
