import { controllerOf, type KindRef, type KubeObject, type ObjectRef } from "../api/object.ts";
import type { Shape } from "./kind.ts";
import type { CacheReader } from "./ports.ts";
import { type Change, place, Store } from "./store.ts";

/** What a watch tells; a bookmark changes nothing. */
export interface WatchEvent {
  readonly type: "added" | "modified" | "deleted" | "bookmark";
  readonly object: KubeObject;
}

/** Called after every change of the cache; `old` is missing for a new object, `next` for one that is gone. */
export type Handler = (kind: KindRef, old: KubeObject | undefined, next: KubeObject | undefined) => void;

/** A kind of the cache and who wants to know of its changes. */
interface Watched {
  readonly kind: KindRef;
  readonly store: Store;
  readonly handlers: Set<Handler>;
}

const byNamespace = "namespace";
const byOwner = "controller uid";

/** The indices that every kind has. */
const builtIn: NonNullable<Shape["indices"]> = {
  [byNamespace]: ({ metadata }) => (metadata.namespace === undefined ? [] : [metadata.namespace]),
  [byOwner]: (object) => {
    const owner = controllerOf(object);
    return owner === undefined ? [] : [owner.uid];
  },
};

/**
 * What the watches have delivered, with the answers to our own writes already in it. An answer that is
 * absorbed wakes as a watch event does, and the event that follows it wakes nobody; what is older than what
 * is known is passed over. Objects are kept as they came and never changed; managedFields and the
 * last-applied annotation are dropped.
 */
export class Cache implements CacheReader {
  readonly #kinds = new Map<string, Watched>();

  /** Says how objects of a kind are kept. A kind that is registered again gains the further indices. */
  register(shape: Shape): void {
    this.#kind(shape.kind).store.shape(shape);
  }

  /** How every kind that was registered or delivered is kept. */
  shapes(): readonly Shape[] {
    return [...this.#kinds.values()].map(({ kind, store }) => ({ kind, ...store.shaped }));
  }

  /** Calls the handler, which must not throw, after each change of the kind; returns what ends that. */
  subscribe(kind: KindRef, handler: Handler): () => void {
    const { handlers } = this.#kind(kind);
    handlers.add(handler);
    return () => handlers.delete(handler);
  }

  /** Takes in an event of a watch. */
  apply(event: WatchEvent): void {
    if (event.type === "bookmark") return;
    const watched = this.#kind(event.object);
    tell(watched, watched.store.watched(event.object, event.type === "deleted"));
  }

  /**
   * Takes in a list of all objects of a kind; those that it does not have are deleted. Answers to our own
   * writes that are newer than `version`, the resourceVersion of the list, outlive it.
   */
  replaceAll(kind: KindRef, objects: readonly KubeObject[], version?: string): void {
    const watched = this.#kind(kind);
    for (const change of watched.store.replace(objects, version)) tell(watched, change);
  }

  /** Forgets the objects of a kind that is not watched any more; nobody is told. */
  forget(kind: KindRef): void {
    this.#known(kind)?.store.clear();
  }

  /**
   * Takes in the answer to our own write. Kinds that are not watched are passed over; so are new objects
   * without the labels by which their kind is watched, because nothing would tell that they are deleted.
   */
  absorb(object: KubeObject): void {
    const watched = this.#known(object);
    if (watched?.store.complete) tell(watched, watched.store.absorb(object));
  }

  /**
   * Takes in that our own delete succeeded; no late event brings the object back. An object that the answer
   * shows waiting for its finalizers or its grace period is not gone yet.
   */
  absorbDeleted(ref: ObjectRef, answer?: KubeObject): void {
    const watched = this.#known(ref);
    if (watched === undefined || !watched.store.complete) return;
    const lingers = answer !== undefined && isLingering(answer);
    tell(watched, lingers ? watched.store.absorb(answer) : watched.store.absorbDeleted(place(ref), answer));
  }

  watches(kind: KindRef): boolean {
    return this.#known(kind)?.store.complete ?? false;
  }

  get(ref: ObjectRef): KubeObject | undefined {
    return this.#known(ref)?.store.get(place(ref));
  }

  list(kind: KindRef, namespace?: string): readonly KubeObject[] {
    const store = this.#known(kind)?.store;
    return (namespace === undefined ? store?.all() : store?.indexed(byNamespace, namespace)) ?? [];
  }

  ownedBy(kind: KindRef, uid: string): readonly KubeObject[] {
    return this.#known(kind)?.store.indexed(byOwner, uid) ?? [];
  }

  /** Throws when the kind has no such index. */
  indexed(kind: KindRef, index: string, value: string): readonly KubeObject[] {
    return this.#known(kind)?.store.indexed(index, value) ?? [];
  }

  #known(kind: KindRef): Watched | undefined {
    return this.#kinds.get(kindText(kind));
  }

  #kind({ apiVersion, kind }: KindRef): Watched {
    const known = this.#known({ apiVersion, kind });
    if (known !== undefined) return known;
    const watched: Watched = { kind: { apiVersion, kind }, store: new Store(builtIn), handlers: new Set() };
    this.#kinds.set(kindText(watched.kind), watched);
    return watched;
  }
}

function kindText({ apiVersion, kind }: KindRef): string {
  return `${apiVersion} ${kind}`;
}

function tell({ kind, handlers }: Watched, change: Change | undefined): void {
  if (change === undefined) return;
  for (const handler of handlers) handler(kind, change.old, change.next);
}

/** Whether an object that is deleted still waits for finalizers or for its grace period. */
function isLingering({ metadata }: KubeObject): boolean {
  if (metadata.deletionTimestamp === undefined) return false;
  return (metadata.finalizers?.length ?? 0) > 0 || Number(metadata.deletionGracePeriodSeconds ?? 0) > 0;
}
