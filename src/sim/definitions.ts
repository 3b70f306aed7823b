import type { KubeObject } from "../api/object.ts";
import type { Instant } from "../api/time.ts";
import { builtInResources, builtInSchemas } from "./builtins/index.ts";
import { customResources } from "./crd/resource.ts";
import { unprocessable } from "./failure.ts";
import { frozen, imported } from "./json.ts";
import { type Birth, metadataCauses, newMetadata } from "./metadata.ts";
import type { Resource } from "./resource.ts";
import { type SchemaNode, schemaNode } from "./schema.ts";

/** The shelf of the CustomResourceDefinitions. */
export const definitionShelf = "apiextensions.k8s.io/customresourcedefinitions";

/** A CustomResourceDefinition that is read and checked, to be put into any number of clusters. */
export interface PreparedDefinition {
  readonly name: string;
  /** The definition as a cluster stores it. */
  born(birth: Birth): KubeObject;
}

/** The schema of the metadata that every object has. */
export const metadataSchema: SchemaNode = schemaNode(
  { $ref: "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta" },
  builtInSchemas,
);

/** Reads and checks CustomResourceDefinitions. Throws a 422 for one that is wrong. */
export function prepareDefinitions(objects: readonly KubeObject[]): readonly PreparedDefinition[] {
  return objects.map(prepared);
}

function prepared(object: KubeObject): PreparedDefinition {
  const resource = builtInOf("CustomResourceDefinition");
  const { rules } = resource;
  const read = frozen(rules.complete(rules.decode(imported(object)) as KubeObject));
  const causes = [...metadataCauses(read, undefined, resource), ...rules.check(read, undefined)];
  if (causes.length > 0) throw unprocessable(resource, read.metadata.name, causes);
  customResources(read, metadataSchema);
  const begin = (birth: Birth) => rules.begin({ ...read, metadata: newMetadata(read, birth, true) });
  let last: { readonly now: Instant; readonly object: KubeObject } | undefined;
  return {
    name: read.metadata.name,
    born(birth) {
      if (last?.now !== birth.now) last = { now: birth.now, object: frozen(begin(birth)) };
      const { object } = last;
      return { ...object, metadata: { ...object.metadata, uid: birth.uid } };
    },
  };
}

function builtInOf(kind: string): Resource {
  const found = builtInResources.find((resource) => resource.kind === kind);
  if (found === undefined) throw new Error(`${kind} is no built-in kind`);
  return found;
}
