import type { Json } from "./json.ts";

/** As much of a JSON schema as zod writes for what is in this folder. */
export interface JsonSchema {
  readonly type?: string;
  readonly description?: string;
  readonly format?: string;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema;
  readonly items?: JsonSchema;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly "x-kubernetes-int-or-string"?: boolean;
  readonly "x-kubernetes-preserve-unknown-fields"?: boolean;
  readonly "x-kubernetes-validations"?: readonly unknown[];
}

const biggestInt32 = 2 ** 31 - 1;

/**
 * A JSON schema as the API server wants it in a CustomResourceDefinition: every node has a type, or says
 * that it is a number or a text, or keeps whatever it finds. An object that keeps unknown fields lists
 * none of its own.
 */
export function structural(node: JsonSchema): Json {
  const { description, default: fallback } = node;
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    ...shapeOf(node),
  };
}

function shapeOf(node: JsonSchema): Json {
  if (node["x-kubernetes-int-or-string"] === true) {
    return { anyOf: [{ type: "integer" }, { type: "string" }], "x-kubernetes-int-or-string": true };
  }
  switch (node.type) {
    case undefined:
      return { "x-kubernetes-preserve-unknown-fields": true };
    case "object":
      return objectOf(node);
    case "array":
      return { type: "array", items: structural(node.items ?? {}) };
    case "integer":
      return { type: "integer", format: node.maximum === biggestInt32 ? "int32" : "int64" };
    default:
      return scalarOf(node);
  }
}

function objectOf(node: JsonSchema): Json {
  const { properties = {}, required = [], additionalProperties, "x-kubernetes-validations": rules } = node;
  if (keepsAll(node)) return { type: "object", "x-kubernetes-preserve-unknown-fields": true };
  if (additionalProperties !== undefined) {
    return { type: "object", additionalProperties: structural(additionalProperties) };
  }

  const fields = Object.entries(properties).map(([name, field]) => [name, structural(field)] as const);
  return {
    type: "object",
    ...(required.length === 0 ? {} : { required }),
    ...(fields.length === 0 ? {} : { properties: Object.fromEntries(fields) }),
    ...(rules === undefined ? {} : { "x-kubernetes-validations": rules }),
  };
}

/** Objects that say so, and those whose further members may be anything. */
function keepsAll({ additionalProperties, ...node }: JsonSchema): boolean {
  if (node["x-kubernetes-preserve-unknown-fields"] === true) return true;
  return additionalProperties !== undefined && Object.keys(additionalProperties).length === 0;
}

function scalarOf({ type, format, enum: values }: JsonSchema): Json {
  return {
    type,
    ...(format === undefined ? {} : { format }),
    ...(values === undefined ? {} : { enum: values }),
  };
}
