import type { IstioRouting } from "../../src/api/istioRouting.ts";
import type { Json } from "../../src/api/json.ts";
import type { KubeObject } from "../../src/api/object.ts";
import { listIn } from "../../src/traffic/fields.ts";
import { istio } from "../../src/traffic/istio.ts";
import { Board, object } from "./support.ts";

export const api = "networking.istio.io/v1alpha3";
export const hash = "rollouts-pod-template-hash";
export const mark = "argo-rollouts.argoproj.io/managed-by-rollouts";

export function to(host: string, weight?: number, more: object = {}): Json {
  return { destination: { host, ...more }, ...(weight === undefined ? {} : { weight }) };
}

export function toSubset(subset: string, weight?: number): Json {
  return to("shop", weight, { subset });
}

export function service(spec: object, name = "shop"): KubeObject {
  return object(api, "VirtualService", name, { spec: { hosts: ["shop"], ...spec } });
}

export const both = [to("shop-stable", 100), to("shop-canary.prod.svc", 0)];
export const primary = {
  name: "primary",
  retries: { attempts: 2 },
  corsPolicy: { newKey: [1.5] },
  route: both,
};

export function board(
  objects: readonly KubeObject[],
  config: IstioRouting = { virtualService: { name: "shop" } },
) {
  return new Board(istio(), config, objects);
}

export function routesOf(on: Pick<Board<unknown>, "get">, section = "http", name = "shop"): readonly Json[] {
  return listIn(on.get("VirtualService", name), "spec", section);
}

export const beta = {
  name: "beta",
  header: {
    match: [
      { headerName: "x-beta", headerValue: { exact: "1" } },
      { headerName: "agent", headerValue: { regex: ".*Chrome.*" } },
    ],
  },
};
export const shadow = {
  name: "shadow",
  mirror: {
    match: [{ method: { exact: "GET" }, path: { prefix: "/" }, headers: { "x-a": { exact: "b" } } }],
    percentage: 35,
  },
};
export const managed = ["shadow", "beta"];

export const subsets = {
  destinationRule: { name: "shop", canarySubsetName: "canary", stableSubsetName: "stable" },
};
export const bySubset = { ...subsets, virtualService: { name: "shop" } };
export const pure = { canaryService: "", stableService: "" };
