import type { KubeObject } from "../api/object.ts";
import { frozen } from "./json.ts";

/** A change of one object, as the history of a watch holds it. */
export interface Change {
  readonly version: number;
  /** Undefined when the object was created. */
  readonly old: KubeObject | undefined;
  /** The object as it is now, or, of a deleted one, as it was last, with the version of its deletion. */
  readonly object: KubeObject;
  readonly gone: boolean;
}

/** The objects of one resource (all its versions), with the changes of the recent past. */
export interface Shelf {
  readonly objects: ReadonlyMap<string, KubeObject>;
  readonly changes: readonly Change[];
  /** Changes up to this version are forgotten. */
  readonly forgotten: number;
}

interface OwnShelf extends Shelf {
  readonly objects: Map<string, KubeObject>;
  readonly listeners: Set<(change: Change) => void>;
  changes: Change[];
  forgotten: number;
}

/** So many changes of a resource are remembered for watches that start in the past. */
const historyLength = 1_000;

/**
 * Holds the objects of a cluster. Every change gets the next resourceVersion of the one counter; objects are
 * frozen and shared, never changed. Shelves are named `GROUP/PLURAL`, objects `NAMESPACE/NAME`.
 */
export class Store {
  #version = 1;
  readonly #shelves = new Map<string, OwnShelf>();
  readonly #dependents = new Map<string, Set<Place>>();
  readonly #witnesses = new Set<(shelf: string, change: Change) => void>();

  /** The resourceVersion of the latest change. */
  get version(): number {
    return this.#version;
  }

  get(shelf: string, key: string): KubeObject | undefined {
    return this.#shelves.get(shelf)?.objects.get(key);
  }

  shelf(name: string): Shelf {
    return this.#own(name);
  }

  /** Every shelf with an object on it. */
  shelves(): readonly string[] {
    return [...this.#shelves].filter(([, { objects }]) => objects.size > 0).map(([name]) => name);
  }

  /** Stores an object with the next resourceVersion, and returns it as stored. */
  put(shelf: string, key: string, object: KubeObject): KubeObject {
    const own = this.#own(shelf);
    const old = own.objects.get(key);
    const version = this.#next();
    const stored = stamped(object, version);
    own.objects.set(key, stored);
    this.#reown({ shelf, key }, old, stored);
    this.#tell(shelf, own, { version, old, object: stored, gone: false });
    return stored;
  }

  /** Removes an object, and returns it with the resourceVersion of its deletion. */
  remove(shelf: string, key: string): KubeObject | undefined {
    const own = this.#own(shelf);
    const old = own.objects.get(key);
    if (old === undefined) return undefined;
    const version = this.#next();
    const last = stamped(old, version);
    own.objects.delete(key);
    this.#reown({ shelf, key }, old, undefined);
    this.#tell(shelf, own, { version, old, object: last, gone: true });
    return last;
  }

  /** The objects that name this uid as an owner. */
  dependents(uid: string): readonly Place[] {
    return [...(this.#dependents.get(uid) ?? [])];
  }

  /** Calls back on every change of one resource, within the write; returns what ends it. */
  listen(shelf: string, listener: (change: Change) => void): () => void {
    const { listeners } = this.#own(shelf);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }

  /** Calls back on every change of any resource, within the write; returns what ends it. */
  witness(listener: (shelf: string, change: Change) => void): () => void {
    this.#witnesses.add(listener);
    return () => void this.#witnesses.delete(listener);
  }

  /** Forgets the past: watches that ask for an older version get a 410. */
  compact(): void {
    for (const own of this.#shelves.values()) {
      own.changes = [];
      own.forgotten = this.#version;
    }
  }

  #own(name: string): OwnShelf {
    const known = this.#shelves.get(name);
    if (known !== undefined) return known;
    const made = {
      objects: new Map(),
      changes: [],
      listeners: new Set<(change: Change) => void>(),
      forgotten: 0,
    };
    this.#shelves.set(name, made);
    return made;
  }

  #next(): number {
    this.#version += 1;
    return this.#version;
  }

  #tell(name: string, own: OwnShelf, change: Change): void {
    own.changes.push(change);
    if (own.changes.length > 2 * historyLength) {
      own.forgotten = own.changes[historyLength - 1]?.version ?? own.forgotten;
      own.changes = own.changes.slice(historyLength);
    }
    for (const listener of own.listeners) listener(change);
    for (const witness of this.#witnesses) witness(name, change);
  }

  #reown(place: Place, old: KubeObject | undefined, now: KubeObject | undefined): void {
    const before = old?.metadata.ownerReferences;
    const after = now?.metadata.ownerReferences;
    if (before === after) return;
    for (const { uid } of before ?? []) this.#disown(uid, place);
    for (const { uid } of after ?? []) {
      const known = this.#dependents.get(uid) ?? new Set<Place>();
      known.add(place);
      this.#dependents.set(uid, known);
    }
  }

  #disown(uid: string, { shelf, key }: Place): void {
    const known = this.#dependents.get(uid);
    for (const place of known ?? []) {
      if (place.shelf === shelf && place.key === key) known?.delete(place);
    }
    if (known?.size === 0) this.#dependents.delete(uid);
  }
}

/** Where an object lies. */
export interface Place {
  readonly shelf: string;
  readonly key: string;
}

function stamped(object: KubeObject, version: number): KubeObject {
  return frozen({ ...object, metadata: { ...object.metadata, resourceVersion: String(version) } });
}
