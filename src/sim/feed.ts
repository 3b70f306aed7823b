import type { KindRef, KubeObject } from "../api/object.ts";
import type { Cache } from "../reconcile/cache.ts";
import { ApiError, type Selection } from "../reconcile/ports.ts";
import type { WatchEvent } from "./watch.ts";

/** Where a cache is filled from: a cluster, or one that is disturbed. */
export interface Source {
  /** All objects of a selection and the resourceVersion that they are from. */
  list(
    kind: KindRef,
    selection: Selection,
  ): { readonly objects: readonly KubeObject[]; readonly version: string };
  /**
   * The changes after a version. Throws a 410 when they are forgotten. `onEnd` is called when the watch
   * breaks.
   */
  watch(
    kind: KindRef,
    selection: Selection,
    since: string,
    onEvent: (event: WatchEvent) => void,
    onEnd: () => void,
  ): () => void;
}

const types = { ADDED: "added", MODIFIED: "modified", DELETED: "deleted", BOOKMARK: "bookmark" } as const;

/**
 * Keeps a kind of a cache in step with a cluster, as the reflector does with a real one: a list, then the
 * changes; a watch that breaks goes on from where it was, or lists again when that is forgotten. Returns what
 * ends it.
 */
export function feed(cache: Cache, kind: KindRef, source: Source): () => void {
  const { labelSelector } = cache.shapes().find((shape) => isSame(shape.kind, kind)) ?? {};
  const selection: Selection = { labelSelector };
  let stopped = false;
  let end = () => {};
  const list = (): string => {
    const { objects, version } = source.list(kind, selection);
    cache.replaceAll(kind, objects, version);
    return version;
  };
  const watch = (since: string): void => {
    let version = since;
    const take = (event: WatchEvent) => {
      version = event.object.metadata.resourceVersion ?? version;
      cache.apply({ type: types[event.type], object: event.object });
    };
    end = source.watch(kind, selection, since, take, () => {
      if (!stopped) again(version);
    });
  };
  const again = (version: string): void => {
    try {
      watch(version);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 410) throw error;
      watch(list()); // the changes since then are forgotten
    }
  };
  watch(list());
  return () => {
    stopped = true;
    end();
    cache.forget(kind);
  };
}

function isSame(one: KindRef, other: KindRef): boolean {
  return one.apiVersion === other.apiVersion && one.kind === other.kind;
}
