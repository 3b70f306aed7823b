import type { KubeObject } from "../api/object.ts";
import { matches, parseSelector } from "../api/selector.ts";
import type { Shape } from "./kind.ts";
import { isOlder } from "./version.ts";

/** What a change left behind and brought; undefined when nothing has changed. */
export type Change =
  | { readonly old: KubeObject | undefined; readonly next: KubeObject }
  | { readonly old: KubeObject; readonly next: undefined };

/** Gives the values under which an object is found; it must not throw. */
type Values = (object: KubeObject) => readonly string[];

/** An index: which keys carry a value. */
interface Index {
  readonly values: Values;
  readonly keys: Map<string, Set<string>>;
}

const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * The objects of one kind by `namespace/name`, with indices, and what our own writes know before the watch
 * does.
 */
export class Store {
  /** Whether the first list has come. */
  complete = false;
  #shape: Omit<Shape, "kind"> = {};
  readonly #objects = new Map<string, KubeObject>();
  readonly #indices = new Map<string, Index>();
  /** The keys of answers to our own writes that the watch has not confirmed yet. */
  readonly #ahead = new Set<string>();
  /** The uids that we deleted and whose deletion the watch has not confirmed yet. */
  readonly #gone = new Set<string>();

  constructor(indices: Readonly<Record<string, Values>>) {
    for (const [name, values] of Object.entries(indices)) this.#index(name, values);
  }

  /** How the objects are kept. */
  get shaped(): Omit<Shape, "kind"> {
    return this.#shape;
  }

  /** Adds to how the objects are kept. Throws when that contradicts what was said before. */
  shape({ kind, ...shape }: Shape): void {
    const { slim, labelSelector, indices } = this.#shape;
    const slimmed = shape.slim !== undefined && shape.slim !== slim;
    const selected = shape.labelSelector !== undefined && shape.labelSelector !== labelSelector;
    if ((slimmed || selected) && (this.complete || (slimmed && slim) || (selected && labelSelector))) {
      throw new Error(`${kind.kind} is kept in another way already`);
    }
    for (const [name, values] of Object.entries(shape.indices ?? {})) this.#index(name, values);
    this.#shape = { ...this.#shape, ...shape, indices: { ...indices, ...shape.indices } };
  }

  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  all(): readonly KubeObject[] {
    return [...this.#objects.values()];
  }

  /** The objects for which an index gave a value. Throws when there is no such index. */
  indexed(name: string, value: string): readonly KubeObject[] {
    const index = this.#indices.get(name);
    if (index === undefined) throw new Error(`there is no index "${name}"`);
    const found: KubeObject[] = [];
    for (const key of index.keys.get(value) ?? []) {
      const object = this.#objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  /** Takes in what a watch delivered. */
  watched(object: KubeObject, deleted: boolean): Change | undefined {
    const { uid = "", resourceVersion } = object.metadata;
    if (deleted ? this.#gone.delete(uid) : this.#gone.has(uid)) return undefined;

    const key = place(object.metadata);
    const known = this.#objects.get(key);
    if (isOlder(resourceVersion, known?.metadata.resourceVersion)) return undefined;
    this.#ahead.delete(key);
    return deleted ? this.#remove(key) : this.#put(key, object);
  }

  /**
   * Takes in all objects there are; the answers to own writes that are newer than the list's version stay.
   */
  replace(objects: readonly KubeObject[], version: string | undefined): readonly Change[] {
    const changes: (Change | undefined)[] = [];
    const listed = new Set<string>();
    const uids = new Set<string>();
    for (const object of objects) {
      const key = place(object.metadata);
      const { uid = "", resourceVersion } = object.metadata;
      listed.add(key);
      uids.add(uid);
      if (this.#gone.has(uid) || this.#isAhead(key, resourceVersion)) continue;
      this.#ahead.delete(key);
      changes.push(this.#put(key, object));
    }
    for (const key of this.#objects.keys()) {
      if (listed.has(key) || this.#isAhead(key, version)) continue;
      this.#ahead.delete(key);
      changes.push(this.#remove(key));
    }
    for (const uid of this.#gone) if (!uids.has(uid)) this.#gone.delete(uid);
    this.complete = true;
    return changes.filter((change) => change !== undefined);
  }

  /** Takes in the answer to an own write. */
  absorb(object: KubeObject): Change | undefined {
    const { uid = "", resourceVersion } = object.metadata;
    const key = place(object.metadata);
    const known = this.#objects.get(key);
    if (this.#gone.has(uid) || isOlder(resourceVersion, known?.metadata.resourceVersion)) return undefined;
    if (known === undefined && !this.#isSelected(object)) return undefined;
    const change = this.#put(key, object);
    if (change !== undefined) this.#ahead.add(key);
    return change;
  }

  /** Takes in that an own delete succeeded; the answer may be the last state of the object. */
  absorbDeleted(key: string, answer: KubeObject | undefined): Change | undefined {
    const known = this.#objects.get(key)?.metadata.uid;
    const uid = answer?.metadata.uid ?? known;
    if (uid === undefined) return undefined;
    this.#gone.add(uid);
    if (known !== uid) return undefined;
    this.#ahead.delete(key);
    return this.#remove(key);
  }

  /** Forgets everything, as before the first list. */
  clear(): void {
    this.complete = false;
    this.#objects.clear();
    this.#ahead.clear();
    this.#gone.clear();
    for (const { keys } of this.#indices.values()) keys.clear();
  }

  /** Whether the watch of this kind will tell of the object. */
  #isSelected({ metadata }: KubeObject): boolean {
    const { labelSelector } = this.#shape;
    return labelSelector === undefined || matches(parseSelector(labelSelector), metadata.labels);
  }

  #isAhead(key: string, of: string | undefined): boolean {
    return this.#ahead.has(key) && isOlder(of, this.#objects.get(key)?.metadata.resourceVersion);
  }

  #put(key: string, object: KubeObject): Change | undefined {
    const old = this.#objects.get(key);
    const version = object.metadata.resourceVersion;
    if (old !== undefined && version !== undefined && old.metadata.resourceVersion === version)
      return undefined;
    const next = (this.#shape.slim ?? asItIs)(lean(object), old);
    this.#objects.set(key, next);
    for (const index of this.#indices.values()) reindex(index, key, old, next);
    return { old, next };
  }

  #remove(key: string): Change | undefined {
    const old = this.#objects.get(key);
    if (old === undefined) return undefined;
    this.#objects.delete(key);
    for (const index of this.#indices.values()) reindex(index, key, old, undefined);
    return { old, next: undefined };
  }

  #index(name: string, values: Values): void {
    const known = this.#indices.get(name);
    if (known?.values === values) return;
    if (known !== undefined) throw new Error(`there are two indices "${name}"`);
    const index: Index = { values, keys: new Map() };
    this.#indices.set(name, index);
    for (const [key, object] of this.#objects) reindex(index, key, undefined, object);
  }
}

/** The place of an object in its store: `namespace/name`. */
export function place({ namespace, name }: { readonly namespace?: string; readonly name: string }): string {
  return `${namespace ?? ""}/${name}`;
}

/** Moves a key from the values of the old object to those of the new one. */
function reindex(index: Index, key: string, old: KubeObject | undefined, next: KubeObject | undefined): void {
  const before = old === undefined ? [] : index.values(old);
  const after = next === undefined ? [] : index.values(next);
  for (const value of before) {
    if (after.includes(value)) continue;
    const keys = index.keys.get(value);
    keys?.delete(key);
    if (keys?.size === 0) index.keys.delete(value);
  }
  for (const value of after) {
    const keys = index.keys.get(value);
    if (keys === undefined) index.keys.set(value, new Set([key]));
    else keys.add(key);
  }
}

/** The object without what nobody reads and what is often its larger half. */
function lean(object: KubeObject): KubeObject {
  const { managedFields, annotations, ...metadata } = object.metadata;
  if (managedFields === undefined && annotations?.[lastApplied] === undefined) return object;
  if (annotations === undefined) return { ...object, metadata };
  const { [lastApplied]: _, ...others } = annotations;
  return { ...object, metadata: { ...metadata, annotations: others } };
}

function asItIs(object: KubeObject): KubeObject {
  return object;
}
