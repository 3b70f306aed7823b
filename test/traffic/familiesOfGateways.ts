import { fieldsIn, listIn } from "../../src/traffic/fields.ts";
import { routers } from "../../src/traffic/index.ts";
import type { Router } from "../../src/traffic/router.ts";
import {
  again,
  both,
  type Family,
  listed,
  mentions,
  noExperiment,
  noHeader,
  noMax,
  noMirror,
  noSeveral,
  noting,
  textOf,
  weights,
} from "./family.ts";
import { object } from "./support.ts";

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

const route = object("gateway.networking.k8s.io/v1", "HTTPRoute", "shop", {
  spec: { rules: [{ backendRefs: both }] },
});

const mapping = object("getambassador.io/v2", "Mapping", "shop", {
  spec: { prefix: "/", service: "http://shop-stable.prod:80" },
});

/** Reads the action of an Ingress of ALB. */
export function targetGroups(action: string): ReturnType<typeof listed> {
  return listed(
    (board) => {
      const notes = board.get("Ingress", "shop")?.metadata.annotations ?? {};
      const said = JSON.parse(notes[`alb.ingress.kubernetes.io/actions.${action}`] ?? "{}") as object;
      const groups = listIn(said, "ForwardConfig", "TargetGroups");
      return groups.map((one) => ({ ...one, weight: one["Weight"] }));
    },
    (one: { ServiceName: string }) => one.ServiceName,
  );
}

/** The routers at the edge of a cluster. */
export const gateways: readonly Family[] = [
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
    several: {
      config: { stableIngresses: ["shop", "second"] },
      objects: again([ingress]),
      name: (first) => first.replace("shop-ro-shop", "shop-ro-second"),
    },
    whole: 1000,
  },
  {
    name: "gatewayAPI",
    router: routers.gatewayAPI as Router,
    config: { httpRoute: "shop" },
    objects: [route],
    missing: [["HTTPRoute", "shop", /httproutes.gateway.networking.k8s.io "shop" not found/]],
    ...listed(
      (board) => {
        const rules = listIn(board.get("HTTPRoute", "shop"), "spec", "rules");
        const plain = rules.find((one) => one["name"] === undefined);
        return listIn(plain, "backendRefs");
      },
      (one: { name: string }) => one.name,
    ),
    has: mentions,
    edit: noting("HTTPRoute", "shop"),
    cannot: {},
    several: {
      config: { httpRoutes: [{ name: "shop" }, { name: "second" }] },
      objects: again([route]),
      name: () => "second",
    },
    whole: 1000,
  },
  {
    name: "alb",
    router: routers.alb as Router,
    config: { ingress: "shop", servicePort: 80 },
    objects: [ingress],
    missing: [["Ingress", "shop", /ingress.networking.k8s.io "shop" not found/]],
    ...targetGroups("shop-stable"),
    has: (board, text) => textOf(board).includes(`"${text}"`) || textOf(board).includes(`\\"${text}\\"`),
    edit: noting("Ingress", "shop"),
    cannot: { mirror: noMirror, max: noMax },
    several: {
      config: { ingresses: ["shop", "second"], servicePort: 80 },
      objects: again([ingress]),
      name: () => "second",
    },
    whole: 100,
  },
  {
    name: "ambassador",
    router: routers.ambassador as Router,
    config: { mappings: ["shop"] },
    objects: [mapping],
    missing: [["Mapping", "shop", /Ambassador mapping "shop" not found/]],
    read: (board) => {
      const canary = Number(fieldsIn(board.get("Mapping", "shop-canary"), "spec")["weight"] ?? 0);
      return { canary, stable: 100 - canary };
    },
    has: mentions,
    edit: noting("Mapping", "shop"),
    cannot: { header: noHeader, mirror: noMirror, experiment: noExperiment, max: noMax },
    several: {
      config: { mappings: ["shop", "second"] },
      objects: again([mapping]),
      name: (first) => first.replace("shop", "second"),
    },
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
    cannot: { several: noSeveral, header: noHeader, mirror: noMirror, experiment: noExperiment, max: noMax },
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
    cannot: { several: noSeveral, mirror: noMirror, experiment: noExperiment, max: noMax },
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
    cannot: {
      several: noSeveral,
      mirror: "only a header template can be given",
      experiment: "it names two places only",
    },
    whole: 1000,
  },
];
