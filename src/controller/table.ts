import type { KindRef, KubeObject } from "../api/object.ts";
import type { EventNote } from "../reconcile/effect.ts";
import type { Kind, Shape } from "../reconcile/kind.ts";

/** A kind that the controller looks after. */
export interface Reconciled {
  readonly kind: Kind;
  /** How many of its keys are worked on at a time. */
  readonly workers: number;
  /** The event when an object is seen for the first time, if it has one. */
  readonly greeting?: (object: KubeObject) => EventNote | undefined;
  /** The event when an object has been deleted. */
  readonly farewell?: (object: KubeObject) => EventNote;
}

/** Everything that the controller looks after and watches. */
export interface Table {
  readonly kinds: readonly Reconciled[];
  /**
   * How kinds are kept in the cache. Those that are `always` watched are complete before the first decision;
   * the others are watched only while an object uses them (`Kind.uses`).
   */
  readonly shapes: readonly (Shape & { readonly always?: boolean; readonly scope?: "cluster" })[];
}

/** The one text that identifies a kind in a map. */
export function kindText({ apiVersion, kind }: KindRef): string {
  return `${apiVersion} ${kind}`;
}
