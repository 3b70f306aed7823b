import type { Cluster } from "./cluster.ts";
import type { Source } from "./feed.ts";

/** A cluster as the source of a cache: its watches never break. */
export function sourceOf(cluster: Cluster): Source {
  return {
    list: (kind, selection) => ({ objects: cluster.list(kind, selection), version: cluster.version }),
    watch: (kind, selection, since, onEvent) => cluster.watch(kind, selection, onEvent, { since }),
  };
}
