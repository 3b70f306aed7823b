import type { KubeObject } from "../../src/api/object.ts";
import { type Beginning, namespace, rolloutRef, runRef, serviceRef, World, web } from "./world.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The pod template with an image. */
export function templateOf(image: string): Fields {
  return { metadata: { labels: { app: "web" } }, spec: { containers: [{ name: "web", image }] } };
}

export function rolloutOf(spec: Fields, image = "web:1"): KubeObject {
  const selector = { matchLabels: { app: "web" } };
  return {
    ...rolloutRef,
    metadata: { name: web.name, namespace },
    spec: { selector, template: templateOf(image), ...spec },
  };
}

/** A Service as a user makes it: it selects all pods of the Rollout. */
export function serviceOf(name: string): KubeObject {
  return {
    ...serviceRef,
    metadata: { name, namespace },
    spec: { selector: { app: "web" }, ports: [{ port: 80 }] },
  };
}

/** The Ingress that leads to a stable Service, for nginx. */
export function ingressOf(name: string, service: string): KubeObject {
  const backend = { service: { name: service, port: { number: 80 } } };
  const rules = [{ host: "web", http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }];
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name, namespace },
    spec: { ingressClassName: "nginx", rules },
  };
}

/** An AnalysisTemplate with one metric. */
export function analysisTemplate(name: string): KubeObject {
  const provider = { web: { url: "http://metrics/rate" } };
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisTemplate",
    metadata: { name, namespace },
    spec: { metrics: [{ name: "rate", successCondition: "result > 0.9", provider }] },
  };
}

/** A user of a world: what people and other controllers do to a Rollout. */
export class User {
  readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  /** Changes the spec of the Rollout. */
  spec(spec: Fields, wait?: number): Promise<void> {
    return this.#patch({ spec }, undefined, wait);
  }

  status(status: Fields, wait?: number): Promise<void> {
    return this.#patch({ status }, "status", wait);
  }

  /** Merges into the Rollout as a whole. */
  edit(body: Fields, wait?: number): Promise<void> {
    return this.#patch(body, undefined, wait);
  }

  setImage(image: string, wait?: number): Promise<void> {
    return this.spec({ template: templateOf(image) }, wait);
  }

  /** Replaces the steps of the canary. */
  steps(steps: readonly Fields[], wait?: number): Promise<void> {
    return this.spec({ strategy: { canary: { steps } } }, wait);
  }

  scale(replicas: number, wait?: number): Promise<void> {
    return this.spec({ replicas }, wait);
  }

  resume(wait?: number): Promise<void> {
    return this.status({ pauseConditions: null }, wait);
  }

  abort(wait?: number): Promise<void> {
    return this.status({ abort: true }, wait);
  }

  retry(wait?: number): Promise<void> {
    return this.status({ abort: false }, wait);
  }

  promoteFull(wait?: number): Promise<void> {
    return this.status({ promoteFull: true }, wait);
  }

  /** Deletes the ReplicaSet of a version, `V1` for the first. */
  deleteSet(version: string, wait?: number): Promise<void> {
    const { world } = this;
    const set = world.replicaSets[Number(version.slice(1)) - 1];
    if (set === undefined) throw new Error(`there is no ${version}`);
    const { apiVersion, kind, metadata } = set;
    return world.act(
      () => world.client.delete({ apiVersion, kind, namespace, name: metadata.name }, {}),
      wait,
    );
  }

  /** Says how an AnalysisRun ended, as its controller would. */
  judge(name: string, phase: string, message = "", wait?: number): Promise<void> {
    const { world } = this;
    const body = { status: { phase, ...(message !== "" && { message }) } };
    return world.act(() => world.client.patch({ ...runRef, namespace, name }, { type: "merge", body }), wait);
  }

  #patch(body: Fields, subresource: "status" | undefined, wait?: number): Promise<void> {
    const { world } = this;
    return world.act(() => world.client.patch(web, { type: "merge", body, subresource }), wait);
  }
}

/** A world in which the first version has been deployed, and its user. */
export async function deployed(beginning: Beginning): Promise<{ world: World; user: User }> {
  const { world, user } = await created(beginning);
  await world.pass(60);
  world.forget();
  return { world, user };
}

/** A world in which the Rollout is just being created. */
export async function created({ spec, objects = [], services = [] }: Beginning, wait = 2) {
  const world = new World();
  for (const each of [...services.map(serviceOf), ...objects]) await world.client.create(each);
  await world.act(() => world.client.create(rolloutOf(spec)), wait);
  return { world, user: new User(world) };
}
