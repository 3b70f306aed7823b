import { schemaOf } from "../../src/api/crd.ts";
import { isJson, type Json } from "../../src/api/json.ts";
import { kinds } from "../../src/api/kinds.ts";

/** A node of a schema and the path of the field that it describes: `spec.steps[].pause`. */
export type Node = readonly [path: string, schema: Json];

/** A schema and all that lies below it. */
export function nodes(schema: unknown, path = ""): readonly Node[] {
  if (!isJson(schema)) return [];
  const properties = isJson(schema.properties) ? Object.entries(schema.properties) : [];
  return [
    [path, schema],
    ...properties.flatMap(([name, field]) => nodes(field, path === "" ? name : `${path}.${name}`)),
    ...nodes(schema.items, `${path}[]`),
    ...nodes(schema.additionalProperties, `${path}{}`),
  ];
}

const trees = new Map(kinds.map((kind) => [kind.kind, nodes(schemaOf(kind))]));

/** All nodes of the schema of a kind. */
export function tree(kind: string): readonly Node[] {
  return trees.get(kind) ?? [];
}

/** The paths of the nodes of a kind for which the test holds. */
export function pathsWith(kind: string, has: (schema: Json) => boolean): readonly string[] {
  return tree(kind)
    .filter(([, schema]) => has(schema))
    .map(([path]) => path);
}
