import type { KubeObject } from "../../src/api/object.ts";
import { fieldsIn, listIn } from "../../src/traffic/fields.ts";
import { routers } from "../../src/traffic/index.ts";
import type { Router } from "../../src/traffic/router.ts";
import { type Board, object } from "./support.ts";

type Read = (board: Board<unknown>) => { readonly canary: unknown; readonly stable: unknown };

/** One router on the table of conformance: its objects, and how to see what they say. */
export interface Family {
  readonly name: string;
  readonly router: Router;
  readonly config: unknown;
  /** The objects of the user, before anything was written. */
  readonly objects: readonly KubeObject[];
  /** The objects that must be there, and what is said when one is not. */
  readonly missing: readonly [kind: string, name: string, message: RegExp][];
  /** The weights of both sides, as numbers. */
  readonly read: Read;
  /** Whether the router lists this managed route, and an experiment's Service, in its objects. */
  has(board: Board<unknown>, text: string): boolean;
  /** What others change in the object between look and write; it must survive. */
  readonly edit: (board: Board<unknown>) => KubeObject | undefined;
  /** What it cannot do, with the reason. */
  readonly cannot: Readonly<Partial<Record<"header" | "mirror" | "experiment" | "max", string>>>;
  /** How large its whole is when the maximum is 1000. */
  readonly whole: number;
}

const both = [
  { name: "shop-stable", port: 80 },
  { name: "shop-canary", port: 80 },
];

function weights(
  entries: readonly object[],
  nameOf: (entry: never) => unknown,
  canary = "shop-canary",
  stable = "shop-stable",
) {
  const weightOf = (name: string) => {
    const found = entries.find((entry) => nameOf(entry as never) === name) as { weight?: number } | undefined;
    return found?.weight ?? 0;
  };
  return { canary: Number(weightOf(canary)), stable: Number(weightOf(stable)) };
}

function textOf(board: Board<unknown>): string {
  return JSON.stringify(board.all());
}

function noting(kind: string, name: string) {
  return (board: Board<unknown>): KubeObject | undefined => {
    const found = board.get(kind, name);
    if (found === undefined) return undefined;
    return { ...found, metadata: { ...found.metadata, labels: { ...found.metadata.labels, team: "shop" } } };
  };
}

const mentions = (board: Board<unknown>, text: string) => textOf(board).includes(`"${text}"`);

const ingress = object("networking.k8s.io/v1", "Ingress", "shop", {
  spec: {
    rules: [
      {
        host: "shop.example.org",
        http: {
          paths: [
            {
              path: "/",
              pathType: "Prefix",
              backend: { service: { name: "shop-stable", port: { number: 80 } } },
            },
          ],
        },
      },
    ],
  },
});

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

const noHeader = "its rules are fixed by the user; only weights are ours";
const noMirror = "the router has no object in which requests could be mirrored for one route";
const noExperiment = "it knows two versions only";
const noMax = "its weights always add up to 100";

export const families: readonly Family[] = [
  {
    name: "nginx",
    router: routers.nginx as Router,
    config: { stableIngress: "shop" },
    objects: [ingress],
    missing: [["Ingress", "shop", /error retrieving stableIngress `shop`/]],
    read: (board) => {
      const notes = board.get("Ingress", "shop-ro-shop-canary")?.metadata.annotations ?? {};
      const canary = Number(notes["nginx.ingress.kubernetes.io/canary-weight"]);
      return {
        canary,
        stable: Number(notes["nginx.ingress.kubernetes.io/canary-weight-total"] ?? 100) - canary,
      };
    },
    has: mentions,
    edit: noting("Ingress", "shop"),
    cannot: {
      header: "headers are annotations of the Rollout's own configuration",
      mirror: noMirror,
      experiment: "one canary per Ingress",
    },
    whole: 1000,
  },
  {
    name: "gatewayAPI",
    router: routers.gatewayAPI as Router,
    config: { httpRoute: "shop" },
    objects: [
      object("gateway.networking.k8s.io/v1", "HTTPRoute", "shop", {
        spec: { rules: [{ backendRefs: both }] },
      }),
    ],
    missing: [["HTTPRoute", "shop", /httproutes.gateway.networking.k8s.io "shop" not found/]],
    read: (board) => {
      const rules = listIn(board.get("HTTPRoute", "shop"), "spec", "rules");
      return weights(
        listIn(
          rules.find((one) => one["name"] === undefined),
          "backendRefs",
        ),
        (one: { name: string }) => one.name,
      );
    },
    has: mentions,
    edit: noting("HTTPRoute", "shop"),
    cannot: {},
    whole: 1000,
  },
  {
    name: "istio by Service",
    router: routers.istio as Router,
    config: { virtualService: { name: "shop" } },
    objects: [virtualService],
    missing: [["VirtualService", "shop", /VirtualService `shop` not found/]],
    read: (board) => {
      const http = listIn(board.get("VirtualService", "shop"), "spec", "http");
      const hostOf = (one: { destination: { host: string } }) => one.destination.host.split(".")[0];
      return weights(
        listIn(
          http.find((one) => one["name"] === undefined),
          "route",
        ),
        hostOf,
      );
    },
    has: mentions,
    edit: noting("VirtualService", "shop"),
    cannot: { max: noMax },
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
    read: (board) => {
      const http = listIn(board.get("VirtualService", "shop"), "spec", "http");
      const subsetOf = (one: { destination: { subset: string } }) => one.destination.subset;
      return weights(
        listIn(
          http.find((one) => one["name"] === "primary"),
          "route",
        ),
        subsetOf,
        "canary",
        "stable",
      );
    },
    has: mentions,
    edit: noting("DestinationRule", "shop"),
    cannot: { max: noMax },
    whole: 100,
  },
  {
    name: "alb",
    router: routers.alb as Router,
    config: { ingress: "shop", servicePort: 80 },
    objects: [ingress],
    missing: [["Ingress", "shop", /ingress.networking.k8s.io "shop" not found/]],
    read: (board) => {
      const notes = board.get("Ingress", "shop")?.metadata.annotations ?? {};
      const action = JSON.parse(notes["alb.ingress.kubernetes.io/actions.shop-stable"] ?? "{}") as object;
      const groups = listIn(action, "ForwardConfig", "TargetGroups").map((one) => ({
        ...one,
        weight: one["Weight"],
      }));
      return weights(groups, (one: { ServiceName: string }) => one.ServiceName);
    },
    has: (board, text) => textOf(board).includes(`"${text}"`) || textOf(board).includes(`\\"${text}\\"`),
    edit: noting("Ingress", "shop"),
    cannot: { mirror: noMirror, max: noMax },
    whole: 100,
  },
  {
    name: "smi",
    router: routers.smi as Router,
    config: {},
    objects: [],
    missing: [],
    read: (board) =>
      weights(
        listIn(board.get("TrafficSplit", "shop-ro"), "spec", "backends"),
        (one: { service: string }) => one.service,
      ),
    has: mentions,
    edit: noting("TrafficSplit", "shop-ro"),
    cannot: { header: "a TrafficSplit has weights only", mirror: noMirror, max: noMax },
    whole: 100,
  },
  {
    name: "ambassador",
    router: routers.ambassador as Router,
    config: { mappings: ["shop"] },
    objects: [
      object("getambassador.io/v2", "Mapping", "shop", {
        spec: { prefix: "/", service: "http://shop-stable.prod:80" },
      }),
    ],
    missing: [["Mapping", "shop", /Ambassador mapping "shop" not found/]],
    read: (board) => {
      const canary = Number(fieldsIn(board.get("Mapping", "shop-canary"), "spec")["weight"] ?? 0);
      return { canary, stable: 100 - canary };
    },
    has: mentions,
    edit: noting("Mapping", "shop"),
    cannot: { header: noHeader, mirror: noMirror, experiment: noExperiment, max: noMax },
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
    cannot: { header: noHeader, mirror: noMirror, experiment: noExperiment, max: noMax },
    whole: 100,
  },
  {
    name: "traefik",
    router: routers.traefik as Router,
    config: { weightedTraefikServiceName: "shop" },
    objects: [
      object("traefik.io/v1alpha1", "TraefikService", "shop", { spec: { weighted: { services: both } } }),
    ],
    missing: [["TraefikService", "shop", /traefikservices.traefik.io "shop" not found/]],
    read: (board) =>
      weights(
        listIn(board.get("TraefikService", "shop"), "spec", "weighted", "services"),
        (one: { name: string }) => one.name,
      ),
    has: mentions,
    edit: noting("TraefikService", "shop"),
    cannot: { header: noHeader, mirror: noMirror, experiment: noExperiment, max: noMax },
    whole: 100,
  },
  {
    name: "apisix",
    router: routers.apisix as Router,
    config: { route: { name: "shop" } },
    objects: [
      object("apisix.apache.org/v2", "ApisixRoute", "shop", {
        spec: {
          http: [
            {
              name: "shop",
              match: { paths: ["/*"] },
              backends: [
                { serviceName: "shop-stable", servicePort: 80 },
                { serviceName: "shop-canary", servicePort: 80 },
              ],
            },
          ],
        },
      }),
    ],
    missing: [["ApisixRoute", "shop", /apisixroutes.apisix.apache.org "shop" not found/]],
    read: (board) => {
      const [rule] = listIn(board.get("ApisixRoute", "shop"), "spec", "http");
      return weights(listIn(rule, "backends"), (one: { serviceName: string }) => one.serviceName);
    },
    has: mentions,
    edit: noting("ApisixRoute", "shop"),
    cannot: { mirror: noMirror, experiment: noExperiment, max: noMax },
    whole: 100,
  },
  {
    name: "declarative",
    router: routers.declarative as Router,
    config: {
      object: { apiVersion: "mesh.example.org/v1", kind: "Split", name: "shop" },
      weights: { canary: "{.spec.routes[0].to[1].share}", stable: "{.spec.routes[0].to[0].share}" },
      backends: { canary: "{.spec.routes[0].to[1].service}", stable: "{.spec.routes[0].to[0].service}" },
      headerMatch: {
        path: "{.spec.routes}",
        template: {
          id: "{{name}}",
          header: { "{{headerName}}": "{{headerValue}}" },
          to: "{{canaryService}}",
        },
      },
    },
    objects: [
      object("mesh.example.org/v1", "Split", "shop", {
        spec: { routes: [{ id: "main", to: [{ service: "shop-stable" }, { service: "shop-canary" }] }] },
      }),
    ],
    missing: [["Split", "shop", /^Split.mesh.example.org "shop" not found$/]],
    read: (board) => {
      const main = listIn(board.get("Split", "shop"), "spec", "routes").find((one) => one["id"] === "main");
      const to = listIn(main, "to").map((one) => ({ ...one, weight: one["share"] }));
      return weights(to, (one: { service: string }) => one.service);
    },
    has: mentions,
    edit: noting("Split", "shop"),
    cannot: { mirror: "only a header template can be given", experiment: "it names two places only" },
    whole: 1000,
  },
];
