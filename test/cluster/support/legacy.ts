import { setTimeout as sleep } from "node:timers/promises";
import { annotation, label } from "../../../src/api/labels.ts";
import type { KubeObject } from "../../../src/api/object.ts";
import { podTemplateHash, stepHash } from "../../../src/api/podTemplate/hash.ts";
import { instant, later, rfc3339, seconds } from "../../../src/api/time.ts";
import type { Client } from "../../../src/reconcile/ports.ts";

type Fields = Readonly<Record<string, unknown>>;

/** How far another controller had come with a Rollout when it was switched off. */
export interface Legacy {
  readonly strategy: "basic" | "nginx" | "blueGreen";
  /**
   * `waiting` is in a pause that ends in an hour, `aborted` went back to stable, `delayed` is healthy with an
   * old version that may stay for an hour.
   */
  readonly state: "healthy" | "paused" | "waiting" | "aborted" | "delayed";
}

/** Every state in which a Rollout can rest for a while. */
export const legacies: readonly Legacy[] = [
  ...(["healthy", "paused", "waiting", "aborted"] as const).flatMap((state) => [
    { strategy: "basic" as const, state },
    { strategy: "nginx" as const, state },
  ]),
  ...(["healthy", "paused", "delayed"] as const).map((state) => ({ strategy: "blueGreen" as const, state })),
];

/** A Rollout with its name in a namespace, and the hashes of its versions, oldest first. */
export interface Placed extends Legacy {
  readonly namespace: string;
  readonly name: string;
  readonly hashes: readonly string[];
}

const api = "argoproj.io/v1alpha1";
const replicas = 2;
/** One pod of two is the canary. */
const steps = (pause: Fields): readonly Fields[] => [{ setWeight: 50 }, { pause }];
const pauseOf = ({ state }: Legacy) => (state === "waiting" ? { duration: "1h" } : {});
const hasTwo = ({ state }: Legacy) => state !== "healthy";
/** Whether its newest version is not the stable one. */
const isMidway = ({ state }: Legacy) => state !== "healthy" && state !== "delayed";

/** Some of the legacies, named; most with hashes that no controller of today would compute. */
export function placed(namespace: string, count: number): readonly Placed[] {
  return Array.from({ length: count }, (_, at) => {
    const legacy = legacies[at % legacies.length] ?? { strategy: "basic", state: "healthy" };
    const name = `${legacy.strategy.toLowerCase()}-${legacy.state}-${at}`;
    const foreign = ["6f9d7c5b8d", "77b4fd5c9x"];
    const own = [1, 2].map((version) => podTemplateHash(templateOf(name, `web:${version}`)));
    const all = at % 5 === 4 ? own : foreign;
    return { ...legacy, namespace, name, hashes: all.slice(0, hasTwo(legacy) ? 2 : 1) };
  });
}

/** A pod template whose stored form depends on what the CRD knows of pods. */
export function templateOf(name: string, image: string): Fields {
  const probe = { grpc: { port: 8080 }, periodSeconds: 5 };
  const resources = { requests: { cpu: "1000m", memory: "1024Mi" } };
  const env = [{ name: "LEVEL", valueFrom: { configMapKeyRef: { name: "levels", key: "web" } } }];
  const ports = [{ containerPort: 8080 }];
  return {
    metadata: { labels: { app: name } },
    spec: {
      containers: [{ name: "web", image, ports, env, resources, readinessProbe: probe }],
      initContainers: [{ name: "init", image: "init:1", command: ["sh", "-c", "exit 0"] }],
      volumes: [{ name: "scratch", emptyDir: { sizeLimit: "1024Mi" } }],
    },
  };
}

/** Creates what the other controller left of a Rollout: first the objects, once its pods run the status. */
export async function leaveBehind(client: Client, legacy: Placed): Promise<void> {
  const { namespace, name, hashes } = legacy;
  const revision = String(hashes.length);
  const rollout = await client.create({
    apiVersion: api,
    kind: "Rollout",
    metadata: { namespace, name, annotations: { [annotation.revision]: revision } },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: templateOf(name, `web:${hashes.length}`),
      strategy: strategyOf(legacy),
    },
  });
  for (const [at] of hashes.entries()) {
    if (at > 0) await sleep(1_100); // which one is older is told by the second of its creation
    await client.create(replicaSetOf(legacy, rollout, at));
  }
  for (const service of servicesOf(legacy)) await client.create(service);
  for (const ingress of ingressesOf(legacy, rollout)) await client.create(ingress);
}

/** Writes the status that the other controller would have kept. */
export async function leaveStatus(client: Client, legacy: Placed): Promise<void> {
  const { namespace, name } = legacy;
  const ref = { apiVersion: api, kind: "Rollout", namespace, name };
  const found = await client.get(ref);
  const observedGeneration = String(found?.metadata.generation);
  const body = { status: { ...statusOf(legacy), observedGeneration } };
  await client.patch(ref, { type: "merge", subresource: "status", body });
}

function strategyOf(legacy: Placed): Fields {
  const { name } = legacy;
  if (legacy.strategy === "blueGreen") {
    const services = { activeService: `${name}-a`, previewService: `${name}-b` };
    return { blueGreen: { ...services, autoPromotionEnabled: false, scaleDownDelaySeconds: 2 } };
  }
  if (legacy.strategy === "basic")
    return { canary: { steps: steps(pauseOf(legacy)), maxSurge: 1, maxUnavailable: 0 } };
  const trafficRouting = { nginx: { stableIngress: name } };
  const delays = { scaleDownDelaySeconds: 2, abortScaleDownDelaySeconds: 2 };
  const services = { stableService: `${name}-a`, canaryService: `${name}-b` };
  return { canary: { steps: steps(pauseOf(legacy)), ...services, trafficRouting, ...delays } };
}

/** How many pods each version has, oldest first. */
export function sizesOf({ strategy, state }: Legacy): readonly number[] {
  if (state === "healthy") return [replicas];
  if (state === "aborted") return [replicas, 0];
  if (strategy === "blueGreen") return [replicas, replicas];
  return strategy === "nginx" ? [replicas, 1] : [1, 1];
}

function replicaSetOf(legacy: Placed, rollout: KubeObject, at: number): KubeObject {
  const { namespace, name, hashes, state, strategy } = legacy;
  const hash = hashes[at] ?? "";
  const labels = { app: name, [label.podHash]: hash };
  const template = templateOf(name, `web:${at + 1}`);
  const anHour = rfc3339(later(instant(new Date().toISOString()), seconds(3600)));
  const past = rfc3339(later(instant(new Date().toISOString()), seconds(-60)));
  const waits = state === "delayed" && at === 0 ? anHour : undefined;
  const expired = state === "aborted" && strategy === "nginx" && at === 1 ? past : undefined;
  const deadline = waits ?? expired;
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      namespace,
      name: `${name}-${hash}`,
      labels,
      annotations: {
        [annotation.revision]: String(at + 1),
        [annotation.desiredReplicas]: String(replicas),
        ...(deadline !== undefined && { [annotation.scaleDownDeadline]: deadline }),
      },
      ownerReferences: [
        {
          apiVersion: api,
          kind: "Rollout",
          name,
          uid: rollout.metadata.uid ?? "",
          controller: true,
          blockOwnerDeletion: true,
        },
      ],
    },
    spec: {
      replicas: sizesOf(legacy)[at],
      selector: { matchLabels: labels },
      template: { ...template, metadata: { labels } },
    },
  };
}

function servicesOf(legacy: Placed): readonly KubeObject[] {
  const { namespace, name, hashes, strategy, state } = legacy;
  if (strategy === "basic") return [];
  const [old = "", now = old] = hashes;
  const stable = isMidway(legacy) ? old : now;
  const canary = state === "aborted" ? old : now;
  return [
    ["a", stable],
    ["b", canary],
  ].map(([suffix, hash = ""]) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace, name: `${name}-${suffix}`, annotations: { [annotation.managedBy]: name } },
    spec: { selector: { app: name, [label.podHash]: hash }, ports: [{ port: 80, targetPort: 8080 }] },
  }));
}

function ingressesOf(legacy: Placed, rollout: KubeObject): readonly KubeObject[] {
  const { namespace, name, strategy } = legacy;
  if (strategy !== "nginx") return [];
  const ingress = (of: string, service: string, metadata: object): KubeObject => {
    const backend = { service: { name: service, port: { number: 80 } } };
    const rules = [{ host: `${name}.test`, http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }];
    return {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { namespace, name: of, ...metadata },
      spec: { ingressClassName: "nginx", rules },
    };
  };
  const prefix = "nginx.ingress.kubernetes.io";
  const weight = canaryWeight(legacy);
  const annotations = { [`${prefix}/canary`]: "true", [`${prefix}/canary-weight`]: String(weight) };
  const owner = { apiVersion: api, kind: "Rollout", name, uid: rollout.metadata.uid ?? "" };
  const ownerReferences = [{ ...owner, controller: true, blockOwnerDeletion: true }];
  return [
    ingress(name, `${name}-a`, {}),
    ingress(`${name}-${name}-canary`, `${name}-b`, { annotations, ownerReferences }),
  ];
}

function canaryWeight({ state }: Legacy): number {
  return state === "paused" || state === "waiting" ? 50 : 0;
}

const longAgo = "2026-01-01T12:00:00Z";

function condition(type: string, status: string, reason: string, message: string): Fields {
  return { type, status, reason, message, lastUpdateTime: longAgo, lastTransitionTime: longAgo };
}

/** The status in the words of the golden documents (rollout-core 5, 7 and appendix D). */
function statusOf(legacy: Placed): Fields {
  const { name, hashes, strategy } = legacy;
  const [old = "", now = old] = hashes;
  const stable = isMidway(legacy) ? old : now;
  const sizes = sizesOf(legacy);
  const pods = sizes.reduce((sum, size) => sum + size, 0);
  const counted = strategy === "blueGreen" ? replicas : pods;
  const index = { healthy: 2, delayed: 2, paused: 1, waiting: 1, aborted: 0 }[legacy.state];
  const blueGreen = {
    selector: `app=${name},${label.podHash}=${stable}`,
    blueGreen: { activeSelector: stable, previewSelector: now },
  };
  const canary = {
    selector: `app=${name}`,
    currentStepHash: stepHash(steps(pauseOf(legacy))),
    currentStepIndex: index,
    ...(strategy === "nginx" && { canary: { weights: weightsOf(legacy, stable, now) } }),
  };
  return {
    HPAReplicas: counted,
    availableReplicas: counted,
    readyReplicas: counted,
    replicas: pods,
    updatedReplicas: sizes.at(-1),
    currentPodHash: now,
    stableRS: stable,
    ...(strategy === "blueGreen" ? blueGreen : canary),
    ...stateOf(legacy),
  };
}

function weightsOf(legacy: Placed, stable: string, now: string): Fields {
  const { name } = legacy;
  const weight = canaryWeight(legacy);
  return {
    canary: { weight, serviceName: `${name}-b`, podTemplateHash: now },
    stable: { weight: 100 - weight, serviceName: `${name}-a`, podTemplateHash: stable },
  };
}

/** What is different in each state: phase, pauses, conditions. */
function stateOf(legacy: Placed): Fields {
  const { name, state, strategy, hashes } = legacy;
  const available = condition("Available", "True", "AvailableReason", "Rollout has minimum availability");
  const isHealthy = !isMidway(legacy);
  const healthy = isHealthy ? "Rollout is healthy" : "Rollout is not healthy";
  const told = [
    available,
    condition("Healthy", isHealthy ? "True" : "False", "RolloutHealthy", healthy),
    condition("Completed", isHealthy ? "True" : "False", "RolloutCompleted", "RolloutCompleted"),
  ];
  if (isHealthy) {
    const message = `ReplicaSet "${name}-${hashes.at(-1)}" has successfully progressed.`;
    const duration = { rolloutStartedAt: longAgo, finishedAt: longAgo, completionStatus: "Promoted" };
    const conditions = [...told, condition("Progressing", "True", "NewReplicaSetAvailable", message)];
    return { phase: "Healthy", duration, conditions };
  }
  if (state === "aborted") {
    const message = "Rollout aborted update to revision 2";
    const conditions = [...told, condition("Progressing", "False", "RolloutAborted", message)];
    const duration = { rolloutStartedAt: longAgo, finishedAt: longAgo, completionStatus: "Aborted" };
    const words = { phase: "Degraded", message: `RolloutAborted: ${message}` };
    return { ...words, abort: true, abortedAt: longAgo, duration, conditions };
  }
  const reason = strategy === "blueGreen" ? "BlueGreenPause" : "CanaryPauseStep";
  const startTime = rfc3339(instant(new Date().toISOString()));
  return {
    phase: "Paused",
    message: reason,
    controllerPause: true,
    pauseConditions: [{ reason, startTime }],
    duration: { rolloutStartedAt: longAgo, ...(state === "paused" && { manualPauseStartedAt: startTime }) },
    conditions: [
      ...told,
      condition("Progressing", "Unknown", "RolloutPaused", "Rollout is paused"),
      condition("Paused", "True", "RolloutPaused", "Rollout is paused"),
    ],
  };
}
