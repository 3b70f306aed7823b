import type { KindRef, KubeObject } from "../api/object.ts";
import type { Instant } from "../api/time.ts";
import type { Plan } from "./plan.ts";
import type { CacheReader, Ports, Reading } from "./ports.ts";

/** What the loop can reconcile. The key is `namespace/name`. */
export interface Kind<Seen = unknown> {
  /** A short name for logs and metrics: `rollout`, `analysisrun`, `experiment`. */
  readonly name: string;
  readonly of: KindRef;
  /** Keys that are looked at when the loop begins, whatever objects there are. */
  readonly atStart?: readonly string[];
  /** The other kinds that it watches, and which keys a change of theirs wakes. */
  readonly wokenBy: readonly Wake[];
  /**
   * Kinds that are watched only while this object uses them and only if their CRD exists (routers,
   * workloads).
   */
  uses?(object: KubeObject): readonly KindRef[];
  /**
   * Which keys a change of an object of a used kind wakes, and by what its objects are to be found. Called
   * when the kind begins to be watched.
   */
  wokenByUsed?(kind: KindRef): Wake & Pick<Shape, "indices">;
  /**
   * Reads everything that the decision needs; undefined when there is nothing to do (gone, being deleted, not
   * ours).
   */
  observe(key: string, ports: Ports): Promise<Seen | undefined>;
  /**
   * Whether what a reading found has its key looked at before others. Where a kind says so, only four keys
   * that were merely woken are worked on at a time: what follows from a reading costs more than taking it,
   * and would make late what is due or urgent.
   */
  isUrgent?(reading: Reading): boolean;
  /** The pure decision. */
  decide(seen: Seen, now: Instant): Plan;
}

/** Which keys a change of an object of another kind wakes. */
export interface Wake {
  readonly kind: KindRef;
  /** Whether only a new generation (of what users wrote) wakes, and no change of a status. */
  readonly byGeneration?: boolean;
  /** Called with the new object, with the old one after a deletion, and with both after a change. */
  keys(object: KubeObject, cache: CacheReader): readonly string[];
}

/** How objects of a kind are kept in the cache. */
export interface Shape {
  readonly kind: KindRef;
  /**
   * What is stored of an object; managedFields and last-applied are dropped before. `old` is what was stored
   * of it until now, some of which may be the same.
   */
  readonly slim?: (object: KubeObject, old?: KubeObject) => KubeObject;
  /** Named indices: the values under which an object is found. */
  readonly indices?: Readonly<Record<string, (object: KubeObject) => readonly string[]>>;
  /** Only objects with these labels are watched. */
  readonly labelSelector?: string;
}

/** The key of an object: `namespace/name`. */
export function keyOf(object: KubeObject): string {
  return `${object.metadata.namespace ?? ""}/${object.metadata.name}`;
}

/** The namespace and name of a key. */
export function keyParts(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf("/");
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) };
}
