import type { KubeObject } from "../../../src/api/object.ts";

/** The Ingress of the seed story: all traffic to stable. */
export const ingress: KubeObject = {
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  metadata: { name: "my-api" },
  spec: {
    ingressClassName: "nginx",
    rules: [
      {
        host: "my-api.example.com",
        http: {
          paths: [
            {
              path: "/",
              pathType: "Prefix",
              backend: { service: { name: "my-api-stable", port: { number: 80 } } },
            },
          ],
        },
      },
    ],
  },
};

/** The HTTPRoute of the seed story, without weights. */
export const route: KubeObject = {
  apiVersion: "gateway.networking.k8s.io/v1",
  kind: "HTTPRoute",
  metadata: { name: "my-api" },
  spec: {
    parentRefs: [{ name: "gateway" }],
    rules: [
      {
        matches: [{ path: { type: "PathPrefix", value: "/" } }],
        backendRefs: [
          { name: "my-api-stable", port: 80 },
          { name: "my-api-canary", port: 80 },
        ],
      },
    ],
  },
};
