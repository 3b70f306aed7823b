import { listIn } from "../../src/traffic/fields.ts";
import { routers } from "../../src/traffic/index.ts";
import type { Router } from "../../src/traffic/router.ts";
import {
  again,
  type Family,
  listed,
  mentions,
  noExperiment,
  noHeader,
  noMax,
  noMirror,
  noSeveral,
  noting,
  weights,
} from "./family.ts";
import { object } from "./support.ts";

const virtualService = object("networking.istio.io/v1alpha3", "VirtualService", "shop", {
  spec: {
    hosts: ["shop"],
    http: [
      {
        retries: { attempts: 2 },
        route: [
          { destination: { host: "shop-stable", port: { number: 8080 } }, weight: 100 },
          { destination: { host: "shop-canary.prod.svc", port: { number: 8080 } } },
        ],
      },
    ],
  },
});

const bySubset = object("networking.istio.io/v1alpha3", "VirtualService", "shop", {
  spec: {
    hosts: ["shop"],
    http: [
      {
        name: "primary",
        route: [
          { destination: { host: "shop", subset: "stable" }, weight: 100 },
          { destination: { host: "shop", subset: "canary" } },
        ],
      },
    ],
  },
});

const rule = object("networking.istio.io/v1alpha3", "DestinationRule", "shop", {
  spec: {
    host: "shop",
    subsets: [
      { name: "canary", labels: { app: "shop" } },
      { name: "stable", labels: { app: "shop" } },
    ],
  },
});

const appMeshApi = "appmesh.k8s.aws/v1beta2";
const node = (name: string) =>
  object(appMeshApi, "VirtualNode", name, { spec: { podSelector: { matchLabels: { app: "shop" } } } });

/** The routers of service meshes. */
export const meshes: readonly Family[] = [
  {
    name: "istio by Service",
    router: routers.istio as Router,
    config: { virtualService: { name: "shop" } },
    objects: [virtualService],
    missing: [["VirtualService", "shop", /VirtualService `shop` not found/]],
    ...listed(
      (board) => {
        const http = listIn(board.get("VirtualService", "shop"), "spec", "http");
        const plain = http.find((one) => one["name"] === undefined);
        return listIn(plain, "route");
      },
      (one: { destination: { host: string } }) => one.destination.host.split(".")[0],
    ),
    has: mentions,
    edit: noting("VirtualService", "shop"),
    cannot: { max: noMax },
    several: {
      config: { virtualServices: [{ name: "shop" }, { name: "second" }] },
      objects: again([virtualService]),
      name: () => "second",
    },
    whole: 100,
  },
  {
    name: "istio by subset",
    router: routers.istio as Router,
    config: {
      virtualServices: [{ name: "shop", routes: ["primary"] }],
      destinationRule: { name: "shop", canarySubsetName: "canary", stableSubsetName: "stable" },
    },
    objects: [bySubset, rule],
    missing: [
      ["VirtualService", "shop", /VirtualService `shop` not found/],
      ["DestinationRule", "shop", /DestinationRule `shop` not found/],
    ],
    ...listed(
      (board) => {
        const http = listIn(board.get("VirtualService", "shop"), "spec", "http");
        const primary = http.find((one) => one["name"] === "primary");
        return listIn(primary, "route");
      },
      ({ destination }: { destination: { host: string; subset?: string } }) =>
        destination.subset ?? destination.host,
      "canary",
      "stable",
    ),
    has: mentions,
    edit: noting("DestinationRule", "shop"),
    cannot: { max: noMax },
    several: {
      config: {
        virtualServices: [{ name: "shop", routes: ["primary"] }, { name: "second" }],
        destinationRule: { name: "shop", canarySubsetName: "canary", stableSubsetName: "stable" },
      },
      objects: again([bySubset]),
      name: () => "second",
    },
    whole: 100,
  },
  {
    name: "smi",
    router: routers.smi as Router,
    config: {},
    objects: [],
    missing: [],
    ...listed(
      (board) => listIn(board.get("TrafficSplit", "shop-ro"), "spec", "backends"),
      (one: { service: string }) => one.service,
    ),
    has: mentions,
    edit: noting("TrafficSplit", "shop-ro"),
    cannot: { several: noSeveral, header: "a TrafficSplit has weights only", mirror: noMirror, max: noMax },
    whole: 100,
  },
  {
    name: "appMesh",
    router: routers.appMesh as Router,
    config: {
      virtualService: { name: "shop" },
      virtualNodeGroup: {
        canaryVirtualNodeRef: { name: "shop-canary" },
        stableVirtualNodeRef: { name: "shop-stable" },
      },
    },
    objects: [
      object(appMeshApi, "VirtualService", "shop", {
        spec: { provider: { virtualRouter: { virtualRouterRef: { name: "shop-router" } } } },
      }),
      object(appMeshApi, "VirtualRouter", "shop-router", {
        spec: {
          routes: [
            {
              name: "r",
              httpRoute: {
                match: { prefix: "/" },
                action: {
                  weightedTargets: [
                    { virtualNodeRef: { name: "shop-canary" }, weight: 0 },
                    { virtualNodeRef: { name: "shop-stable" }, weight: 100 },
                  ],
                },
              },
            },
          ],
        },
      }),
      node("shop-canary"),
      node("shop-stable"),
    ],
    missing: [
      ["VirtualService", "shop", /^Virtual-service is missing$/],
      ["VirtualRouter", "shop-router", /^Virtual-router is missing$/],
      ["VirtualNode", "shop-stable", /^Virtual-node is missing$/],
    ],
    read: (board) => {
      const [route] = listIn(board.get("VirtualRouter", "shop-router"), "spec", "routes");
      const targets = listIn(route, "httpRoute", "action", "weightedTargets");
      return weights(targets, (one: { virtualNodeRef: { name: string } }) => one.virtualNodeRef.name);
    },
    has: mentions,
    edit: noting("VirtualRouter", "shop-router"),
    cannot: { several: noSeveral, header: noHeader, mirror: noMirror, experiment: noExperiment, max: noMax },
    whole: 100,
  },
];
