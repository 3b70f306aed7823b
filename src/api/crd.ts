import * as z from "zod";
import { group, version } from "./group.ts";
import type { Json } from "./json.ts";
import type { ApiKind } from "./kinds.ts";
import type { KubeObject } from "./object.ts";
import { type JsonSchema, structural } from "./structural.ts";

/** The CustomResourceDefinition of a kind. Pure: the same kind always gives the same object. */
export function crdOf(kind: ApiKind): KubeObject {
  const { plural, singular, scope, columns, subresources } = kind;
  return {
    apiVersion: "apiextensions.k8s.io/v1",
    kind: "CustomResourceDefinition",
    metadata: { name: `${plural}.${group}` },
    spec: {
      group,
      names: {
        kind: kind.kind,
        listKind: `${kind.kind}List`,
        plural,
        singular,
        shortNames: [kind.shortName],
      },
      scope,
      versions: [
        {
          name: version,
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schemaOf(kind) },
          ...(subresources === undefined ? {} : { subresources }),
          additionalPrinterColumns: columns,
        },
      ],
    },
  };
}

/** The structural schema of a kind; the API server itself looks after apiVersion, kind and metadata. */
export function schemaOf({ schema, about }: ApiKind): Json {
  const whole = z.toJSONSchema(schema, { target: "openapi-3.0", io: "input", reused: "inline" });
  const { properties } = structural(whole as JsonSchema) as { properties: Json };
  return {
    description: about,
    type: "object",
    required: ["spec"],
    properties: {
      ...properties,
      apiVersion: { type: "string", description: "The API group and version of this object." },
      kind: { type: "string", description: "The kind of this object." },
      metadata: { type: "object" },
    },
  };
}
