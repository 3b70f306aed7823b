import { readFileSync } from "node:fs";
import { parse } from "yaml";
import type { Json } from "../../../src/api/json.ts";
import type { KubeObject } from "../../../src/api/object.ts";

const crds = new URL("../../../crds/", import.meta.url);
const builtIns = new URL("../../../src/sim/builtins/schemas.json", import.meta.url);

interface Loose {
  // biome-ignore lint/suspicious/noExplicitAny: schemas are edited as the JSON that they are
  [field: string]: any;
}

/** The routers of a Rollout that the peer's schema has; what else it is given there is pruned. */
const routers = [
  ...["istio", "nginx", "alb", "smi", "ambassador", "appMesh", "traefik", "apisix", "plugins"],
  ...["managedRoutes", "maxTrafficWeight"],
];

/** The defaults of a full template schema, by the type that has them (rollout-core 1). */
const defaults: Readonly<Record<string, Json>> = {
  ContainerPort: { protocol: "TCP" },
  GRPCAction: { service: "" },
  ConfigMapKeySelector: { name: "" },
  SecretKeySelector: { name: "" },
  ConfigMapEnvSource: { name: "" },
  SecretEnvSource: { name: "" },
  LocalObjectReference: { name: "" },
  FileKeySelector: { optional: false },
};

const anything = { "x-kubernetes-preserve-unknown-fields": true };

/** What a full template schema leaves open all the same. */
const open: Readonly<Record<string, readonly string[]>> = {
  PodSpec: ["volumes"],
  ResourceRequirements: ["limits", "requests"],
};

/**
 * Our CRD of Rollouts in the peer's shape (rollout-core 1): pod templates have a full schema with defaults,
 * fields that it does not know are pruned there, and so are our own additions beside its routers.
 */
export function peerRolloutCrd(): KubeObject {
  const crd = parse(readFileSync(new URL("rollouts.yaml", crds), "utf8")) as KubeObject & Loose;
  const { spec } = crd["spec"].versions[0].schema.openAPIV3Schema.properties;
  const schemas = JSON.parse(readFileSync(builtIns, "utf8")) as Record<string, Json>;
  spec.properties.template.properties.spec = new Converter(schemas).named("PodSpec");
  const routing = spec.properties.strategy.properties.canary.properties.trafficRouting;
  routing.properties = Object.fromEntries(routers.map((name) => [name, routing.properties[name]]));
  return crd;
}

/** Turns the OpenAPI document of built-in kinds into structural schemas. */
class Converter {
  readonly #schemas: Readonly<Record<string, Json>>;

  constructor(schemas: Readonly<Record<string, Json>>) {
    this.#schemas = schemas;
  }

  named(type: string): Loose {
    const [, schema] = Object.entries(this.#schemas).find(([name]) => name.endsWith(`.${type}`)) ?? [];
    if (schema === undefined) throw new Error(`there is no ${type}`);
    if (type === "Quantity") return { anyOf: [{ type: "integer" }, { type: "string" }], ...intOrString };
    const found = this.#node(schema);
    const changed = Object.entries(defaults[type] ?? {}).map(
      ([field, value]) => [field, { ...found["properties"][field], default: value }] as const,
    );
    const free = open[type] ?? [];
    const opened = free.map((field) => [field, anything] as const);
    const properties = { ...found["properties"], ...Object.fromEntries([...changed, ...opened]) };
    return { ...found, ...(found["properties"] !== undefined && { properties }) };
  }

  #node(node: Loose): Loose {
    const ref: unknown = node["$ref"] ?? node["allOf"]?.[0].$ref;
    if (typeof ref === "string") return this.named(ref.slice(ref.lastIndexOf(".") + 1));
    if (node["format"] === "int-or-string")
      return { anyOf: [{ type: "integer" }, { type: "string" }], ...intOrString };
    const { type, format, items, properties, required, additionalProperties } = node;
    return {
      type,
      ...(format !== undefined && { format }),
      ...(items !== undefined && { items: this.#node(items) }),
      ...(properties !== undefined && {
        properties: Object.fromEntries(
          Object.entries(properties as Loose).map(([name, field]) => [name, this.#node(field)]),
        ),
      }),
      ...(required !== undefined && { required }),
      ...(additionalProperties !== undefined && { additionalProperties: this.#node(additionalProperties) }),
    };
  }
}

const intOrString = { "x-kubernetes-int-or-string": true };
