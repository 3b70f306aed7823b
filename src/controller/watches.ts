import { setTimeout as sleep } from "node:timers/promises";
import { group } from "../api/group.ts";
import { label } from "../api/labels.ts";
import type { KindRef, KubeObject } from "../api/object.ts";
import { Watch, type WatchParts } from "../kube/watch.ts";
import type { Cache, Handler } from "../reconcile/cache.ts";
import { keyOf } from "../reconcile/kind.ts";
import type { Selection } from "../reconcile/ports.ts";
import { kindText, type Table } from "./table.ts";

/** Which part of the cluster the controller looks after. */
export interface Scope {
  /** The one namespace, or undefined for all. */
  readonly namespace?: string | undefined;
  readonly instanceId: string;
}

/** How often it is said in the log what is still waited for, in milliseconds. */
const sayEvery = 10_000;

/** A kind that some objects use, and what ends that it is watched and wakes. */
interface Used {
  readonly kind: KindRef;
  readonly watch: Watch;
  readonly users: Set<string>;
  readonly unsubscribe: readonly (() => void)[];
}

/** All watches of the controller: those that always run, and those of kinds that some object uses. */
export class Watches {
  readonly #table: Table;
  readonly #cache: Cache;
  readonly #scope: Scope;
  readonly #parts: WatchParts;
  readonly #always = new Map<string, Watch>();
  readonly #used = new Map<string, Used>();
  readonly #wake: (index: number, key: string) => void;
  readonly #unsubscribe: (() => void)[] = [];
  #stopped = false;

  /**
   * `wake` is called with the place in the table of a kind and the key to look at when a used object changes.
   */
  constructor(
    table: Table,
    cache: Cache,
    scope: Scope,
    parts: WatchParts,
    wake: (index: number, key: string) => void,
  ) {
    this.#table = table;
    this.#cache = cache;
    this.#scope = scope;
    this.#parts = parts;
    this.#wake = wake;
    for (const { kind, slim, indices } of table.shapes) {
      cache.register({ kind, ...(slim ? { slim } : {}), ...(indices ? { indices } : {}) });
    }
    for (const { kind } of table.kinds) {
      const { uses } = kind;
      if (uses === undefined) continue;
      this.#unsubscribe.push(
        cache.subscribe(kind.of, (_, old, next) => {
          const user = next ?? old;
          if (user !== undefined)
            this.#use(`${kind.name} ${keyOf(user)}`, next === undefined ? [] : usedBy(kind, next));
        }),
      );
    }
  }

  /**
   * Begins to watch; resolves to true when every first list is there, to false when stopped before. A kind
   * that is not installed is not waited for.
   */
  async start(): Promise<boolean> {
    const always = this.#table.shapes.filter((shape) => shape.always);
    for (const kind of [
      ...this.#table.kinds.map((each) => each.kind.of),
      ...always.map((shape) => shape.kind),
    ]) {
      const text = kindText(kind);
      const isCluster = this.#table.shapes.some(
        (shape) => shape.scope === "cluster" && kindText(shape.kind) === text,
      );
      if (this.#always.has(text)) continue;
      if (isCluster && this.#scope.namespace !== undefined) this.#cache.replaceAll(kind, []);
      else this.#always.set(text, this.#watch(kind));
    }
    for (let saidAt = performance.now(); !this.#stopped; await sleep(5)) {
      const waiting = [...this.#always].filter(([, watch]) => !watch.isSynced && !watch.isMissing);
      if (waiting.length === 0) return true;
      if (performance.now() - saidAt < sayEvery) continue;
      saidAt = performance.now();
      this.#parts.log.warn(
        { kinds: waiting.map(([text]) => text) },
        "Still waiting for informer caches to sync",
      );
    }
    return false;
  }

  /** Ends all watches. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const unsubscribe of this.#unsubscribe) unsubscribe();
    const used = [...this.#used.values()].map(({ watch }) => watch);
    await Promise.all([...this.#always.values(), ...used].map((watch) => watch.stop()));
  }

  /** Notes which kinds an object uses now; the watch of a kind that nobody uses any more ends. */
  #use(user: string, kinds: readonly KindRef[]): void {
    if (this.#stopped) return;
    const wanted = new Set(kinds.map(kindText));
    for (const kind of kinds) {
      const text = kindText(kind);
      if (this.#always.has(text)) continue;
      const known = this.#used.get(text) ?? this.#begin(kind);
      known.users.add(user);
      this.#used.set(text, known);
    }
    for (const [text, { kind, watch, users, unsubscribe }] of this.#used) {
      if (wanted.has(text) || !users.delete(user) || users.size > 0) continue;
      this.#used.delete(text);
      for (const end of unsubscribe) end();
      void watch.stop().then(() => this.#used.has(text) || this.#cache.forget(kind));
    }
  }

  #begin(kind: KindRef): Used {
    const unsubscribe = this.#table.kinds.flatMap((entry, index) => {
      const wake = entry.kind.wokenByUsed?.(kind);
      if (wake === undefined) return [];
      if (wake.indices !== undefined) this.#cache.register({ kind, indices: wake.indices });
      const changed: Handler = (_, old, next) => {
        for (const object of [old, next]) {
          if (object !== undefined) for (const key of wake.keys(object, this.#cache)) this.#wake(index, key);
        }
      };
      return [this.#cache.subscribe(kind, changed)];
    });
    return { kind, watch: this.#watch(kind), users: new Set(), unsubscribe };
  }

  #watch(kind: KindRef): Watch {
    return new Watch(kind, this.#selection(kind), this.#cache, this.#parts);
  }

  #selection(kind: KindRef): Selection {
    const { namespace, instanceId } = this.#scope;
    const shape = this.#table.shapes.find((one) => kindText(one.kind) === kindText(kind));
    const instance = instanceId === "" ? `!${label.instanceId}` : `${label.instanceId}=${instanceId}`;
    const isOurs = kind.apiVersion.startsWith(`${group}/`);
    const selectors = [shape?.labelSelector, isOurs ? instance : undefined].filter(
      (text) => text !== undefined,
    );
    return { namespace, labelSelector: selectors.length === 0 ? undefined : selectors.join(",") };
  }
}

/** An object that cannot be read uses nothing. */
function usedBy(kind: Table["kinds"][number]["kind"], object: KubeObject): readonly KindRef[] {
  try {
    return kind.uses?.(object) ?? [];
  } catch {
    return [];
  }
}
