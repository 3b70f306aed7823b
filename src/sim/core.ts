import type { KubeObject } from "../api/object.ts";
import { rfc3339 } from "../api/time.ts";
import type { Clock } from "../reconcile/ports.ts";
import type { Catalog } from "./catalog.ts";
import { badRequest, notFound, refused } from "./failure.ts";
import type { Birth } from "./metadata.ts";
import { apiVersionOf, type Resource } from "./resource.ts";
import type { Store } from "./store.ts";

/** What every verb works on. */
export interface Core {
  readonly store: Store;
  readonly catalog: Catalog;
  readonly clock: Clock;
  /** A namespace that is missing is created when something is put into it. */
  readonly makesNamespaces: boolean;
  /** What the next new object gets. */
  birth(): Birth;
}

/** Which object of a resource a request is about. */
export interface Target {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** How a write is done. */
export interface WriteOptions {
  /** Everything is checked, nothing stored. */
  readonly dryRun?: boolean | undefined;
}

/** The shelf of a resource in the store. */
export function shelfOf({ group, plural }: { readonly group: string; readonly plural: string }): string {
  return `${group}/${plural}`;
}

/** The key of an object on its shelf. */
export function keyOn(namespace: string | undefined, name: string): string {
  return `${namespace ?? ""}/${name}`;
}

/** The object as it is served in this version: without conversion, only `apiVersion` differs. */
export function inVersion(object: KubeObject, resource: Resource): KubeObject {
  const apiVersion = apiVersionOf(resource);
  return object.apiVersion === apiVersion ? object : Object.freeze({ ...object, apiVersion });
}

/** The object that a reference names. Throws the 404 when it is not there. */
export function existing({ store }: Core, resource: Resource, ref: Target): KubeObject {
  const found = store.get(
    shelfOf(resource),
    keyOn(resource.namespaced ? ref.namespace : undefined, ref.name),
  );
  if (found === undefined) throw notFound(resource, ref.name);
  return found;
}

const namespaces = { group: "", plural: "namespaces" };

/**
 * Whether an object may be created in this namespace. Throws a 404 when it is missing, a 403 when it is
 * going.
 */
export function admit(core: Core, resource: Resource, object: KubeObject): void {
  if (!resource.namespaced) return;
  const namespace = object.metadata.namespace ?? "";
  if (namespace === "") throw badRequest("an empty namespace may not be set during creation");
  const found = core.store.get(shelfOf(namespaces), keyOn(undefined, namespace));
  if (found === undefined) {
    if (!core.makesNamespaces) throw notFound(namespaces, namespace);
    makeNamespace(core, namespace);
  } else if (found.metadata.deletionTimestamp !== undefined) {
    const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
    const cause = {
      reason: "NamespaceTerminating",
      message: `namespace ${namespace} is being terminated`,
      field: "metadata.namespace",
    };
    throw refused(resource, object.metadata.name, why, [cause]);
  }
}

/** Creates a namespace. */
export function makeNamespace({ store, birth }: Core, name: string): void {
  const { now, uid } = birth();
  store.put(shelfOf(namespaces), keyOn(undefined, name), {
    apiVersion: "v1",
    kind: "Namespace",
    metadata: {
      name,
      uid,
      creationTimestamp: rfc3339(now),
      labels: { "kubernetes.io/metadata.name": name },
    },
    spec: { finalizers: ["kubernetes"] },
    status: { phase: "Active" },
  });
}
