import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject, ObjectRef } from "../../src/api/object.ts";
import { type Cluster, namespace, replicaSetRef } from "./cluster.ts";
import { each, turnstile, within } from "./concurrency.ts";
import { pauseMillis, replicas, template } from "./rollouts.ts";

interface Pair {
  readonly old: ObjectRef;
  readonly young: ObjectRef;
}

/**
 * The floor: how many seconds plain ReplicaSets take when a bare client drives them through the sizes of the
 * update, 8 writes each, with the same pauses and the same waiting for pods.
 */
export async function floor(cluster: Cluster, count: number): Promise<number> {
  const pairs = Array.from({ length: count }, (_, index) => pairOf(`floor-${count}-${index}`));
  await each(pairs, async ({ old }) => void (await cluster.client.create(replicaSetOf(old, 1, replicas))));
  await Promise.all(pairs.map(({ old }) => whenAvailable(cluster, old, replicas)));
  const turn = turnstile();
  const began = performance.now();
  await Promise.all(pairs.map((pair) => drive(cluster, pair, turn)));
  const seconds = (performance.now() - began) / 1000;
  await remove(cluster, pairs);
  return seconds;
}

/** Without router, surge 1 and unavailable 1: as the controllers size them (rollout-core 12.3). */
async function drive(
  { client, cache }: Cluster,
  { old, young }: Pair,
  turn: ReturnType<typeof turnstile>,
): Promise<void> {
  const size = (ref: ObjectRef, count: number): Promise<unknown> =>
    turn(() => client.patch(ref, { type: "merge", body: { spec: { replicas: count } } }));
  const available = (ref: ObjectRef, count: number): Promise<void> => whenAvailable({ cache }, ref, count);
  await turn(() => client.create(replicaSetOf(young, 2, 0)));
  await size(young, 1);
  await available(young, 1);
  await size(old, 3);
  await available(old, 3);
  await sleep(pauseMillis);
  await size(old, 2);
  await size(young, 2);
  await Promise.all([available(young, 2), available(old, 2)]);
  await sleep(pauseMillis);
  await size(old, 1);
  await size(young, 4);
  await available(young, 4);
  await size(old, 0);
  await available(old, 0);
}

async function remove({ client, cache }: Cluster, pairs: readonly Pair[]): Promise<void> {
  const gone = Promise.withResolvers<void>();
  const open = new Set(pairs.flatMap(({ old, young }) => [old.name, young.name]));
  const unsubscribe = cache.subscribe(replicaSetRef, (_, old, next) => {
    if (next === undefined && old !== undefined) open.delete(old.metadata.name);
    if (open.size === 0) gone.resolve();
  });
  await each(pairs, async ({ old, young }) => {
    await client.patch(young, { type: "merge", body: { spec: { replicas: 0 } } });
    await whenAvailable({ cache }, young, 0);
    for (const ref of [young, old]) await client.delete(ref, { propagation: "Background" });
  });
  await within(120, gone.promise, () => `${open.size} ReplicaSets are still there`);
  unsubscribe();
}

/** Waits until a ReplicaSet has exactly so many pods, all available. */
async function whenAvailable(
  { cache }: Pick<Cluster, "cache">,
  ref: ObjectRef,
  count: number,
): Promise<void> {
  const is = (): boolean => hasAvailable(cache.get(ref), count);
  if (is()) return;
  const { promise, resolve } = Promise.withResolvers<void>();
  const known = waiting.get(cache) ?? listen(cache);
  known.set(ref.name, () => is() && resolve());
  await within(300, promise, () => `${ref.name} does not have ${count} available pods`);
  known.delete(ref.name);
}

/** Who waits for a ReplicaSet, by its name: one subscription serves all. */
const waiting = new WeakMap<Cluster["cache"], Map<string, () => void>>();

function listen(cache: Cluster["cache"]): Map<string, () => void> {
  const calls = new Map<string, () => void>();
  waiting.set(cache, calls);
  cache.subscribe(replicaSetRef, (_, __, next) => next && calls.get(next.metadata.name)?.());
  return calls;
}

function hasAvailable(set: KubeObject | undefined, count: number): boolean {
  const {
    observedGeneration,
    replicas: pods = 0,
    availableReplicas = 0,
  } = (set?.["status"] ?? {}) as {
    observedGeneration?: number;
    replicas?: number;
    availableReplicas?: number;
  };
  const { replicas: wanted } = (set?.["spec"] ?? {}) as { replicas?: number };
  return (
    wanted === count &&
    observedGeneration === set?.metadata["generation"] &&
    pods === count &&
    availableReplicas === count
  );
}

function pairOf(name: string): Pair {
  const ref = (version: string): ObjectRef => ({ ...replicaSetRef, namespace, name: `${name}-${version}` });
  return { old: ref("old"), young: ref("young") };
}

function replicaSetOf({ name }: ObjectRef, version: number, count: number): KubeObject {
  return {
    ...replicaSetRef,
    metadata: { namespace, name },
    spec: { replicas: count, selector: { matchLabels: { app: name } }, template: template(name, version) },
  };
}
