import type { KindRef, KubeObject, ObjectRef } from "../../../src/api/object.ts";

/** What tells Traefik how to share requests. */
export interface Driver {
  readonly name: "Gateway API" | "TraefikService";
  readonly namespace: string;
  /** The `Host` of its requests. */
  readonly host: string;
  /** What the Rollout says of it. */
  readonly trafficRouting: object;
  /** The kind of the object that carries the weights. */
  readonly carrier: KindRef;
  /** What a user has besides the Rollout and its Services. */
  readonly objects: readonly KubeObject[];
}

/** The port of Traefik that takes requests, and that of its own API. */
export const ports = { web: 8000, api: 8001 };

const both = ["stable", "canary"].map((side) => ({ name: `shop-${side}`, port: 80 }));

/** Both ways to tell Traefik: the Gateway API, and its own kind. */
export const drivers: readonly Driver[] = [
  {
    name: "Gateway API",
    namespace: "gateway",
    host: "gateway.example.org",
    trafficRouting: {
      plugins: { "argoproj-labs/gatewayAPI": { httpRoute: "shop", namespace: "gateway" } },
    },
    carrier: { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" },
    objects: [
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "GatewayClass",
        metadata: { name: "traefik" },
        spec: { controllerName: "traefik.io/gateway-controller" },
      },
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "Gateway",
        metadata: { name: "gateway", namespace: "gateway" },
        spec: {
          gatewayClassName: "traefik",
          listeners: [{ name: "web", protocol: "HTTP", port: ports.web }],
        },
      },
      {
        apiVersion: "gateway.networking.k8s.io/v1",
        kind: "HTTPRoute",
        metadata: { name: "shop", namespace: "gateway" },
        spec: {
          parentRefs: [{ name: "gateway" }],
          hostnames: ["gateway.example.org"],
          rules: [{ matches: [{ path: { type: "PathPrefix", value: "/" } }], backendRefs: both }],
        },
      },
    ],
  },
  {
    name: "TraefikService",
    namespace: "traefik",
    host: "traefik.example.org",
    trafficRouting: { traefik: { weightedTraefikServiceName: "shop" } },
    carrier: { apiVersion: "traefik.io/v1alpha1", kind: "TraefikService" },
    objects: [
      {
        apiVersion: "traefik.io/v1alpha1",
        kind: "TraefikService",
        metadata: { name: "shop", namespace: "traefik" },
        spec: { weighted: { services: both } },
      },
      {
        apiVersion: "traefik.io/v1alpha1",
        kind: "IngressRoute",
        metadata: { name: "shop", namespace: "traefik" },
        spec: {
          entryPoints: ["web"],
          routes: [
            {
              kind: "Rule",
              match: "Host(`traefik.example.org`)",
              services: [{ kind: "TraefikService", name: "shop" }],
            },
          ],
        },
      },
    ],
  },
];

/** The Rollout of a driver. */
export function rolloutRef({ namespace }: Driver): ObjectRef {
  return { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", namespace, name: "shop" };
}

/** The pods of one version. */
export function template(version: number): object {
  return {
    metadata: { labels: { app: "shop" } },
    spec: { containers: [{ name: "shop", image: `shop:${version}`, ports: [{ containerPort: 8080 }] }] },
  };
}

/** Everything that a user creates for one driver, in order. */
export function manifests(driver: Driver): readonly KubeObject[] {
  const { namespace, trafficRouting, objects } = driver;
  const services = ["shop-stable", "shop-canary"].map((name) => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { name, namespace },
    spec: { selector: { app: "shop" }, ports: [{ port: 80, targetPort: 8080 }] },
  }));
  const { apiVersion, kind, name } = rolloutRef(driver);
  const rollout = {
    apiVersion,
    kind,
    metadata: { name, namespace },
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: "shop" } },
      template: template(1),
      strategy: {
        canary: {
          canaryService: "shop-canary",
          stableService: "shop-stable",
          // Shorter than usual: pods that still get requests would be seen.
          scaleDownDelaySeconds: 2,
          abortScaleDownDelaySeconds: 2,
          trafficRouting,
        },
      },
    },
  };
  const own = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
  return [own, ...services, ...objects, rollout];
}
