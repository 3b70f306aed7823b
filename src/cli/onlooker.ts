import type { KindRef, ObjectRef } from "../api/object.ts";
import { messageOf } from "../api/problem.ts";
import type { Instant } from "../api/time.ts";
import { Cache } from "../reconcile/cache.ts";
import type { Client, Ports, Reading, ReadingHow, Readings } from "../reconcile/ports.ts";
import { rolloutShapes } from "../rollout/index.ts";
import { Observer, replicaSetRef, runRef } from "../rollout/observe.ts";
import { experimentRef } from "../rollout/observeExperiments.ts";
import type { RolloutSnapshot } from "../rollout/snapshot.ts";
import { type Routers, routers } from "../traffic/index.ts";
import { readOnly } from "./readOnly.ts";

/** The kinds whose objects are found by their owner; all others are asked for by name. */
const owned: readonly KindRef[] = [replicaSetRef, runRef, experimentRef];

/**
 * What a controller that looked now would see of a Rollout; undefined when there is none. Nothing is written.
 * Rejects with `ApiError`.
 */
export async function onlooked(
  { namespace = "", name }: Pick<ObjectRef, "namespace" | "name">,
  client: Client,
  now: Instant,
  table: Routers = routers,
): Promise<RolloutSnapshot | undefined> {
  const cache = new Cache();
  for (const shape of rolloutShapes) cache.register(shape);
  for (const kind of owned) {
    const labelSelector = rolloutShapes.find((shape) => shape.kind.kind === kind.kind)?.labelSelector;
    cache.replaceAll(kind, await client.list(kind, { namespace, labelSelector }));
  }
  const readings = new Awaited();
  const clock = { now: () => now, at: () => () => {} };
  const ports: Ports = { clock, cache, client: readOnly(client), readings, last: () => undefined };
  const observer = new Observer(table);
  const first = await observer.observe(`${namespace}/${name}`, ports);
  if (!(await readings.arrived())) return first;
  return observer.observe(`${namespace}/${name}`, ports);
}

/** Readings that are waited for: there is nothing else to do meanwhile. */
class Awaited implements Readings {
  readonly #begun = new Map<string, Promise<void>>();
  readonly #results = new Map<string, Reading>();

  take(_key: string, id: string, _how: ReadingHow, start: (signal: AbortSignal) => Promise<unknown>) {
    if (!this.#begun.has(id)) this.#begun.set(id, this.#run(id, start));
    return this.#results.get(id);
  }

  keep(): void {}

  /** Resolves when all readings have arrived, to whether there were any. */
  async arrived(): Promise<boolean> {
    await Promise.all(this.#begun.values());
    return this.#begun.size > 0;
  }

  async #run(id: string, start: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    const times = { startedAt: 0 as Instant, finishedAt: 0 as Instant };
    try {
      this.#results.set(id, { is: "value", value: await start(new AbortController().signal), ...times });
    } catch (error) {
      const message = messageOf(error);
      this.#results.set(id, { is: "error", message, ...times });
    }
  }
}
