import type { KubeObject } from "../../src/api/object.ts";
import { type Cluster, namespace, rolloutRef } from "./cluster.ts";
import { each, within } from "./concurrency.ts";

/** How many pods each version has in full. */
export const replicas = 4;

/** How long each of the two pauses is, in milliseconds. */
export const pauseMillis = 1_000;

interface Status {
  readonly phase?: string;
  readonly observedGeneration?: string;
  readonly stableRS?: string;
  readonly currentPodHash?: string;
}

/** Names such as `burst-17`. */
export function names(prefix: string, count: number, from = 0): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${from + index}`);
}

/** The pods of one application at one version. */
export function template(name: string, version: number): object {
  return {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: "web", image: `registry.example.com/web:${version}` }] },
  };
}

/** The Rollout of the budgets: 4 replicas, the steps 25, pause, 50, pause, and no traffic router. */
export function rolloutOf(name: string): KubeObject {
  const pause = { pause: { duration: `${pauseMillis / 1000}s` } };
  return {
    ...rolloutRef,
    metadata: { namespace, name },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: template(name, 1),
      strategy: { canary: { steps: [{ setWeight: 25 }, pause, { setWeight: 50 }, pause] } },
    },
  };
}

/** Creates Rollouts and waits until all are healthy. */
export async function deploy(cluster: Cluster, which: readonly string[]): Promise<void> {
  await each(which, async (name) => void (await cluster.client.create(rolloutOf(name))));
  await whenSettled(cluster, which);
}

/** Gives all Rollouts a new version at once; resolves to the seconds until the last one is promoted. */
export async function update(cluster: Cluster, which: readonly string[], version: number): Promise<number> {
  const began = performance.now();
  const body = [
    {
      op: "replace",
      path: "/spec/template/spec/containers/0/image",
      value: `registry.example.com/web:${version}`,
    },
  ];
  const before = new Map(which.map((name) => [name, statusOf(cluster, name).stableRS ?? ""]));
  await each(
    which,
    async (name) =>
      void (await cluster.client.patch({ ...rolloutRef, namespace, name }, { type: "json", body })),
  );
  await whenSettled(cluster, which, before);
  return (performance.now() - began) / 1000;
}

function statusOf({ cache }: Cluster, name: string): Status {
  return (cache.get({ ...rolloutRef, namespace, name })?.["status"] ?? {}) as Status;
}

/** Waits until all are healthy, each with another stable version than `before`. */
async function whenSettled(
  { cache }: Cluster,
  which: readonly string[],
  before: ReadonlyMap<string, string> = new Map(),
): Promise<void> {
  const open = new Set(which);
  const look = (object: KubeObject | undefined): void => {
    if (object !== undefined && isSettled(object, before.get(object.metadata.name)))
      open.delete(object.metadata.name);
  };
  const done = Promise.withResolvers<void>();
  const unsubscribe = cache.subscribe(rolloutRef, (_, __, next) => {
    look(next);
    if (open.size === 0) done.resolve();
  });
  try {
    for (const name of which) look(cache.get({ ...rolloutRef, namespace, name }));
    if (open.size > 0)
      await within(600, done.promise, () => `these did not settle: ${[...open].slice(0, 10).join(" ")}`);
  } finally {
    unsubscribe();
  }
}

function isSettled(object: KubeObject, stableBefore: string | undefined): boolean {
  const { phase, observedGeneration, stableRS, currentPodHash } = (object["status"] ?? {}) as Status;
  const seen = observedGeneration === String(object.metadata["generation"]);
  return phase === "Healthy" && seen && stableRS === currentPodHash && stableRS !== stableBefore;
}
