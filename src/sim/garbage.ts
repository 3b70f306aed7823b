import { type KubeObject, type OwnerReference, refOf } from "../api/object.ts";
import { type Core, keyOn, shelfOf } from "./core.ts";
import { jsonOf, without } from "./json.ts";
import type { Resource } from "./resource.ts";
import type { Change, Place } from "./store.ts";
import { emptyDefinition, emptyNamespace } from "./teardown.ts";
import { foreground, orphan, remove } from "./verbs/remove.ts";
import { putAsIs, update } from "./verbs/update.ts";

/**
 * The garbage collector: deletes what lost its last owner, holds foreground deletions until the dependents
 * are gone, frees the dependents of orphaning ones, and empties namespaces and definitions that are being
 * deleted. It works in a microtask after each write, or, when not automatic, only when `collect` is called.
 */
export class Garbage {
  readonly #core: Core;
  readonly #automatic: boolean;
  #waiting: (() => void)[] = [];
  #scheduled = false;

  constructor(core: Core, automatic: boolean) {
    this.#core = core;
    this.#automatic = automatic;
    core.store.witness((shelf, change) => this.#see(shelf, change));
  }

  /** Does all the work there is, and what follows from it. */
  collect(): void {
    this.#scheduled = false;
    for (let work = this.#take(); work !== undefined; work = this.#take()) work();
  }

  #take(): (() => void) | undefined {
    return this.#waiting.shift();
  }

  #later(work: () => void): void {
    this.#waiting.push(work);
    if (!this.#automatic || this.#scheduled) return;
    this.#scheduled = true;
    queueMicrotask(() => this.collect());
  }

  #see(shelf: string, { object, old, gone }: Change): void {
    const { ownerReferences, uid = "" } = object.metadata;
    if (gone) this.#seeGone(shelf, object, uid);
    else if (object.metadata.deletionTimestamp !== undefined) this.#seeGoing(shelf, object);
    if (!gone && ownerReferences !== undefined && ownerReferences !== old?.metadata.ownerReferences) {
      this.#later(() => this.#judge({ shelf, key: placeKey(object) }));
    }
  }

  #seeGone(shelf: string, object: KubeObject, uid: string): void {
    const { ownerReferences, namespace } = object.metadata;
    for (const dependent of this.#core.store.dependents(uid)) this.#later(() => this.#judge(dependent));
    for (const owner of ownerReferences ?? []) {
      this.#later(() => this.#release(this.#ownerOf(owner, namespace)));
    }
    if (namespace !== undefined) this.#later(() => this.#emptyNamespace(namespace));
    this.#later(() => emptyDefinition(this.#core, shelf));
  }

  #seeGoing(shelf: string, object: KubeObject): void {
    const key = placeKey(object);
    if (object.kind === "Namespace") this.#later(() => this.#emptyNamespace(object.metadata.name));
    if (shelf === definitionShelf) this.#later(() => emptyDefinition(this.#core, shelfOfDefinition(object)));
    if (!hasFinalizer(object, foreground) && !hasFinalizer(object, orphan)) return;
    this.#later(() => {
      for (const dependent of this.#core.store.dependents(object.metadata.uid ?? "")) this.#judge(dependent);
      this.#release(this.#core.store.get(shelf, key));
    });
  }

  #emptyNamespace(name: string): void {
    const namespace = this.#core.store.get("/namespaces", keyOn(undefined, name));
    if (namespace?.metadata.deletionTimestamp !== undefined) emptyNamespace(this.#core, name);
  }

  /** Decides about one dependent: kept while one owner lives, else deleted. */
  #judge({ shelf, key }: Place): void {
    const object = this.#core.store.get(shelf, key);
    const resource = object === undefined ? undefined : this.#core.catalog.find(object);
    if (object === undefined || resource === undefined) return;
    const { ownerReferences = [], namespace } = object.metadata;
    if (ownerReferences.length === 0) return;
    const kept = ownerReferences.filter((owner) => !this.#isLost(owner, namespace));
    const freed = kept.filter((owner) => !this.#isGoing(owner, namespace, orphan));
    const alive = freed.filter((owner) => !this.#isGoing(owner, namespace, foreground));
    if (freed.length < kept.length) this.#reown(resource, object, freed);
    else if (alive.length === 0) this.#discard(resource, object, kept.length > 0);
    else if (alive.length < ownerReferences.length) this.#reown(resource, object, alive);
  }

  /**
   * Deletes what has no owner; in the foreground when an owner waits for it and it has dependents of its own.
   */
  #discard(resource: Resource, object: KubeObject, awaited: boolean): void {
    if (object.metadata.deletionTimestamp !== undefined) return;
    const owns = this.#core.store.dependents(object.metadata.uid ?? "").length > 0;
    remove(this.#core, resource, refOf(object), {
      propagation: awaited && owns ? "Foreground" : "Background",
    });
  }

  #reown(resource: Resource, object: KubeObject, owners: readonly OwnerReference[]): void {
    const metadata = {
      ...without(object.metadata, "ownerReferences"),
      ...(owners.length > 0 ? { ownerReferences: owners } : {}),
    };
    putAsIs(this.#core, resource, { ...object, metadata } as KubeObject);
  }

  /** Ends the deletion of an owner that waits for its dependents when none of them holds it up. */
  #release(owner: KubeObject | undefined): void {
    const resource = owner === undefined ? undefined : this.#core.catalog.find(owner);
    if (owner === undefined || resource === undefined || owner.metadata.deletionTimestamp === undefined)
      return;
    if (!hasFinalizer(owner, foreground) && !hasFinalizer(owner, orphan)) return;
    const held = hasFinalizer(owner, foreground) && this.#isHeld(owner.metadata.uid ?? "");
    if (held) return;
    const finalizers = owner.metadata.finalizers?.filter(
      (finalizer) => finalizer !== foreground && finalizer !== orphan,
    );
    const next = { ...owner, metadata: { ...owner.metadata, finalizers } } as KubeObject;
    update(this.#core, resource, owner, next, { isPatch: true });
  }

  #isHeld(uid: string): boolean {
    return this.#core.store.dependents(uid).some(({ shelf, key }) => {
      const owners = this.#core.store.get(shelf, key)?.metadata.ownerReferences ?? [];
      return owners.some((owner) => owner.uid === uid && owner.blockOwnerDeletion === true);
    });
  }

  #ownerOf(
    { apiVersion, kind, name, uid }: OwnerReference,
    namespace: string | undefined,
  ): KubeObject | undefined {
    const resource = this.#core.catalog.find({ apiVersion, kind });
    if (resource === undefined) return undefined;
    const found = this.#core.store.get(
      shelfOf(resource),
      keyOn(resource.namespaced ? namespace : undefined, name),
    );
    return found?.metadata.uid === uid ? found : undefined;
  }

  /** An owner of a kind that nobody knows may be anywhere. */
  #isLost(owner: OwnerReference, namespace: string | undefined): boolean {
    return this.#core.catalog.find(owner) !== undefined && this.#ownerOf(owner, namespace) === undefined;
  }

  #isGoing(reference: OwnerReference, namespace: string | undefined, finalizer: string): boolean {
    const owner = this.#ownerOf(reference, namespace);
    return owner?.metadata.deletionTimestamp !== undefined && hasFinalizer(owner, finalizer);
  }
}

function hasFinalizer({ metadata }: KubeObject, finalizer: string): boolean {
  return metadata.finalizers?.includes(finalizer) === true;
}

function placeKey({ metadata }: KubeObject): string {
  return keyOn(metadata.namespace, metadata.name);
}

const definitionShelf = "apiextensions.k8s.io/customresourcedefinitions";

/** The shelf of the objects that a definition defines. */
function shelfOfDefinition(definition: KubeObject): string {
  const { group, names } = jsonOf(definition["spec"]);
  return shelfOf({ group: String(group), plural: String(jsonOf(names)["plural"]) });
}
