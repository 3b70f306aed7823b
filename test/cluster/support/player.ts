import { setTimeout as sleep } from "node:timers/promises";
import { annotation, label } from "../../../src/api/labels.ts";
import { controllerOf, type KindRef, type KubeObject, type ObjectRef } from "../../../src/api/object.ts";
import type { Rollout } from "../../../src/api/rollout.ts";
import { ApiError, type Client, type PatchRequest } from "../../../src/reconcile/ports.ts";

type Fields = Readonly<Record<string, unknown>>;
type Status = NonNullable<Rollout["status"]>;

/** A ReplicaSet, as far as its pods go. */
export interface Sized {
  readonly name: string;
  readonly hash: string;
  readonly image: string;
  readonly revision: string;
  readonly size: number;
  readonly pods: number;
  readonly available: number;
}

/** The Rollout of a scenario at a moment. */
export interface Look {
  readonly rollout: KubeObject | undefined;
  readonly status: Status;
  /** Those of the Rollout, by revision. */
  readonly sets: readonly Sized[];
  /** The version that the last image was given to; undefined while it has no ReplicaSet. */
  readonly newest: Sized | undefined;
}

/** How long anything may take on a machine that is busy and whose API comes and goes, in milliseconds. */
const patience = 150_000;

/** The name of the Rollout, its Ingress and its HTTPRoute where there is one. */
export const name = "web";
const rollouts = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };
export const replicaSets: KindRef = { apiVersion: "apps/v1", kind: "ReplicaSet" };

/** Asks again and again while the API server is away or about to be back. */
export async function patiently<T>(ask: () => Promise<T>): Promise<T> {
  const end = Date.now() + patience;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      const passing = error instanceof ApiError && (error.code === 0 || error.code >= 429);
      if (!passing || Date.now() > end) throw error;
      await sleep(200);
    }
  }
}

/** The user of one scenario: what people and autoscalers do to the Rollout of a namespace. */
export class Player {
  readonly client: Client;
  readonly namespace: string;
  /** The name of the Rollout and of the objects that have its name. */
  readonly name: string;
  #image = "web:1";

  constructor(client: Client, namespace: string, of = name) {
    this.client = client;
    this.namespace = namespace;
    this.name = of;
  }

  /** What is in the namespace, created in this order; what is there already stays. */
  async begin(objects: readonly KubeObject[]): Promise<void> {
    const home = { apiVersion: "v1", kind: "Namespace", metadata: { name: this.namespace } };
    const placed = objects.map((one) => ({
      ...one,
      metadata: { ...one.metadata, namespace: this.namespace },
    }));
    for (const one of [home, ...placed]) await patiently(() => this.client.create(one)).catch(unlessThere);
  }

  /** Gives the pods another image; of a Deployment by its name. */
  async image(image: string, of: KindRef = rollouts): Promise<void> {
    this.runs(image);
    const body = [{ op: "replace", path: "/spec/template/spec/containers/0/image", value: image }];
    await this.patch({ ...of, name: this.name }, { type: "json", body });
  }

  /** Says which image is in force where this user has not set it; `web:1` unless told. */
  runs(image: string): void {
    this.#image = image;
  }

  /** Writes the status as clients do. */
  async status(status: Fields): Promise<void> {
    await this.patch(
      { ...rollouts, name: this.name },
      { type: "merge", body: { status }, subresource: "status" },
    );
  }

  /** What `promote` sends for a rollout that is paused. */
  async promote(): Promise<void> {
    await this.status({ pauseConditions: null });
  }

  /** Scales through the subresource as an autoscaler does. */
  async scale(replicas: number): Promise<void> {
    const body = { spec: { replicas } };
    await this.patch({ ...rollouts, name: this.name }, { type: "merge", body, subresource: "scale" });
  }

  async patch(ref: Omit<ObjectRef, "namespace">, patch: PatchRequest): Promise<void> {
    await patiently(() => this.client.patch({ ...ref, namespace: this.namespace }, patch));
  }

  async delete(ref: Omit<ObjectRef, "namespace">): Promise<void> {
    await patiently(() => this.client.delete({ ...ref, namespace: this.namespace })).catch(unlessGone);
  }

  async get(ref: Omit<ObjectRef, "namespace">): Promise<KubeObject | undefined> {
    return patiently(() => this.client.get({ ...ref, namespace: this.namespace }));
  }

  async list(kind: KindRef): Promise<readonly KubeObject[]> {
    return patiently(() => this.client.list(kind, { namespace: this.namespace }));
  }

  /** Waits until the Rollout looks so. */
  async until(what: string, holds: (look: Look) => boolean): Promise<void> {
    await this.comes(what, async () => {
      const look = await this.look();
      return holds(look) ? undefined : { status: look.status, sets: look.sets };
    });
  }

  /** Waits until an object looks so. */
  async sees(what: string, ref: Omit<ObjectRef, "namespace">, holds: (found: KubeObject) => boolean) {
    await this.comes(what, async () => {
      const found = await this.get(ref);
      return found !== undefined && holds(found) ? undefined : { found };
    });
  }

  /** Waits until nothing is missing. */
  async comes(what: string, missing: () => Promise<object | undefined>): Promise<void> {
    const end = Date.now() + patience;
    for (;;) {
      const lack = await missing();
      if (lack === undefined) return;
      if (Date.now() > end)
        throw new Error(`${this.namespace}: ${what} does not come: ${JSON.stringify(lack, undefined, 1)}`);
      await sleep(100);
    }
  }

  /** Waits until the version of the last image has this phase. */
  async phase(phase: string, more: (look: Look) => boolean = () => true): Promise<void> {
    await this.until(`${phase} with ${this.#image}`, (look) => {
      const { status, newest, rollout } = look;
      const isNow = status.observedGeneration === String(rollout?.metadata.generation);
      return isNow && newest?.hash === status.currentPodHash && status.phase === phase && more(look);
    });
  }

  /** Waits until the update has ended so, and all that it leaves behind is gone. */
  async ends(phase: "Healthy" | "Degraded"): Promise<void> {
    await this.phase(phase, (look) => isAtRest(look));
  }

  async look(): Promise<Look> {
    const rollout = await this.get({ ...rollouts, name: this.name });
    const sets = (await this.list(replicaSets))
      .filter((set) => {
        const owner = controllerOf(set);
        return owner?.kind === "Rollout" && owner.name === this.name;
      })
      .map(sized)
      .toSorted((one, other) => Number(one.revision) - Number(other.revision));
    const status = (rollout?.["status"] ?? {}) as Status;
    return { rollout, status, sets, newest: sets.findLast(({ image }) => image === this.#image) };
  }
}

/** Whether stable has all pods, nobody else has any, and the status counts them. */
export function isAtRest({ rollout, status, sets }: Look): boolean {
  const { replicas = 1 } = (rollout?.["spec"] ?? {}) as { readonly replicas?: number };
  const settled = sets.every(({ hash, size, pods, available }) => {
    const wanted = hash === status.stableRS ? replicas : 0;
    return size === wanted && pods === wanted && available === wanted;
  });
  return settled && status.replicas === replicas && status.availableReplicas === replicas;
}

function sized(set: KubeObject): Sized {
  const { spec, status, metadata } = set as KubeObject & {
    readonly spec: {
      readonly replicas?: number;
      readonly template: { readonly spec: { readonly containers: readonly { readonly image: string }[] } };
    };
    readonly status?: { readonly replicas?: number; readonly availableReplicas?: number };
  };
  return {
    name: metadata.name,
    hash: metadata.labels?.[label.podHash] ?? "",
    image: spec.template.spec.containers[0]?.image ?? "",
    revision: metadata.annotations?.[annotation.revision] ?? "",
    size: spec.replicas ?? 0,
    pods: status?.replicas ?? 0,
    available: status?.availableReplicas ?? 0,
  };
}

function unlessThere(error: unknown): void {
  if (!(error instanceof ApiError && error.reason === "AlreadyExists")) throw error;
}

function unlessGone(error: unknown): void {
  if (!(error instanceof ApiError && error.code === 404)) throw error;
}
