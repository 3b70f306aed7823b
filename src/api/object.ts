/** The part of an object's metadata that a controller reads; everything else is kept as it is. */
export interface Metadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ownerReferences?: readonly OwnerReference[];
  readonly finalizers?: readonly string[];
  readonly [field: string]: unknown;
}

/** Who an object belongs to; it is deleted with its owner. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** Any Kubernetes object, as JSON gives it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Metadata;
  readonly [field: string]: unknown;
}

/** A kind of object: `{ apiVersion: "apps/v1", kind: "ReplicaSet" }`. */
export interface KindRef {
  readonly apiVersion: string;
  readonly kind: string;
}

/** One object, by its kind and name; cluster-scoped ones have no namespace. */
export interface ObjectRef extends KindRef {
  readonly namespace?: string;
  readonly name: string;
}

/** The reference to an object at hand. */
export function refOf(object: KubeObject): ObjectRef {
  const { namespace, name } = object.metadata;
  const { apiVersion, kind } = object;
  return namespace === undefined ? { apiVersion, kind, name } : { apiVersion, kind, namespace, name };
}

/** The one text that identifies an object in a map: `apps/v1 ReplicaSet production/web`. */
export function refText({ apiVersion, kind, namespace, name }: ObjectRef): string {
  return `${apiVersion} ${kind} ${namespace ?? ""}/${name}`;
}

/** The owner that controls an object, or undefined when nobody does. */
export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find((owner) => owner.controller === true);
}
