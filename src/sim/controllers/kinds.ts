import type { KindRef, KubeObject, OwnerReference } from "../../api/object.ts";
import { refOf } from "../../api/object.ts";
import { mergePatch } from "../../reconcile/diff.ts";
import type { StatusWrite } from "../../reconcile/plan.ts";
import { type Json, jsonOf } from "../json.ts";

export const podRef: KindRef = { apiVersion: "v1", kind: "Pod" };
export const replicaSetRef: KindRef = { apiVersion: "apps/v1", kind: "ReplicaSet" };
export const deploymentRef: KindRef = { apiVersion: "apps/v1", kind: "Deployment" };
export const jobRef: KindRef = { apiVersion: "batch/v1", kind: "Job" };
export const serviceRef: KindRef = { apiVersion: "v1", kind: "Service" };
export const endpointSliceRef: KindRef = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" };

/** The spec of an object of a built-in kind. */
export function specOf(object: KubeObject): Json {
  return jsonOf(object["spec"]);
}

/** The reference with which an object is controlled, and deleted with its owner. */
export function controlledBy(owner: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = owner;
  const { name, uid = "" } = metadata;
  return { apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true };
}

/**
 * The write that makes the status of an object what it should be: at once, and nothing when it is so already.
 */
export function statusWrite(object: KubeObject, next: Json): StatusWrite {
  return {
    ref: refOf(object),
    version: object.metadata.resourceVersion ?? "",
    subresource: "status",
    patch: mergePatch(jsonOf(object["status"]), next),
    urgent: true,
    events: [],
  };
}

const alphabet = "bcdfghjklmnpqrstvwxz2456789";

/** Five letters that look drawn and follow from a text, as the end of a name. */
export function suffixOf(text: string): string {
  let digest = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) digest = Math.imul(digest ^ text.charCodeAt(at), 0x01000193);
  let rest = (digest ^ (digest >>> 15)) >>> 0;
  let suffix = "";
  for (let at = 0; at < 5; at += 1) {
    suffix += alphabet[rest % alphabet.length];
    rest = Math.floor(rest / alphabet.length);
  }
  return suffix;
}

/**
 * So many names that begin so and that no object has. They follow from the seed, so that the same decision
 * taken again gives the same names.
 */
export function freeNames(prefix: string, seed: string, count: number, taken: ReadonlySet<string>): string[] {
  const names: string[] = [];
  for (let at = 0; names.length < count; at += 1) {
    const name = `${prefix}-${suffixOf(`${seed}/${at}`)}`;
    if (!taken.has(name) && !names.includes(name)) names.push(name);
  }
  return names;
}
