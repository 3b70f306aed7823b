import { builtInSchemas } from "../builtins/index.ts";
import type { Catalog } from "../catalog.ts";
import { isJson, type Json, jsonOf } from "../json.ts";
import type { Resource } from "../resource.ts";
import { apiFolder, groupVersionKind } from "./discovery.ts";
import { subresourcesOf } from "./route.ts";

/** The OpenAPI documents: an index, and one document for each version of each group; undefined elsewhere. */
export function openApi(catalog: Catalog, path: string): unknown {
  if (path === "/openapi/v3") return index(catalog);
  const [, folder] = /^\/openapi\/v3\/(.+)$/.exec(path) ?? [];
  if (folder === undefined) return undefined;
  const resources = catalog.all().filter((resource) => apiFolder(resource) === folder);
  return resources.length === 0 ? undefined : documentOf(resources);
}

function index(catalog: Catalog): object {
  const folders = [...new Set(catalog.all().map(apiFolder))];
  const links = folders.map((folder) => [
    folder,
    { serverRelativeURL: `/openapi/v3/${folder}?hash=${catalog.edition}` },
  ]);
  return { paths: Object.fromEntries(links) };
}

function documentOf(resources: readonly Resource[]): object {
  const paths = Object.fromEntries(resources.flatMap((resource) => pathsOf(resource)));
  return {
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "unversioned" },
    paths,
    components: { schemas: schemasOf(resources) },
  };
}

/** The schemas of some resources and all that they refer to, by name. */
export function schemasOf(resources: readonly Resource[]): Readonly<Record<string, unknown>> {
  const schemas: Record<string, unknown> = {};
  for (const resource of resources) {
    const name = schemaName(resource);
    schemas[name] = resource.custom ? customSchema(resource) : builtInSchemas[name];
    collect(schemas[name], schemas);
  }
  return schemas;
}

/** Adds every schema that a schema refers to. */
function collect(schema: unknown, into: Record<string, unknown>): void {
  if (Array.isArray(schema)) for (const item of schema) collect(item, into);
  if (!isJson(schema)) return;
  for (const [keyword, value] of Object.entries(schema)) {
    if (keyword !== "$ref" || typeof value !== "string") collect(value, into);
    else {
      const name = value.slice(value.lastIndexOf("/") + 1);
      if (into[name] !== undefined) continue;
      into[name] = builtInSchemas[name];
      collect(builtInSchemas[name], into);
    }
  }
}

function schemaName(resource: Resource): string {
  const { group, version, kind } = resource;
  if (resource.custom) return `${group.split(".").toReversed().join(".")}.${version}.${kind}`;
  const found = Object.entries(builtInSchemas).find(([, schema]) =>
    kindsOf(schema).some(
      (one) => one["group"] === group && one["version"] === version && one["kind"] === kind,
    ),
  );
  return found?.[0] ?? kind;
}

function kindsOf(schema: unknown): readonly Json[] {
  const kinds = jsonOf(schema)["x-kubernetes-group-version-kind"];
  return Array.isArray(kinds) ? kinds.filter(isJson) : [];
}

const objectMeta = "#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

/** The schema of a definition with the fields that every object has. */
function customSchema(resource: Resource): object {
  const { raw } = resource.schema;
  const { apiVersion, kind } = jsonOf(jsonOf(builtInSchemas["io.k8s.api.core.v1.ConfigMap"])["properties"]);
  const description =
    "Standard object's metadata. More info: " +
    "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata";
  const metadata = { description, allOf: [{ $ref: objectMeta }] };
  return {
    ...raw,
    properties: { ...jsonOf(raw["properties"]), apiVersion, kind, metadata },
    "x-kubernetes-group-version-kind": [groupVersionKind(resource)],
  };
}

/** The paths say which parameters a write takes; clients look that up before they use them. */
function pathsOf(resource: Resource): readonly (readonly [string, object])[] {
  const place = resource.namespaced ? "namespaces/{namespace}/" : "";
  const root = `/${apiFolder(resource)}/${place}${resource.plural}`;
  const kind = groupVersionKind(resource);
  const schema = { $ref: `#/components/schemas/${schemaName(resource)}` };
  const on = (action: string, parameters: readonly object[]) => ({
    parameters,
    responses: { 200: { description: "OK", content: { "application/json": { schema } } } },
    "x-kubernetes-action": action,
    "x-kubernetes-group-version-kind": kind,
  });
  const one = {
    get: on("get", []),
    put: on("put", writeParameters),
    patch: on("patch", [...writeParameters, parameter("force", "boolean")]),
    delete: on("delete", [parameter("dryRun", "string"), parameter("propagationPolicy", "string")]),
  };
  const more = subresourcesOf(resource).map((name) => [`${root}/{name}/${name}`, one] as const);
  return [
    [root, { get: on("list", []), post: on("post", writeParameters) }],
    [`${root}/{name}`, one],
    ...more,
  ];
}

function parameter(name: string, type: string): object {
  return { name, in: "query", schema: { type, uniqueItems: true } };
}

const writeParameters = ["dryRun", "fieldManager", "fieldValidation"].map((name) =>
  parameter(name, "string"),
);
