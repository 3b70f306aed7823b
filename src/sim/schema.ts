import { isJson, type Json, jsonOf, listOf } from "./json.ts";

/**
 * One node of an OpenAPI schema with its references followed; what lies below is looked up when it is asked
 * for.
 */
export interface SchemaNode {
  /** The keywords of this node. */
  readonly raw: Json;
  /** `object`, `array`, `string`, `integer`, `number`, `boolean`; undefined where any value may stand. */
  readonly type: string | undefined;
  /** Unknown fields are kept. */
  readonly open: boolean;
  readonly intOrString: boolean;
  /** An amount in the form of the API, `500m` or `1Gi`. */
  readonly isQuantity: boolean;
  readonly names: readonly string[];
  property(name: string): SchemaNode | undefined;
  readonly items: SchemaNode | undefined;
  /** The schema of the values of a map. */
  readonly values: SchemaNode | undefined;
  /** The merge key of a list, in strategic merge patches. */
  readonly mergeKey: string | undefined;
  readonly strategies: readonly string[];
  /** The keys by which server-side apply finds the entries of a list; undefined for other lists. */
  readonly listKeys: readonly string[] | undefined;
  /** A list of scalars that is a set. */
  readonly isSet: boolean;
  /** Server-side apply replaces it as a whole. */
  readonly atomic: boolean;
}

/** Named schemas that `$ref` points to. */
export type Definitions = Readonly<Record<string, unknown>>;

/** The node of a schema. */
export function schemaNode(schema: unknown, definitions: Definitions = {}): SchemaNode {
  const raw = resolved(jsonOf(schema), definitions);
  const properties = jsonOf(raw["properties"]);
  const known = new Map<string, SchemaNode>();
  const below = lazily(raw, definitions);
  const type = typeof raw["type"] === "string" ? raw["type"] : undefined;
  const listType = raw["x-kubernetes-list-type"];
  return {
    raw,
    type,
    open: raw["x-kubernetes-preserve-unknown-fields"] === true || (type === "object" && !isShaped(raw)),
    intOrString: raw["x-kubernetes-int-or-string"] === true || raw["format"] === "int-or-string",
    isQuantity: raw["name"] === "Quantity",
    names: Object.keys(properties),
    property(name) {
      if (!Object.hasOwn(properties, name)) return undefined;
      const seen = known.get(name) ?? schemaNode(properties[name], definitions);
      known.set(name, seen);
      return seen;
    },
    get items() {
      return below("items");
    },
    get values() {
      return below("additionalProperties");
    },
    mergeKey: textOf(raw["x-kubernetes-patch-merge-key"]),
    strategies: (textOf(raw["x-kubernetes-patch-strategy"]) ?? "").split(","),
    listKeys: listType === "map" ? listOf(raw["x-kubernetes-list-map-keys"]).map(String) : undefined,
    isSet: listType === "set",
    atomic: listType === "atomic" || raw["x-kubernetes-map-type"] === "atomic",
  };
}

/**
 * An object type without any field or value schema, as `type: object` alone, holds anything for the built-in
 * kinds.
 */
function isShaped(raw: Json): boolean {
  return (
    isJson(raw["properties"]) || isJson(raw["additionalProperties"]) || raw["additionalProperties"] === false
  );
}

function lazily(raw: Json, definitions: Definitions): (keyword: string) => SchemaNode | undefined {
  const known = new Map<string, SchemaNode>();
  return (keyword) => {
    if (!isJson(raw[keyword])) return undefined;
    const seen = known.get(keyword) ?? schemaNode(raw[keyword], definitions);
    known.set(keyword, seen);
    return seen;
  };
}

/**
 * `$ref`, alone or as the only entry of `allOf`, is replaced by what it points to; keywords beside it win.
 * Two keywords are added: `name` and `package`, by which messages call the type (`PodSpec` of `v1`).
 */
function resolved(schema: Json, definitions: Definitions): Json {
  const [only, ...others] = listOf(schema["allOf"]);
  const ref = schema["$ref"] ?? (others.length === 0 ? jsonOf(only)["$ref"] : undefined);
  if (typeof ref !== "string") return schema;
  const { $ref: _ref, allOf: _allOf, ...own } = schema;
  const full = ref.slice(ref.lastIndexOf("/") + 1);
  const [name, pack] = full.split(".").reverse();
  return { name, package: pack, ...resolved(jsonOf(definitions[full]), definitions), ...own };
}

/** Whether a keyword stands anywhere in a schema. */
export function mentions(schema: unknown, keyword: string): boolean {
  if (Array.isArray(schema)) return schema.some((item) => mentions(item, keyword));
  if (!isJson(schema)) return false;
  return Object.hasOwn(schema, keyword) || Object.values(schema).some((item) => mentions(item, keyword));
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}
