import type { KubeObject } from "../api/object.ts";
import type { Cause } from "./failure.ts";
import type { Json } from "./json.ts";
import type { SchemaNode } from "./schema.ts";

/** One resource in one version, as discovery lists it. */
export interface Resource {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
  readonly plural: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly namespaced: boolean;
  /** Status is written through its own subresource. */
  readonly hasStatus: boolean;
  /** Where the scale subresource finds its numbers; undefined when there is none. */
  readonly scale: ScalePaths | undefined;
  readonly schema: SchemaNode;
  /** The printer columns of a custom resource; the built-in kinds have tables of their own. */
  readonly columns: readonly PrinterColumn[];
  readonly rules: Rules;
  /** Kinds defined by a CustomResourceDefinition. */
  readonly custom: boolean;
}

/** Field paths, as names from the top of the object. */
export interface ScalePaths {
  readonly replicas: readonly string[];
  readonly current: readonly string[];
  /** Where the selector is found, as text or as a LabelSelector. */
  readonly selector: readonly string[];
}

/** A column of `kubectl get` as a CustomResourceDefinition describes it. */
export interface PrinterColumn {
  readonly name: string;
  readonly type: string;
  readonly format?: string;
  readonly description?: string;
  /** Columns of priority 0 are always shown, others with `-o wide`. */
  readonly priority?: number;
  readonly jsonPath: string;
}

/** What the API server does with objects of a kind besides storing them. */
export interface Rules {
  /** Whether `metadata.generation` counts the changes of everything but metadata and status. */
  readonly generation: boolean;
  /**
   * The kind's own reading of the body: unknown fields dropped, wrong types refused with a 400. What is
   * shared with `old` has been read before.
   */
  decode(object: Json, old?: Json): Json;
  /** The fields that the server sets or clears on a new object (status, for most kinds). */
  begin(object: KubeObject): KubeObject;
  /** What the server keeps from the object as it was, before the new one is looked at. */
  carry(object: KubeObject, old: KubeObject): KubeObject;
  /** Missing fields get their defaults. */
  complete(object: KubeObject): KubeObject;
  /** The same for its status. */
  completeStatus(object: KubeObject): KubeObject;
  /** What is wrong with it; `old` is there for updates. */
  check(object: KubeObject, old: KubeObject | undefined): readonly Cause[];
  /** What is wrong with its status. */
  checkStatus(object: KubeObject): readonly Cause[];
  /** Whether a write without resourceVersion is taken. */
  readonly unconditional: boolean;
  /** What happens to dependents when a delete does not say. */
  readonly propagation: "Background" | "Orphan";
  /** A delete that is done answers with the object instead of a Status. */
  readonly returnsDeleted: boolean;
  /** How names are written. */
  readonly naming: Naming;
}

/** The alphabet of names: DNS label, DNS subdomain, RFC 1035 label, or a path segment (RBAC). */
export type Naming = "label" | "subdomain" | "rfc1035" | "path";

/** `apps/v1`, or `v1` in the core group. */
export function apiVersionOf({
  group,
  version,
}: {
  readonly group: string;
  readonly version: string;
}): string {
  return group === "" ? version : `${group}/${version}`;
}

/** The group and version of an apiVersion. */
export function groupVersion(apiVersion: string): { readonly group: string; readonly version: string } {
  const slash = apiVersion.indexOf("/");
  return slash < 0
    ? { group: "", version: apiVersion }
    : { group: apiVersion.slice(0, slash), version: apiVersion.slice(slash + 1) };
}
