import { type KubeObject, refOf } from "../api/object.ts";
import { type Core, keyOn, shelfOf } from "./core.ts";
import { remove } from "./verbs/remove.ts";
import { update } from "./verbs/update.ts";

/** Deletes what is in a namespace that is being deleted, and the namespace once nothing is left. */
export function emptyNamespace(core: Core, namespace: string): void {
  let left = 0;
  for (const shelf of core.store.shelves()) {
    for (const object of core.store.shelf(shelf).objects.values()) {
      if (object.metadata.namespace !== namespace) continue;
      left += 1;
      deleted(core, object);
    }
  }
  if (left === 0) core.store.remove("/namespaces", keyOn(undefined, namespace));
}

/** The finalizer that holds a definition until its objects are gone. */
export const cleanup = "customresourcecleanup.apiextensions.k8s.io";

const definitions = { apiVersion: "apiextensions.k8s.io/v1", kind: "CustomResourceDefinition" };

/** Deletes the objects of a definition that is being deleted, and lets it go once nothing is left. */
export function emptyDefinition(core: Core, shelf: string): void {
  const [group, plural] = shelf.split("/");
  const resource = core.catalog.of(definitions);
  const definition = core.store.get(shelfOf(resource), keyOn(undefined, `${plural}.${group}`));
  if (definition?.metadata.deletionTimestamp === undefined) return;
  const { objects } = core.store.shelf(shelf);
  for (const object of objects.values()) deleted(core, object);
  const finalizers = (definition.metadata.finalizers ?? []).filter((finalizer) => finalizer !== cleanup);
  const freed = { ...definition, metadata: { ...definition.metadata, finalizers } };
  if (objects.size === 0) update(core, resource, definition, freed, { isPatch: true });
}

function deleted(core: Core, object: KubeObject): void {
  const resource = core.catalog.find(object);
  if (resource === undefined || object.metadata.deletionTimestamp !== undefined) return;
  remove(core, resource, refOf(object), { propagation: "Background" });
}
