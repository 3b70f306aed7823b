import type { KubeObject } from "../../api/object.ts";
import { decoded, type Reading } from "../builtins/decode.ts";
import { type Cause, invalidValue } from "../failure.ts";
import { isJson, type Json, jsonOf, listOf, valueAt, without } from "../json.ts";
import type { PrinterColumn, Resource, Rules, ScalePaths } from "../resource.ts";
import { begunWith, plainRules, withOldStatus } from "../rules.ts";
import { mentions, type SchemaNode, schemaNode } from "../schema.ts";
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
  const scale = scaleOf(subresources["scale"]);
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
    scale,
    schema,
    columns: listOf(version["additionalPrinterColumns"]).filter(isJson).map(columnOf),
    custom: true,
    rules: rulesOf(schema, metadata, {
      version: String(version["name"]),
      kind: String(names["kind"]),
      hasStatus,
      scale,
    }),
  };
}

function rulesOf(
  schema: SchemaNode,
  metadata: SchemaNode,
  { version, kind, hasStatus, scale }: Pick<Resource, "version" | "kind" | "hasStatus" | "scale">,
): Rules {
  return {
    ...plainRules,
    generation: true,
    unconditional: false,
    decode: (object, old) => read(object, schema, metadata, { version, kind }, old),
    begin: hasStatus ? begunWith(undefined) : plainRules.begin,
    carry: hasStatus ? withOldStatus : plainRules.carry,
    complete: mentions(schema.raw, "default")
      ? (object) => withTop(object, defaulted(bare(object), schema))
      : plainRules.complete,
    check: causesOf(schema, scale),
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

function read(object: Json, schema: SchemaNode, metadata: SchemaNode, kind: Reading, old: Json = {}): Json {
  const given = jsonOf(object["metadata"]);
  const meta = given === old["metadata"] ? given : decoded(given, metadata, kind, old["metadata"]);
  const { apiVersion, kind: name } = object;
  return { apiVersion, kind: name, metadata: meta, ...jsonOf(pruned(bare(object), schema)) };
}

/** Mistakes that keep the rules of a schema from being looked at. */
const blocking = new Set([
  "FieldValueRequired",
  "FieldValueTypeInvalid",
  "FieldValueNotSupported",
  "FieldValueTooMany",
  "FieldValueTooLong",
]);

const unchecked =
  "some validation rules were not checked because the object was invalid; " +
  "correct the existing errors to complete validation";

/**
 * What is wrong by the schema, the scale subresource, and, where rules could not be checked, that they were
 * not.
 */
function causesOf(schema: SchemaNode, scale: ScalePaths | undefined): Rules["check"] {
  const ruled = mentions(schema.raw, "x-kubernetes-validations");
  return (object, old) => {
    const found = schemaCauses(bare(object), old === undefined ? undefined : bare(old), schema, "").filter(
      ({ field }) => field !== "metadata" && field !== "apiVersion" && field !== "kind",
    );
    const counts =
      scale === undefined ? [] : [scale.replicas, scale.current].flatMap((path) => countCauses(object, path));
    const blocked = ruled && found.some(({ reason }) => blocking.has(reason));
    return [...found, ...counts, ...(blocked ? [invalidValue("<nil>", null, unchecked)] : [])];
  };
}

/** A number that the scale subresource shows must be one. */
function countCauses(object: KubeObject, path: readonly string[]): readonly Cause[] {
  const value = valueAt(object, path);
  const field = `.${path.join(".")}`;
  if (value === undefined || (typeof value === "number" && value >= 0)) return [];
  if (typeof value === "number") return [invalidValue(field, value, "should be a non-negative integer")];
  const type = typeof value === "boolean" ? "bool" : typeof value;
  const detail = `${field} accessor error: ${String(value)} is of the type ${type}, expected int64`;
  return [invalidValue(field, 0, detail)];
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
