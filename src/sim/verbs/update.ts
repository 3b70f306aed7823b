import type { KubeObject } from "../../api/object.ts";
import { type Core, existing, inVersion, keyOn, shelfOf, type Target, type WriteOptions } from "../core.ts";
import { conflict, invalidValue, unprocessable } from "../failure.ts";
import { frozen, same, without } from "../json.ts";
import { keptMetadata, metadataCauses } from "../metadata.ts";
import type { Resource } from "../resource.ts";

/** How an object is changed. */
export interface UpdateOptions extends WriteOptions {
  readonly subresource?: "status" | undefined;
  /** A patch carries no resourceVersion of its own unless it names one. */
  readonly isPatch?: boolean | undefined;
}

/** Replaces an object or its status, as a PUT does. */
export function replace(
  core: Core,
  resource: Resource,
  given: KubeObject,
  options: UpdateOptions = {},
): KubeObject {
  const old = existing(core, resource, given.metadata);
  return update(core, resource, old, given, options);
}

/** Gives an object new content; what would change nothing is not written. */
export function update(
  core: Core,
  resource: Resource,
  old: KubeObject,
  given: KubeObject,
  options: UpdateOptions,
): KubeObject {
  const { rules } = resource;
  const read = rules.decode(given, old) as KubeObject;
  checkVersion(resource, old, read, options.isPatch === true);
  const next = merged(resource, old, read, options);
  const isSettled = isShared(next, old);
  const full = rules.completeStatus(isSettled ? next : counted(rules.complete(next), old, resource));
  const causes = [
    ...metadataCauses(full, old, resource),
    ...(isSettled && !resource.custom ? [] : rules.check(full, old)),
    ...rules.checkStatus(full),
  ];
  if (causes.length > 0) throw unprocessable(resource, old.metadata.name, causes);
  return inVersion(stored(core, resource, old, full, options.dryRun === true), resource);
}

/**
 * Whether an object shares all but its metadata and status with what it was: then that is complete and right.
 */
function isShared(next: KubeObject, old: KubeObject): boolean {
  const fields = new Set([...Object.keys(next), ...Object.keys(old)]);
  fields.delete("metadata");
  fields.delete("status");
  return (
    [...fields].every((field) => next[field] === old[field]) && next.metadata.labels === old.metadata.labels
  );
}

/** The resourceVersion and uid in a body say which object the writer saw. */
function checkVersion(resource: Resource, old: KubeObject, { metadata }: KubeObject, isPatch: boolean): void {
  const { name, uid, resourceVersion } = old.metadata;
  const version = metadata.resourceVersion;
  if (metadata.uid !== undefined && metadata.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${metadata.uid}, UID in object meta: ${uid}`;
    throw conflict(resource, name, storageError(resource, old, why));
  }
  if (version === undefined || version === "") {
    if (resource.rules.unconditional || isPatch) return;
    const cause = invalidValue("metadata.resourceVersion", 0, "must be specified for an update");
    throw unprocessable({ group: resource.group, kind: resource.plural }, name, [cause]);
  }
  if (version !== resourceVersion) throw conflict(resource, name);
}

/** The words of the store below a real API server. */
function storageError({ group, plural, custom }: Resource, { metadata }: KubeObject, why: string): string {
  const place = [custom ? `${group}/${plural}` : plural, metadata.namespace, metadata.name];
  const key = `/registry/${place.filter((part) => part !== undefined).join("/")}`;
  return `StorageError: invalid object, Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`;
}

function merged(
  resource: Resource,
  old: KubeObject,
  read: KubeObject,
  { subresource }: UpdateOptions,
): KubeObject {
  if (subresource === "status") {
    const { status } = read;
    return status === undefined ? (without(old, "status") as KubeObject) : { ...old, status };
  }
  const { apiVersion, kind } = old;
  const next = { ...read, apiVersion, kind, metadata: keptMetadata(read.metadata, old.metadata) };
  return resource.rules.carry(next, old);
}

/** A change of anything but metadata and a status of its own is a new generation. */
function counted(next: KubeObject, old: KubeObject, { rules, hasStatus }: Resource): KubeObject {
  if (!rules.generation) return next;
  const aside = hasStatus ? ["metadata", "status"] : ["metadata"];
  if (same(without(next, ...aside), without(old, ...aside))) return next;
  const generation = (old.metadata.generation ?? 0) + 1;
  return { ...next, metadata: { ...next.metadata, generation } };
}

/** The last finalizer that goes takes an object that is being deleted with it. */
function stored(
  core: Core,
  resource: Resource,
  old: KubeObject,
  next: KubeObject,
  dryRun: boolean,
): KubeObject {
  if (same(next, old)) return old;
  if (dryRun) return frozen(next);
  const { deletionTimestamp, finalizers, namespace, name } = next.metadata;
  const key = keyOn(resource.namespaced ? namespace : undefined, name);
  const shelf = shelfOf(resource);
  const waits = (finalizers ?? []).length > 0 || hasGrace(next);
  if (deletionTimestamp === undefined || waits) return core.store.put(shelf, key, next);
  core.store.remove(shelf, key);
  return frozen(next);
}

/** A pod that has time to end is removed by whoever runs it; a namespace by what empties it. */
function hasGrace({ kind, metadata }: KubeObject): boolean {
  const grace = metadata["deletionGracePeriodSeconds"];
  return kind === "Namespace" || (typeof grace === "number" && grace > 0);
}

/** Writes an object that the server itself changed, past all checks. */
export function putAsIs(core: Core, resource: Resource, next: KubeObject): KubeObject {
  const { namespace, name } = next.metadata;
  return core.store.put(shelfOf(resource), keyOn(resource.namespaced ? namespace : undefined, name), next);
}

/** The place of an object in its store. */
export function placeOf(resource: Resource, { namespace, name }: Target): string {
  return keyOn(resource.namespaced ? namespace : undefined, name);
}
