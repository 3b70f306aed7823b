import type { KubeObject, OwnerReference } from "../api/object.ts";

/** The reference that makes an object belong to this one and be deleted with it. */
export function ownerOf(object: KubeObject): OwnerReference {
  const { apiVersion, kind, metadata } = object;
  return {
    apiVersion,
    kind,
    name: metadata.name,
    uid: metadata.uid ?? "",
    controller: true,
    blockOwnerDeletion: true,
  };
}
