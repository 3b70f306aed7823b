import { deepEqual, ok } from "node:assert/strict";
import { test } from "node:test";
import { parse } from "yaml";
import type { AnalysisRun } from "../../src/api/analysis.ts";
import { schemaOf } from "../../src/api/crd.ts";
import type { Experiment } from "../../src/api/experiment.ts";
import { isJson, type Json } from "../../src/api/json.ts";
import { kinds } from "../../src/api/kinds.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { read } from "../../src/api/read.ts";
import { Rollout } from "../../src/api/rollout.ts";

/**
 * An object with every field that a structural schema has; numbers or texts are numbers in every other
 * place.
 */
function sample(schema: unknown): unknown {
  if (!isJson(schema)) return undefined;
  if (schema["x-kubernetes-int-or-string"] === true)
    return String(schema.description).length % 2 === 0 ? 7 : "25%";
  if (schema["x-kubernetes-preserve-unknown-fields"] === true) return { any: ["thing", { at: "all" }] };
  if (Array.isArray(schema.enum)) return schema.enum[0];
  switch (schema.type) {
    case "object":
      return sampleObject(schema);
    case "array":
      return [sample(schema.items), sample(schema.items)];
    case "integer":
      return 7;
    case "boolean":
      return true;
    default:
      return "2024-05-01T12:00:00Z";
  }
}

function sampleObject({ properties, additionalProperties }: Json): unknown {
  if (additionalProperties !== undefined) return { one: sample(additionalProperties) };
  const fields = isJson(properties) ? Object.entries(properties) : [];
  return Object.fromEntries(fields.map(([name, field]) => [name, sample(field)]));
}

for (const kind of kinds) {
  test(`a ${kind.kind} with every field is read as it is`, () => {
    const fields = sample(schemaOf(kind));
    const object = {
      ...(isJson(fields) ? fields : {}),
      apiVersion: "argoproj.io/v1alpha1",
      kind: kind.kind,
      metadata: { name: "web", namespace: "shop" },
    };
    deepEqual(read(kind.schema, object), object);
  });
}

const seed = `
apiVersion: argoproj.io/v1alpha1
kind: Rollout
metadata:
  name: my-api
  namespace: production
spec:
  replicas: 5
  selector:
    matchLabels:
      app: my-api
  template:
    metadata:
      labels:
        app: my-api
    spec:
      containers:
      - name: my-api
        image: myregistry.com/my-api:v1.4.2
        ports:
        - containerPort: 8080
  strategy:
    canary:
      steps:
      - setWeight: 10
      - pause: { duration: 5m }
      - setWeight: 30
      - pause: { duration: 5m }
      - setWeight: 60
      - pause: { duration: 5m }
      analysis:
        templates:
        - templateName: success-rate
        startingStep: 1
      canaryService: my-api-canary
      stableService: my-api-stable
`;

const empty: Json = { template: {}, strategy: { canary: {} } };
const accepted: [name: string, object: Json][] = [
  ["the seed manifest", parse(seed)],
  ["an empty spec", {}],
  ["empty parts", { spec: empty }],
  [
    "zeros, falses and empty texts",
    { spec: { replicas: 0, paused: false, strategy: { canary: { stableService: "" } } } },
  ],
  ["empty lists and maps", { spec: { strategy: { canary: { steps: [], canaryMetadata: { labels: {} } } } } }],
  ["a step with nothing in it", { spec: { strategy: { canary: { steps: [{}] } } } }],
  [
    "what only the controller refuses",
    { spec: { replicas: -1, strategy: { canary: {}, blueGreen: { activeService: "" } } } },
  ],
  ["a free text where the peer has no enum", { spec: { workloadRef: { scaleDown: "whenever" } } }],
];
for (const [name, object] of accepted) {
  test(`${name}: nothing is dropped, nothing is filled in`, () => {
    const whole = {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Rollout",
      metadata: { name: "web" },
      spec: {},
      ...object,
    };
    const before = structuredClone(whole);
    deepEqual(read(Rollout, whole), before);
    deepEqual(whole, before);
  });
}

test("what was read is an object like any other", () => {
  const rollout = read(Rollout, parse(seed));
  const objects: readonly KubeObject[] = [rollout];
  const others: (readonly KubeObject[])[] = [[] as AnalysisRun[], [] as Experiment[]];
  ok(objects.length === 1 && others.length === 2);
});
