import { type KubeObject, type Metadata, type ObjectRef, refText } from "../../src/api/object.ts";
import type { EventNote } from "../../src/reconcile/effect.ts";
import { ApiError, type Client, type Recorder } from "../../src/reconcile/ports.ts";

export const rollouts = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };
export const replicaSets = { apiVersion: "apps/v1", kind: "ReplicaSet" };
export const pods = { apiVersion: "v1", kind: "Pod" };

/** An object `prod/<name>` of uid `<name>` at version 1. */
export function objectOf(
  kind: { apiVersion: string; kind: string },
  name: string,
  more: Partial<Metadata> = {},
): KubeObject {
  return { ...kind, metadata: { name, namespace: "prod", uid: name, resourceVersion: "1", ...more } };
}

/** The references of what `objectOf` makes. */
export function refFor(kind: { apiVersion: string; kind: string }, name: string): ObjectRef {
  return { ...kind, namespace: "prod", name };
}

export const conflict = new ApiError(409, "Conflict", "the object has been modified");
export const broken = new ApiError(500, "InternalError", "broken");
export const missing = new ApiError(404, "NotFound", "not found");

/**
 * An API server of few words: it keeps objects, counts versions from 100, merges top-level fields of merge
 * patches, holds patches to their version, and fails as it was told, each error once for a request such as
 * `patch web`.
 */
export class FakeClient implements Client {
  readonly objects = new Map<string, KubeObject>();
  readonly sent: string[] = [];
  readonly bodies: unknown[] = [];
  readonly errors: [request: string, error: Error][] = [];
  /** Awaited before each write. */
  before: (request: string) => Promise<void> | void = () => {};
  #version = 100;

  add(...objects: readonly KubeObject[]): this {
    for (const object of objects) this.objects.set(refText({ ...object, ...object.metadata }), object);
    return this;
  }

  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    await this.#request("get", ref);
    return this.objects.get(refText(ref));
  }

  async list(): Promise<readonly KubeObject[]> {
    return [...this.objects.values()];
  }

  async create(object: KubeObject): Promise<KubeObject> {
    const ref = { ...object, ...object.metadata };
    await this.#request("create", ref);
    if (this.objects.has(refText(ref))) throw new ApiError(409, "AlreadyExists", "already exists");
    return this.#store({ ...object, metadata: { uid: object.metadata.name, ...object.metadata } });
  }

  async replace(object: KubeObject): Promise<KubeObject> {
    return this.#store(object);
  }

  async patch(
    ref: ObjectRef,
    { body, subresource }: { body: unknown; subresource?: string | undefined },
  ): Promise<KubeObject> {
    await this.#request(subresource === undefined ? "patch" : `patch/${subresource}`, ref);
    this.bodies.push(body);
    const object = this.objects.get(refText(ref));
    if (object === undefined) throw missing;
    const { metadata, ...rest } = (Array.isArray(body) ? {} : body) as { metadata?: Partial<Metadata> };
    const version = metadata?.resourceVersion ?? object.metadata.resourceVersion;
    if (version !== object.metadata.resourceVersion) throw conflict;
    return this.#store({ ...object, ...rest, metadata: { ...object.metadata, ...metadata } });
  }

  async delete(ref: ObjectRef): Promise<undefined> {
    await this.#request("delete", ref);
    if (!this.objects.delete(refText(ref))) throw missing;
  }

  async evict(ref: ObjectRef): Promise<void> {
    await this.#request("evict", ref);
  }

  async #request(verb: string, ref: ObjectRef): Promise<void> {
    const request = `${verb} ${ref.name}`;
    this.sent.push(request);
    if (verb !== "get") await this.before(request);
    const index = this.errors.findIndex(([of]) => of === request);
    const [found] = index < 0 ? [] : this.errors.splice(index, 1);
    if (found !== undefined) throw found[1];
  }

  #store(object: KubeObject): KubeObject {
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: `${++this.#version}` } };
    this.add(stored);
    return stored;
  }
}

/** A recorder that remembers what it was told, as `name reason`. */
export class FakeRecorder implements Recorder {
  readonly events: string[] = [];

  record(about: KubeObject, note: EventNote): void {
    this.events.push(`${about.metadata.name} ${note.reason}`);
  }
}

/** An event of this reason. */
export function note(reason: string): EventNote {
  return { type: "Normal", reason, message: reason };
}
