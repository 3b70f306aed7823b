import type { KindRef, KubeObject, ObjectRef } from "../api/object.ts";
import type { Client, Clock, Selection } from "../reconcile/ports.ts";
import { builtInResources } from "./builtins/index.ts";
import { byKind, Catalog } from "./catalog.ts";
import { type ClientOptions, clientOf } from "./client.ts";
import { type Core, inVersion, keyOn, makeNamespace, shelfOf } from "./core.ts";
import { customResources } from "./crd/resource.ts";
import type { PreparedDefinition } from "./definitions.ts";
import { definitionShelf, metadataSchema } from "./definitions.ts";
import { Garbage } from "./garbage.ts";
import { jsonOf } from "./json.ts";
import type { Birth } from "./metadata.ts";
import { matcher } from "./selector.ts";
import { type Change, Store } from "./store.ts";
import { type WatchEvent, Watches, type WatchOptions } from "./watch.ts";

/** How a cluster is made. */
export interface ClusterOptions {
  readonly clock: Clock;
  /**
   * CustomResourceDefinitions that are there from the start; prepared once, they are shared by many clusters.
   */
  readonly definitions?: readonly PreparedDefinition[];
  /**
   * Whether a namespace that is missing is created with the first object in it, or is a 404 as on a real
   * cluster.
   */
  readonly makesNamespaces?: boolean;
  /** Whether the garbage collector works by itself (the default) or only when `collectGarbage` is called. */
  readonly collectsGarbage?: boolean;
}

const initialNamespaces = ["default", "kube-system", "kube-public", "kube-node-lease"];
const kinds = byKind(builtInResources);

/**
 * A Kubernetes API server in memory, with its garbage collector: objects with uid, resourceVersion and
 * generation, optimistic concurrency, subresources, finalizers, patches, defaults, validation and watches.
 * Objects that it hands out are frozen. Nothing in it is random: the same requests give the same uids, names
 * and versions.
 */
export class Cluster {
  readonly core: Core;
  readonly #watches: Watches;
  readonly #garbage: Garbage;
  #births = 0;

  constructor({ clock, definitions = [], makesNamespaces = false, collectsGarbage = true }: ClusterOptions) {
    const store = new Store();
    const catalog = new Catalog(kinds);
    this.core = { store, catalog, clock, makesNamespaces, birth: () => this.#birth() };
    this.#watches = new Watches(store);
    this.#garbage = new Garbage(this.core, collectsGarbage);
    store.listen(definitionShelf, (change) => this.#redefine(change));
    for (const name of initialNamespaces) makeNamespace(this.core, name);
    for (const definition of definitions)
      store.put(definitionShelf, keyOn(undefined, definition.name), definition.born(this.#birth()));
  }

  /** The API server as a client sees it, answering in microtasks. */
  client(options: ClientOptions = {}): Client {
    return clientOf(this, options);
  }

  /** The resourceVersion of the latest change. */
  get version(): string {
    return String(this.core.store.version);
  }

  /** An object as it is now. Throws a 404 for a kind that is not served. */
  get(ref: ObjectRef): KubeObject | undefined {
    const resource = this.core.catalog.of(ref);
    const key = keyOn(resource.namespaced ? ref.namespace : undefined, ref.name);
    const found = this.core.store.get(shelfOf(resource), key);
    return found === undefined ? undefined : inVersion(found, resource);
  }

  /** The objects of a kind that a selection asks for, by namespace and name. */
  list(kind: KindRef, selection: Selection = {}): readonly KubeObject[] {
    const resource = this.core.catalog.of(kind);
    const matches = matcher(selection);
    const found = [...this.core.store.shelf(shelfOf(resource)).objects].filter(([, object]) =>
      matches(object),
    );
    found.sort(([a], [b]) => (a < b ? -1 : 1));
    return found.map(([, object]) => inVersion(object, resource));
  }

  /**
   * Calls back on every change of the objects of a kind, in a microtask after it; returns what ends the
   * watch. Without `since` it begins with an ADDED for every object there is. Throws a 410 when `since` is
   * older than the history.
   */
  watch(
    kind: KindRef,
    selection: Selection,
    onEvent: (event: WatchEvent) => void,
    options?: WatchOptions,
  ): () => void {
    return this.#watches.start(this.core.catalog.of(kind), selection, onEvent, options);
  }

  /** Lets the garbage collector finish its work now. */
  collectGarbage(): void {
    this.#garbage.collect();
  }

  /** Forgets the history of changes: watches that ask for an older version get a 410. */
  forgetHistory(): void {
    this.core.store.compact();
  }

  #birth(): Birth {
    this.#births += 1;
    const digits = this.#births.toString(16).padStart(12, "0");
    return {
      now: this.core.clock.now(),
      uid: `10000000-0000-4000-8000-${digits}`,
      suffix: suffixOf(this.#births),
    };
  }

  #redefine({ object, gone }: Change): void {
    const { group, names } = jsonOf(object["spec"]);
    const plural = String(jsonOf(names)["plural"]);
    if (gone) this.core.catalog.forget(String(group), plural);
    else this.core.catalog.define(String(group), plural, customResources(object, metadataSchema));
  }
}

const alphabet = "bcdfghjklmnpqrstvwxz2456789";

/** Five letters that look drawn and differ for every number. */
function suffixOf(count: number): string {
  let rest = (count * 7_368_787 + 1_299_709) % alphabet.length ** 5;
  let suffix = "";
  for (let at = 0; at < 5; at += 1) {
    suffix += alphabet[rest % alphabet.length];
    rest = Math.floor(rest / alphabet.length);
  }
  return suffix;
}
