import type { GatewayApiRouting } from "../../src/api/gatewayApiRouting.ts";
import type { Json } from "../../src/api/json.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { listIn } from "../../src/traffic/fields.ts";
import { gatewayApi } from "../../src/traffic/gatewayApi.ts";
import { Board, object } from "./support.ts";

export const v1 = "gateway.networking.k8s.io/v1";
export const both = [
  { name: "shop-stable", port: 80 },
  { name: "shop-canary", port: 80 },
];
export const docs = { matches: [{ path: { value: "/docs" } }], backendRefs: [{ name: "docs", port: 80 }] };

export function route(rules: readonly object[], kind = "HTTPRoute", metadata: object = {}): KubeObject {
  const apiVersion = kind.startsWith("T") ? "gateway.networking.k8s.io/v1alpha2" : v1;
  return object(apiVersion, kind, "shop", { spec: { parentRefs: [{ name: "edge" }], rules } }, metadata);
}

export function board(
  one: KubeObject | readonly KubeObject[],
  config: GatewayApiRouting = { httpRoute: "shop" },
) {
  return new Board(gatewayApi, config, "kind" in one ? [one] : one);
}

export function rulesOf(on: Pick<Board<unknown>, "get">, kind = "HTTPRoute", name = "shop"): readonly Json[] {
  return listIn(on.get(kind, name), "spec", "rules");
}

export function pair(canary: number, stable: number) {
  return [
    { name: "shop-stable", port: 80, weight: stable },
    { name: "shop-canary", port: 80, weight: canary },
  ];
}

export const mark = { "argo-rollouts.argoproj.io/managed-by-rollouts": "shop-ro" };
export const label = { "rollouts.argoproj.io/gatewayapi-canary": "in-progress" };

export const experiment = { serviceName: "exp-a", podTemplateHash: "7b9c", weight: 10, port: 9000 };

export const beta = {
  name: "beta",
  header: { match: [{ headerName: "x-beta", headerValue: { exact: "1" } }] },
};
export const canaryRef = { group: "", kind: "Service", name: "shop-canary", port: 80 };
export const api = {
  matches: [{ path: { type: "PathPrefix", value: "/api" } }],
  filters: [{ type: "RequestHeaderModifier", requestHeaderModifier: { remove: ["x-a"] } }],
  backendRefs: both,
};
