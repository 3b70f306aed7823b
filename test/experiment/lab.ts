import type { ExperimentSpec, ExperimentStatus, TemplateStatus } from "../../src/api/experiment.ts";
import { isJson, type Json } from "../../src/api/json.ts";
import { type KubeObject, type ObjectRef, refOf, refText } from "../../src/api/object.ts";
import { type Instant, instant, later, rfc3339, seconds } from "../../src/api/time.ts";
import { experimentKind } from "../../src/experiment/index.ts";
import { applyPlan } from "../../src/reconcile/apply.ts";
import { Cache } from "../../src/reconcile/cache.ts";
import type { EventNote } from "../../src/reconcile/effect.ts";
import type { Outcome, Plan } from "../../src/reconcile/plan.ts";
import { ApiError, type Client, type Ports } from "../../src/reconcile/ports.ts";
import { rolloutShapes } from "../../src/rollout/index.ts";

export const start = instant("2024-05-01T12:00:00Z");
const key = "ns/exp";

/** A pod template with one port. */
export const podTemplate = {
  metadata: { labels: { app: "web" } },
  spec: { containers: [{ name: "web", image: "web:1", ports: [{ name: "http", containerPort: 8080 }] }] },
};

/** A template of an experiment, named so. */
export function template(name: string, more: Partial<ExperimentSpec["templates"][number]> = {}) {
  return { name, selector: { matchLabels: { app: "web" } }, template: podTemplate, ...more };
}

/** An AnalysisTemplate with one metric. */
export function analysisTemplate(name: string, spec: Json = {}): KubeObject {
  const metrics = [{ name, provider: { web: { url: "http://x" } } }];
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisTemplate",
    metadata: { name, namespace: "ns" },
    spec: { metrics, ...spec },
  };
}

export interface LabOptions {
  readonly spec: Partial<ExperimentSpec>;
  readonly status?: ExperimentStatus;
  readonly labels?: Readonly<Record<string, string>>;
  /** What else there is. */
  readonly objects?: readonly KubeObject[];
  /** The Rollout that it belongs to. */
  readonly rollout?: KubeObject;
  /** Whether AnalysisRuns are watched by label, as controllers that share a cluster do. */
  readonly selectsRuns?: boolean;
}

/** One Experiment in an API server of few words, looked at as the loop does it. */
export class Lab {
  now: Instant = start;
  readonly events: string[] = [];
  /** Errors to answer with, each once, for `create ReplicaSet exp-a` and the like. */
  readonly errors = new Map<string, ApiError>();
  readonly sent: string[] = [];
  readonly objects = new Map<string, KubeObject>();
  readonly cache = new Cache();
  /** Whether watches are late: own writes are known only as far as their answers are absorbed. */
  late = false;
  readonly #kind = experimentKind();
  #version = 1;
  #last: Outcome | undefined;

  constructor({ spec, status, labels, objects = [], rollout, selectsRuns = false }: LabOptions) {
    for (const shape of rolloutShapes) {
      const selects = selectsRuns && shape.kind.kind === "AnalysisRun";
      this.cache.register(selects ? { ...shape, labelSelector: "instance=one" } : shape);
      this.cache.replaceAll(shape.kind, []);
    }
    const owner = rollout && { ...refOf(rollout), uid: rollout.metadata.uid ?? "", controller: true };
    for (const object of [...objects, ...(rollout === undefined ? [] : [rollout])]) this.put(object);
    this.put({
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Experiment",
      metadata: {
        name: "exp",
        namespace: "ns",
        uid: "exp-uid",
        ...(labels && { labels }),
        ...(owner && { ownerReferences: [owner] }),
      },
      spec: { templates: [template("a")], ...spec },
      ...(status && { status }),
    });
  }

  /** Puts an object there as somebody else would. */
  put(object: KubeObject): void {
    this.cache.apply({ type: "modified", object: this.#store(object) });
  }

  remove(object: KubeObject): void {
    this.objects.delete(refText(refOf(object)));
    this.cache.apply({ type: "deleted", object });
  }

  /** An object of the namespace, or undefined. */
  find(kind: string, name: string): KubeObject | undefined {
    return [...this.objects.values()].find((one) => one.kind === kind && one.metadata.name === name);
  }

  get(kind: string, name: string): KubeObject {
    const found = this.find(kind, name);
    if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
    return found;
  }

  /** Merges into an object as `kubectl patch` does. */
  edit(kind: string, name: string, patch: Json): void {
    this.put(merged(this.get(kind, name), patch) as KubeObject);
  }

  /** Pods of a ReplicaSet become available: as many as it wants, or so many. */
  available(name: string, count?: number): void {
    const { replicas = 0 } = this.get("ReplicaSet", name)["spec"] as { replicas?: number };
    const up = count ?? replicas;
    const status = { replicas, readyReplicas: up, availableReplicas: up };
    this.edit("ReplicaSet", name, { status });
  }

  /** A run reaches a phase. */
  run(name: string, phase: string, message?: string): void {
    this.edit("AnalysisRun", name, { status: { phase, ...(message && { message }) } });
  }

  pass(count: number): void {
    this.now = later(this.now, seconds(count));
  }

  get status(): ExperimentStatus {
    return (this.get("Experiment", "exp")["status"] ?? {}) as ExperimentStatus;
  }

  template(name = "a"): TemplateStatus | undefined {
    return this.status.templateStatuses?.find((one) => one.name === name);
  }

  /** `phase: message` of the experiment. */
  get phase(): string {
    const { phase = "", message } = this.status;
    return message === undefined ? phase : `${phase}: ${message}`;
  }

  /** The sizes of all ReplicaSets, by name. */
  get sizes(): Readonly<Record<string, number>> {
    const sets = [...this.objects.values()].filter((one) => one.kind === "ReplicaSet");
    return Object.fromEntries(
      sets.map((set) => [set.metadata.name, (set["spec"] as { replicas: number }).replicas]),
    );
  }

  /** One look, carried out. The events since the last look are in `events`. */
  async look(): Promise<Plan> {
    this.events.length = 0;
    this.sent.length = 0;
    const about = this.get("Experiment", "exp");
    const seen = await this.#kind.observe(key, this.ports);
    if (seen === undefined) throw new Error("nothing to look at");
    const plan = this.#kind.decide(frozen(seen), this.now);
    this.#last = await applyPlan(plan, {
      client: this.client,
      cache: this.cache,
      recorder: { record: (on, note) => this.events.push(told(on, note)) },
      about,
      holdStatus: false,
      mayWrite: () => true,
    });
    if (!this.late)
      for (const object of this.objects.values()) this.cache.apply({ type: "modified", object });
    return plan;
  }

  /** Looks until nothing is written; returns all events. */
  async settle(): Promise<readonly string[]> {
    const events: string[] = [];
    for (let round = 0; round < 20; round += 1) {
      await this.look();
      events.push(...this.events);
      if (this.sent.length === 0 && this.#last?.failed === undefined) return events;
    }
    throw new Error("it never settles");
  }

  get ports(): Ports {
    return {
      clock: { now: () => this.now, at: () => () => {} },
      cache: this.cache,
      client: this.client,
      readings: { take: () => undefined, keep: () => {} },
      last: () => this.#last,
    };
  }

  readonly client: Client = {
    get: async (ref) => this.objects.get(refText(ref)),
    list: async () => [],
    create: async (object) => {
      this.#send("create", refOf(object));
      const { kind, metadata } = object;
      if (this.find(kind, metadata.name)) {
        const plural = kind === "ReplicaSet" ? "replicasets.apps" : `${kind.toLowerCase()}s`;
        throw new ApiError(409, "AlreadyExists", `${plural} "${metadata.name}" already exists`);
      }
      const creationTimestamp = rfc3339(this.now);
      return this.#store({ ...object, metadata: { uid: metadata.name, creationTimestamp, ...metadata } });
    },
    replace: async (object) => this.#store(object),
    patch: async (ref, { body }) => {
      this.#send("patch", ref);
      const old = this.objects.get(refText(ref));
      if (old === undefined) throw new ApiError(404, "NotFound", "not found");
      return this.#store(merged(old, body) as KubeObject);
    },
    delete: async (ref) => {
      this.#send("delete", ref);
      const old = this.objects.get(refText(ref));
      this.objects.delete(refText(ref));
      return old;
    },
    evict: async () => {},
  };

  #send(what: string, { kind, name }: ObjectRef): void {
    const request = `${what} ${kind} ${name}`;
    this.sent.push(request);
    const error = this.errors.get(request);
    if (error === undefined) return;
    this.errors.delete(request);
    throw error;
  }

  #store(object: KubeObject): KubeObject {
    this.#version += 1;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
    this.objects.set(refText(refOf(stored)), stored);
    return stored;
  }
}

function told(on: KubeObject, { type, reason, message }: EventNote): string {
  const about = on.kind === "Experiment" ? "" : `${on.kind}: `;
  return `${about}${type} ${reason} ${message}`;
}

/** A merge patch (RFC 7386) put into effect. */
function merged(old: unknown, patch: unknown): unknown {
  if (!isJson(patch)) return patch;
  const result: Record<string, unknown> = isJson(old) ? { ...old } : {};
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merged(result[name], value);
  }
  return result;
}

function frozen<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const member of Object.values(value)) frozen(member);
  }
  return value;
}

/** A Rollout that the experiment belongs to. */
export function rolloutWith(status: Json = {}): KubeObject {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { name: "web", namespace: "ns", uid: "web-uid" },
    status,
  };
}

/** A refusal of the API server. */
export const forbidden = new ApiError(403, "Forbidden", "exceeded quota");
export const busy = new ApiError(503, "ServiceUnavailable", "try again");
