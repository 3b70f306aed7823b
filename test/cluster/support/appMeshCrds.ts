import type { KubeObject } from "../../../src/api/object.ts";

const text = { type: "string" };
const number = { type: "integer", format: "int64" };
const anything = { type: "object", "x-kubernetes-preserve-unknown-fields": true };

function fields(properties: Readonly<Record<string, unknown>>, ...required: readonly string[]) {
  return { type: "object", properties, ...(required.length > 0 ? { required } : {}) };
}

function list(items: object, limits: { readonly minItems?: number; readonly maxItems?: number } = {}) {
  return { type: "array", items, ...limits };
}

/** A reference within the mesh. */
const reference = fields({ name: text, namespace: text }, "name");

const weightedTarget = fields(
  {
    virtualNodeRef: reference,
    virtualNodeARN: text,
    weight: { ...number, minimum: 0, maximum: 100 },
    port: number,
  },
  "weight",
);
const action = fields(
  { weightedTargets: list(weightedTarget, { minItems: 1, maxItems: 10 }) },
  "weightedTargets",
);
const httpRoute = fields(
  { match: anything, action, retryPolicy: anything, timeout: anything },
  "match",
  "action",
);
const route = fields(
  {
    name: { type: "string", minLength: 1 },
    priority: { ...number, minimum: 0, maximum: 1000 },
    httpRoute,
    http2Route: httpRoute,
    grpcRoute: httpRoute,
    tcpRoute: fields({ match: anything, action, timeout: anything }, "action"),
  },
  "name",
);
const router = fields({ virtualRouterRef: reference, virtualRouterARN: text });
const selector = fields({
  matchLabels: { type: "object", additionalProperties: text },
  matchExpressions: list(anything),
});

const specs: Readonly<Record<string, object>> = {
  VirtualService: fields({
    awsName: text,
    provider: fields({ virtualRouter: router, virtualNode: anything }),
    meshRef: anything,
  }),
  VirtualRouter: fields({ awsName: text, listeners: list(anything), routes: list(route), meshRef: anything }),
  VirtualNode: fields({
    awsName: text,
    podSelector: selector,
    listeners: list(anything),
    serviceDiscovery: anything,
    backends: list(anything),
    meshRef: anything,
  }),
};

/**
 * The CRDs of App Mesh that a router reads and writes, as the API reference of its controller describes them
 * (v1beta2); parts that no router looks into are left open.
 */
export function appMeshDefinitions(): readonly KubeObject[] {
  return Object.entries(specs).map(([kind, spec]) => {
    const singular = kind.toLowerCase();
    const plural = `${singular}s`;
    const openAPIV3Schema = fields({ spec, status: anything });
    return {
      apiVersion: "apiextensions.k8s.io/v1",
      kind: "CustomResourceDefinition",
      metadata: { name: `${plural}.appmesh.k8s.aws` },
      spec: {
        group: "appmesh.k8s.aws",
        names: { kind, listKind: `${kind}List`, plural, singular },
        scope: "Namespaced",
        versions: [
          {
            name: "v1beta2",
            served: true,
            storage: true,
            schema: { openAPIV3Schema },
            subresources: { status: {} },
          },
        ],
      },
    };
  });
}
