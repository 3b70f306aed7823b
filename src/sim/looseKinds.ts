import type { KubeObject } from "../api/object.ts";
import { groupVersion } from "./resource.ts";

/**
 * CustomResourceDefinitions for kinds that only a router knows: any field is kept, nothing is checked. The
 * plural is guessed, as nobody asks for it here.
 */
export function looseDefinition({ apiVersion, kind }: KubeObject): KubeObject {
  const { group, version } = groupVersion(apiVersion);
  const singular = kind.toLowerCase();
  const plural = `${singular}s`;
  const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: { kind, listKind: `${kind}List`, plural, singular },
      scope: "Namespaced",
      versions: [{ name: version, served: true, storage: true, schema }],
    },
  };
}
