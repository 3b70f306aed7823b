import type { KubeObject } from "../../src/api/object.ts";
import { podTemplateHash } from "../../src/api/podTemplate/hash.ts";
import { read } from "../../src/api/read.ts";
import { Rollout } from "../../src/api/rollout.ts";
import { type Instant, instant, later, rfc3339, seconds } from "../../src/api/time.ts";
import type { RolloutSnapshot, Template } from "../../src/rollout/snapshot.ts";

/** When the stories of these tests begin. */
export const t0: Instant = instant("2026-01-01T12:00:00Z");

/** The instant so many seconds after the beginning, and its text. */
export const secondsIn = (count: number): Instant => later(t0, seconds(count));
export const timeAt = (count: number): string => rfc3339(secondsIn(count));

const template = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "web", image: "web:2" }] },
};

/** The hash of the pod template that `seen` has. */
export const newHash = podTemplateHash(template, undefined);

/** What differs from a Rollout `web` of four pods with an empty canary strategy. */
export interface SeenOptions {
  readonly spec?: object;
  readonly status?: object;
  readonly metadata?: object;
  readonly replicaSets?: readonly KubeObject[];
  readonly more?: Partial<RolloutSnapshot>;
}

/** A snapshot of a Rollout. */
export function seen({ spec, status, metadata, replicaSets = [], more }: SeenOptions = {}): RolloutSnapshot {
  const object = {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: {
      name: "web",
      namespace: "shop",
      uid: "u-web",
      resourceVersion: "7",
      generation: 1,
      ...metadata,
    },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: "web" } },
      template,
      strategy: { canary: {} },
      ...spec,
    },
    ...(status !== undefined && { status }),
  };
  const rollout = read(Rollout, object);
  return {
    key: "shop/web",
    rollout,
    object,
    template: rollout.spec.template as Template | undefined,
    selector: rollout.spec.selector,
    hash: newHash,
    invalid: undefined,
    replicaSets,
    orphans: [],
    strays: [],
    twin: undefined,
    services: new Map(),
    runs: [],
    experiments: [],
    templates: new Map(),
    routers: [],
    workload: undefined,
    pods: undefined,
    takenNames: new Set(),
    last: undefined,
    ...more,
  };
}

/** What differs from a ReplicaSet whose pods are all available. */
export interface SetOptions {
  readonly hash: string;
  readonly size?: number;
  readonly available?: number;
  readonly revision?: number;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
  readonly templateAnnotations?: Readonly<Record<string, string>>;
  readonly generation?: number;
  readonly observedGeneration?: number;
  readonly spec?: object;
}

/** A ReplicaSet of the Rollout as the cache keeps it; `labels` are those of its template. */
export function replicaSet(options: SetOptions): KubeObject {
  const { hash, size = 4, available = size, revision = 1, generation = 1 } = options;
  const labels = { app: "web", "rollouts-pod-template-hash": hash };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `web-${hash}`,
      namespace: "shop",
      uid: `u-${hash}`,
      generation,
      creationTimestamp: timeAt(revision - 3600),
      labels,
      annotations: { "rollout.argoproj.io/revision": String(revision), ...options.annotations },
    },
    spec: {
      replicas: size,
      selector: { matchLabels: labels },
      template: {
        metadata: {
          labels: { ...labels, ...options.labels },
          ...(options.templateAnnotations !== undefined && { annotations: options.templateAnnotations }),
        },
      },
      ...options.spec,
    },
    status: {
      replicas: size,
      readyReplicas: available,
      availableReplicas: available,
      observedGeneration: options.observedGeneration ?? generation,
    },
  };
}

/** What differs from a pod that has been ready for a long time. */
export interface PodOptions {
  readonly hash: string;
  /** Seconds after the beginning. */
  readonly created?: number;
  readonly ready?: boolean;
  readonly leaving?: boolean;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A pod of a ReplicaSet. */
export function pod(name: string, options: PodOptions): KubeObject {
  const { hash, created = -600, ready = true, leaving = false, labels, annotations } = options;
  const controller = { apiVersion: "apps/v1", kind: "ReplicaSet", name: `web-${hash}`, uid: `u-${hash}` };
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name,
      namespace: "shop",
      creationTimestamp: timeAt(created),
      ...(leaving && { deletionTimestamp: timeAt(0) }),
      labels: { app: "web", "rollouts-pod-template-hash": hash, ...labels },
      ...(annotations !== undefined && { annotations }),
      ownerReferences: [{ ...controller, controller: true }],
    },
    status: {
      conditions: [
        { type: "Ready", status: ready ? "True" : "False", lastTransitionTime: timeAt(created + 5) },
      ],
    },
  };
}
