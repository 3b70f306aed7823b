import type { KubeObject } from "../../api/object.ts";
import { decoded } from "../builtins/decode.ts";
import type { Cause } from "../failure.ts";
import { isJson, type Json, jsonOf, listOf, without } from "../json.ts";
import type { PrinterColumn, Resource, Rules, ScalePaths } from "../resource.ts";
import { begunWith, plainRules, withOldStatus } from "../rules.ts";
import { type SchemaNode, schemaNode } from "../schema.ts";
import { defaulted } from "./defaults.ts";
import { pruned } from "./prune.ts";
import { schemaCauses } from "./validate.ts";

/**
 * The resources that a CustomResourceDefinition serves, one for each version; made once for each definition.
 */
export function customResources(definition: KubeObject, metadata: SchemaNode): readonly Resource[] {
  const spec = jsonOf(definition["spec"]);
  const known = made.get(spec);
  if (known !== undefined) return known;
  const versions = listOf(spec["versions"]).map(jsonOf);
  const resources = versions
    .filter(({ served }) => served === true)
    .map((version) => resourceOf(spec, version, metadata));
  made.set(spec, resources);
  return resources;
}

const made = new WeakMap<object, readonly Resource[]>();

function resourceOf(spec: Json, version: Json, metadata: SchemaNode): Resource {
  const names = jsonOf(spec["names"]);
  const subresources = jsonOf(version["subresources"]);
  const schema = schemaNode(jsonOf(version["schema"])["openAPIV3Schema"]);
  const hasStatus = isJson(subresources["status"]);
  return {
    group: String(spec["group"]),
    version: String(version["name"]),
    kind: String(names["kind"]),
    plural: String(names["plural"]),
    singular: String(names["singular"]),
    shortNames: listOf(names["shortNames"]).map(String),
    categories: listOf(names["categories"]).map(String),
    namespaced: spec["scope"] === "Namespaced",
    hasStatus,
    scale: scaleOf(subresources["scale"]),
    schema,
    columns: listOf(version["additionalPrinterColumns"]).filter(isJson).map(columnOf),
    custom: true,
    rules: rulesOf(schema, metadata, String(version["name"]), String(names["kind"]), hasStatus),
  };
}

function rulesOf(
  schema: SchemaNode,
  metadata: SchemaNode,
  version: string,
  kind: string,
  hasStatus: boolean,
): Rules {
  return {
    ...plainRules,
    generation: true,
    unconditional: false,
    decode: (object) => read(object, schema, metadata, version, kind),
    begin: hasStatus ? begunWith(undefined) : plainRules.begin,
    carry: hasStatus ? withOldStatus : plainRules.carry,
    complete: (object) => withTop(object, defaulted(bare(object), schema)),
    check: (object, old) => causes(object, old, schema),
  };
}

/** The kind and metadata are the server's own; only the rest is a matter of the schema. */
function bare(object: Json): Json {
  return without(object, "apiVersion", "kind", "metadata");
}

function withTop(object: KubeObject, rest: unknown): KubeObject {
  const { apiVersion, kind, metadata } = object;
  return { apiVersion, kind, metadata, ...bare(jsonOf(rest)) };
}

function read(object: Json, schema: SchemaNode, metadata: SchemaNode, version: string, kind: string): Json {
  const meta = jsonOf(
    decoded({ metadata: object["metadata"] ?? {} }, metadata, { version, kind })["metadata"],
  );
  const { apiVersion } = object;
  return { apiVersion, kind: object["kind"], metadata: meta, ...jsonOf(pruned(bare(object), schema)) };
}

function causes(object: KubeObject, old: KubeObject | undefined, schema: SchemaNode): readonly Cause[] {
  const found = schemaCauses(bare(object), old === undefined ? undefined : bare(old), schema, "");
  return found.filter(({ field }) => field !== "metadata" && field !== "apiVersion" && field !== "kind");
}

function scaleOf(scale: unknown): ScalePaths | undefined {
  if (!isJson(scale)) return undefined;
  const path = (field: string, fallback: string) =>
    String(scale[field] ?? fallback)
      .split(".")
      .slice(1);
  return {
    replicas: path("specReplicasPath", ".spec.replicas"),
    current: path("statusReplicasPath", ".status.replicas"),
    selector: path("labelSelectorPath", ".status.selector"),
  };
}

function columnOf(column: Json): PrinterColumn {
  const { format, description, priority } = column;
  return {
    name: String(column["name"]),
    type: String(column["type"]),
    jsonPath: String(column["jsonPath"]),
    ...(typeof format === "string" ? { format } : {}),
    ...(typeof description === "string" ? { description } : {}),
    ...(typeof priority === "number" ? { priority } : {}),
  };
}
