import { annotation, label } from "../../src/api/labels.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { stepHash } from "../../src/api/podTemplate/hash.ts";
import type { CanaryStep } from "../../src/api/steps.ts";
import type { Plan } from "../../src/reconcile/plan.ts";
import { countsOf } from "../../src/rollout/counters.ts";
import { decide } from "../../src/rollout/decide.ts";
import type { RolloutSnapshot, RouterSeen } from "../../src/rollout/snapshot.ts";
import type { Status } from "../../src/rollout/status.ts";
import { type View, viewOf } from "../../src/rollout/view.ts";
import { newHash, replicaSet, type SetOptions, secondsIn, seen, timeAt } from "../support/rolloutSeen.ts";

/** The hash of the version that was promoted before. */
export const oldHash = "stable5555";
export { newHash, secondsIn, seen, timeAt };

const managed = { [annotation.managedBy]: "web" };

/** Pods of a version as `size/available`, or with more that differs. */
type Pods = `${number}/${number}` | PodsInDetail;

interface PodsInDetail extends Partial<SetOptions> {
  readonly deadline?: string;
  /** What `desired-replicas` says; 4. */
  readonly desired?: number;
  /** The conditions that its controller reports. */
  readonly conditions?: readonly object[];
  /** Pods that exist, where others than those asked for do. */
  readonly total?: number;
}

/** What differs from an update of four pods at its first step, which sets a weight of 25. */
export interface Midway {
  /** Fields of the canary strategy, or of blue-green instead. */
  readonly canary?: object;
  readonly blueGreen?: object;
  readonly spec?: object;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly new?: Pods | null;
  /** `same` when the new version is promoted. */
  readonly stable?: Pods | null | "same";
  readonly others?: Readonly<Record<string, Pods>>;
  /** The weight that a router carries; without it there is no router. */
  readonly weight?: number;
  /** The pod hash that a Service selects. */
  readonly services?: Readonly<Record<string, string>>;
  readonly runs?: readonly KubeObject[];
  readonly generation?: number;
  readonly revision?: number;
  readonly more?: Partial<RolloutSnapshot>;
}

const quarter: readonly CanaryStep[] = [{ setWeight: 25 }, { pause: {} }];

/** A frozen snapshot of an update under way. */
export function midway(options: Midway = {}): RolloutSnapshot {
  const { spec = {}, status = {}, weight, services = {}, runs = [], generation = 2, revision = 2 } = options;
  const strategy = strategyOf(options);
  const steps = options.blueGreen === undefined ? { currentStepHash: stepHash(stepsOf(strategy)) } : {};
  const snapshot = (counts: object) =>
    seen({
      spec: { strategy, ...spec },
      status: {
        observedGeneration: String(generation),
        currentPodHash: newHash,
        stableRS: options.stable === "same" ? newHash : oldHash,
        ...(stepsOf(strategy).length > 0 && { currentStepIndex: 0 }),
        ...steps,
        ...counts,
        ...status,
      },
      metadata: { generation, annotations: { [annotation.revision]: String(revision) } },
      replicaSets: setsOf(options, revision),
      more: {
        services: new Map(Object.entries(services).map(([name, hash]) => [name, service(name, hash)])),
        runs,
        routers: weight === undefined ? [] : [routerAt(weight)],
        ...options.more,
      },
    });
  return frozen(snapshot(countsOf(viewOf(snapshot({}), secondsIn(0)))));
}

/** The view of such a snapshot, so many seconds in. */
export function viewAt(options: Midway = {}, at = 0): View {
  return viewOf(midway(options), secondsIn(at));
}

/** What is decided about it, so many seconds in. */
export function decided(options: Midway = {}, at = 0): Plan {
  return decide(midway(options), secondsIn(at));
}

/** The reasons of the events that follow the status write. */
export function eventsOf({ status }: Plan): readonly string[] {
  return (status?.events ?? []).map(({ type, reason, message }) => `${type} ${reason}: ${message}`);
}

/** The status that a plan arrives at. */
export function statusAfter(options: Midway = {}, at = 0): Status {
  const { status } = decided(options, at);
  return merged(midway(options).rollout.status ?? {}, status?.patch ?? {}) as Status;
}

/** A condition as a status has it, since so many seconds in. */
export function condition(type: string, status: string, reason: string, message = "", at = 0) {
  return { type, status, reason, message, lastUpdateTime: timeAt(at), lastTransitionTime: timeAt(at) };
}

function merged(old: object, patch: object): object {
  const next: Record<string, unknown> = { ...old };
  for (const [key, value] of Object.entries(patch)) {
    const before = next[key];
    if (value === null) delete next[key];
    else if (isFields(value) && isFields(before)) next[key] = merged(before, value);
    else next[key] = value;
  }
  return next;
}

function isFields(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function strategyOf({ canary, blueGreen, weight }: Midway): object {
  if (blueGreen !== undefined)
    return { blueGreen: { activeService: "a", previewService: "p", ...blueGreen } };
  const routing = { trafficRouting: {}, canaryService: "c", stableService: "s" };
  return { canary: { steps: quarter, ...(weight !== undefined && routing), ...canary } };
}

function stepsOf(strategy: { canary?: { steps?: readonly CanaryStep[] } }): readonly CanaryStep[] {
  return strategy.canary?.steps ?? [];
}

function setsOf(options: Midway, revision: number): readonly KubeObject[] {
  const { new: fresh = "1/1", stable = "4/4", others = {} } = options;
  const sets: KubeObject[] = [];
  if (fresh !== null) sets.push(setOf(fresh, newHash, revision));
  if (stable !== null && stable !== "same") sets.push(setOf(stable, oldHash, revision - 1));
  for (const [hash, pods] of Object.entries(others)) sets.push(setOf(pods, hash, 0));
  return sets;
}

function setOf(pods: Pods, hash: string, revision: number): KubeObject {
  const {
    deadline,
    desired = 4,
    conditions,
    total,
    ...given
  } = typeof pods === "string" ? sizes(pods) : pods;
  const annotations = {
    [annotation.desiredReplicas]: String(desired),
    ...(deadline !== undefined && { [annotation.scaleDownDeadline]: deadline }),
    ...given.annotations,
  };
  const set = replicaSet({ revision, ...given, hash, annotations });
  const more = {
    ...(conditions !== undefined && { conditions }),
    ...(total !== undefined && { replicas: total }),
  };
  return { ...set, status: { ...(set["status"] as object), ...more } };
}

function sizes(pods: string): PodsInDetail {
  const [size = 0, available = 0] = pods.split("/").map(Number);
  return { size, available };
}

/** A Service that selects a version; by default it is ours as soon as it selects one. */
export function service(
  name: string,
  hash: string,
  annotations: object = hash === "" ? {} : managed,
): KubeObject {
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace: "shop", annotations: { ...annotations } },
    spec: { selector: { app: "web", ...(hash !== "" && { [label.podHash]: hash }) } },
  };
}

/** A router that carries a weight and needs one write for any other. */
function routerAt(carried: number): RouterSeen {
  const router = {
    route: (_config: unknown, _objects: unknown, { weight }: { weight: number }) =>
      weight === carried ? [] : [{ do: "create", object: routeTo(weight), why: `send ${weight}` }],
    carries: () => carried,
  };
  return {
    name: "table",
    router: router as unknown as RouterSeen["router"],
    config: {},
    refs: [],
    objects: [],
  };
}

function routeTo(weight: number): KubeObject {
  return { apiVersion: "test/v1", kind: "Route", metadata: { name: `to-${weight}`, namespace: "shop" } };
}

/** An AnalysisTemplate with one metric. */
export function template(name: string): KubeObject {
  const metrics = [{ name: "rate", provider: { web: { url: "http://metrics" } } }];
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisTemplate",
    metadata: { name, namespace: "shop" },
    spec: { metrics },
  };
}

/** Freezes a value with all that it holds. */
export function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of value instanceof Map ? value.values() : Object.values(value)) frozen(part);
  return value;
}
