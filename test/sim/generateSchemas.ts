import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes `src/sim/builtins/schemas.json`: the OpenAPI schemas of the built-in kinds that the embedded cluster
 * serves, with all that they refer to. Run by hand, with a folder of documents of a real API server, such as
 * `kubectl get --raw /openapi/v3/apis/apps/v1 > FOLDER/apis__apps__v1_openapi.json`:
 * `node test/sim/generateSchemas.ts FOLDER`.
 */
const kinds: Readonly<Record<string, readonly string[]>> = {
  api__v1: [
    ...[
      "Namespace",
      "Pod",
      "Service",
      "Endpoints",
      "Secret",
      "ConfigMap",
      "ServiceAccount",
      "Event",
      "PodTemplate",
    ],
    ...["Status", "DeleteOptions"],
  ],
  apis__apps__v1: ["Deployment", "ReplicaSet"],
  apis__batch__v1: ["Job"],
  "apis__coordination.k8s.io__v1": ["Lease"],
  "apis__discovery.k8s.io__v1": ["EndpointSlice"],
  "apis__networking.k8s.io__v1": ["Ingress"],
  apis__autoscaling__v1: ["Scale"],
  apis__autoscaling__v2: ["HorizontalPodAutoscaler"],
  apis__policy__v1: ["PodDisruptionBudget", "Eviction"],
  "apis__apiextensions.k8s.io__v1": ["CustomResourceDefinition"],
  "apis__rbac.authorization.k8s.io__v1": ["Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding"],
};

type Schemas = Record<string, object>;

function collect(name: string, from: Readonly<Schemas>, into: Schemas): void {
  const schema = from[name];
  if (schema === undefined || into[name] !== undefined) return;
  into[name] = schema;
  JSON.stringify(schema, (key, value) => {
    if (key === "$ref" && typeof value === "string")
      collect(value.slice(value.lastIndexOf("/") + 1), from, into);
    return value;
  });
}

const folder = process.argv[2];
if (folder === undefined) throw new Error("usage: node test/sim/generateSchemas.ts FOLDER");
const found: Schemas = {};
for (const [file, names] of Object.entries(kinds)) {
  const { components } = JSON.parse(readFileSync(join(folder, `${file}_openapi.json`), "utf8"));
  for (const [name, schema] of Object.entries<object>(components.schemas)) {
    const served = "x-kubernetes-group-version-kind" in schema || name.includes("meta.v1.");
    if (served && names.some((kind) => name.endsWith(`.${kind}`))) collect(name, components.schemas, found);
  }
}
const sorted = Object.fromEntries(Object.entries(found).sort(([a], [b]) => (a < b ? -1 : 1)));
const lines = Object.entries(sorted).map(
  ([name, schema]) => `${JSON.stringify(name)}: ${JSON.stringify(schema)}`,
);
writeFileSync(
  new URL("../../src/sim/builtins/schemas.json", import.meta.url),
  `{\n${lines.join(",\n")}\n}\n`,
);
