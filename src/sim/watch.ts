import type { KubeObject } from "../api/object.ts";
import type { Selection } from "../reconcile/ports.ts";
import { inVersion, shelfOf } from "./core.ts";
import { expired } from "./failure.ts";
import { apiVersionOf, type Resource } from "./resource.ts";
import { matcher } from "./selector.ts";
import type { Change, Store } from "./store.ts";

/** What a watch says. */
export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: KubeObject;
}

/** Where a watch begins. */
export interface WatchOptions {
  /**
   * Only changes after this resourceVersion are told; without it the watch begins with every object there is.
   */
  readonly since?: string | undefined;
  /** A bookmark ends the objects that were there at the start (annotated `k8s.io/initial-events-end`). */
  readonly bookmarks?: boolean | undefined;
}

type Matches = (object: KubeObject) => boolean;
type Tell = (event: WatchEvent | undefined) => void;

/**
 * Tells watches what happens in a store: in order, in a microtask after the write, so that who writes is
 * never called back within the write.
 */
export class Watches {
  readonly #store: Store;
  #waiting: (() => void)[] = [];
  #scheduled = false;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Watches the objects of a resource; returns what ends it. Throws a 410 when `since` is forgotten. */
  start(
    resource: Resource,
    selection: Selection,
    onEvent: (event: WatchEvent) => void,
    { since, bookmarks = false }: WatchOptions = {},
  ): () => void {
    const matches = matcher(selection);
    let live = true;
    const tell = (event: WatchEvent | undefined) => {
      if (event !== undefined) this.#later(() => live && onEvent(event));
    };
    const from = since === undefined || since === "0" || since === "" ? undefined : since;
    if (from === undefined) this.#tellAll(resource, matches, bookmarks, tell);
    else this.#tellSince(resource, matches, from, tell);
    const end = this.#store.listen(shelfOf(resource), (change) => tell(eventOf(change, matches, resource)));
    return () => {
      live = false;
      end();
    };
  }

  #tellAll(resource: Resource, matches: Matches, bookmarks: boolean, tell: Tell): void {
    for (const object of this.#store.shelf(shelfOf(resource)).objects.values()) {
      if (matches(object)) tell({ type: "ADDED", object: inVersion(object, resource) });
    }
    if (bookmarks) tell(bookmarkOf(resource, this.#store.version, true));
  }

  #tellSince(resource: Resource, matches: Matches, since: string, tell: Tell): void {
    const { changes, forgotten } = this.#store.shelf(shelfOf(resource));
    const version = checked(since, forgotten);
    for (const change of changes) if (change.version > version) tell(eventOf(change, matches, resource));
  }

  #later(call: () => void): void {
    this.#waiting.push(call);
    if (this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    const calls = this.#waiting;
    this.#waiting = [];
    for (const call of calls) call();
  }
}

function checked(since: string, forgotten: number): number {
  const version = Number(since);
  if (version < forgotten) throw expired(`too old resource version: ${version} (${forgotten})`);
  return version;
}

/** An object that begins to match is added, one that no longer does is deleted, for this watch. */
function eventOf(change: Change, matches: Matches, resource: Resource): WatchEvent | undefined {
  const { object, old, gone } = change;
  const before = old !== undefined && matches(old);
  const after = !gone && matches(object);
  if (after) return { type: before ? "MODIFIED" : "ADDED", object: inVersion(object, resource) };
  if (!before) return undefined;
  if (gone) return { type: "DELETED", object: inVersion(object, resource) };
  const { resourceVersion = "" } = object.metadata;
  return {
    type: "DELETED",
    object: inVersion({ ...old, metadata: { ...old.metadata, resourceVersion } }, resource),
  };
}

/** The event that only says how far a watch has come. */
export function bookmarkOf(resource: Resource, version: number, initial: boolean): WatchEvent {
  const how = initial
    ? { annotations: { "k8s.io/initial-events-end": "true" } }
    : { creationTimestamp: null };
  const object = {
    kind: resource.kind,
    apiVersion: apiVersionOf(resource),
    metadata: { resourceVersion: String(version), ...how },
  };
  return { type: "BOOKMARK", object: object as unknown as KubeObject };
}
