import { gatewayApiPlugin } from "../api/gatewayApiRouting.ts";
import type { KindRef } from "../api/object.ts";
import { forbidden, Problem } from "../api/problem.ts";
import { read } from "../api/read.ts";
import type { TrafficRouting } from "../api/trafficRouting.ts";
import { alb } from "./alb.ts";
import { ambassador } from "./ambassador.ts";
import { apisix } from "./apisix.ts";
import { appMesh } from "./appMesh.ts";
import { declarative } from "./declarative.ts";
import { gatewayApi } from "./gatewayApi.ts";
import { routeKinds } from "./gatewayKinds.ts";
import { routingPath } from "./ingress.ts";
import { istio } from "./istio.ts";
import { nginx } from "./nginx.ts";
import type { Router } from "./router.ts";
import { smi } from "./smi.ts";
import { traefik } from "./traefik.ts";

/** The API versions that can be chosen (flags of the controller); what is not named has its default. */
export interface ApiVersions {
  /** `networking.istio.io/v1alpha3`. */
  readonly istio?: string | undefined;
  /** `v1alpha1`. */
  readonly smi?: string | undefined;
  /** `getambassador.io/v2`. */
  readonly ambassador?: string | undefined;
  /** `v1beta2`. */
  readonly appMesh?: string | undefined;
  /** `traefik.io/v1alpha1`. */
  readonly traefik?: string | undefined;
}

/** Every router, by its key under `trafficRouting`. A new one is one file and one line here. */
export type Routers = ReturnType<typeof routersFor>;

/**
 * The routers for these API versions, in the order in which they run: the peer's (traffic-cli-ops 1.2), then
 * ours. `istioCluster` names us where Istio's objects are in another cluster.
 */
export function routersFor(versions: ApiVersions = {}, istioCluster?: string | undefined) {
  return {
    istio: istio(versions.istio, istioCluster),
    nginx,
    alb,
    smi: smi(versions.smi),
    ambassador: ambassador(versions.ambassador),
    appMesh: appMesh(versions.appMesh),
    traefik: traefik(versions.traefik),
    apisix,
    gatewayAPI: gatewayApi,
    declarative,
  } satisfies Partial<Record<keyof TrafficRouting, Router>>;
}

/** The routers with their default API versions. */
export const routers: Routers = routersFor();

/** The routers that the peer does not have; they run after the plugins. */
const own: readonly string[] = ["gatewayAPI", "declarative"];

/** A router with the configuration that a Rollout gives it. */
export interface ConfiguredRouter {
  /** The key under `trafficRouting`, or `plugins.NAME`. */
  readonly name: string;
  readonly router: Router;
  readonly config: unknown;
}

/**
 * The routers of a Rollout in the order in which they run: those of the peer, plugins by name, then ours.
 * Throws a `Problem` that names the field for a configuration of the wrong shape and for a plugin that is not
 * built in.
 */
export function configuredRouters(
  routing: TrafficRouting,
  table: Routers = routers,
): readonly ConfiguredRouter[] {
  const names = Object.keys(table);
  const plugins = Object.keys(routing.plugins ?? {}).sort();
  return [
    ...names.filter((name) => !own.includes(name)).flatMap((name) => configured(name, routing, table)),
    ...plugins.map((name) => plugin(name, routing, table)),
    ...own.flatMap((name) => configured(name, routing, table)),
  ];
}

/** The router that a `ConfiguredRouter` was named after; undefined for a name that means nothing here. */
export function routerNamed(name: string, table: Routers = routers): Router | undefined {
  const key = name === `plugins.${gatewayApiPlugin}` ? "gatewayAPI" : name;
  return Object.hasOwn(table, key) ? (table[key as keyof Routers] as Router) : undefined;
}

/** Every kind that these routers may write to, but for the one that a declarative router names. */
export function kindsOf(table: Routers): readonly KindRef[] {
  const { istio, nginx, smi, ambassador, appMesh, traefik, apisix } = table;
  const destinationRule = { name: "", canarySubsetName: "", stableSubsetName: "" };
  return [
    ...istio.kinds({ destinationRule }),
    ...nginx.kinds({}),
    ...smi.kinds({}),
    ...ambassador.kinds({ mappings: [] }),
    ...appMesh.kinds({}),
    ...traefik.kinds({ weightedTraefikServiceName: "" }),
    ...apisix.kinds({}),
    ...routeKinds.map(({ apiVersion, kind }) => ({ apiVersion, kind })),
  ];
}

function configured(name: string, routing: TrafficRouting, table: Routers): readonly ConfiguredRouter[] {
  const config = routing[name as keyof TrafficRouting];
  if (config === undefined || config === null) return [];
  const router = table[name as keyof Routers] as Router;
  return [{ name, router, config: parsed(router, config, `${routingPath}.${name}`) }];
}

/**
 * The Gateway API plugin is built in; others are processes that are not loaded (traffic-cli-ops 2.10, 2.11).
 */
function plugin(name: string, routing: TrafficRouting, table: Routers): ConfiguredRouter {
  const path = `${routingPath}.plugins.${name}`;
  if (name !== gatewayApiPlugin) {
    const instead =
      "use trafficRouting.gatewayAPI, or trafficRouting.declarative for any object that has two weights";
    throw forbidden(
      path,
      `traffic router plugins are not loaded, ${name} is none that is built in: ${instead}`,
    );
  }
  if (routing.gatewayAPI !== undefined && routing.gatewayAPI !== null) {
    throw forbidden(path, "trafficRouting.gatewayAPI is set too: one of the two must go");
  }
  const router = table.gatewayAPI as Router;
  return { name: `plugins.${name}`, router, config: parsed(router, routing.plugins?.[name] ?? {}, path) };
}

/** The configuration as its schema reads it; a problem names the field within the Rollout. */
function parsed(router: Router, config: unknown, path: string): unknown {
  try {
    return read(router.config, config);
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const within = error.path ?? "";
    const place = { path: within === "" ? path : `${path}.${within}`, value: error.value };
    throw new Problem(error.detail, place, `${path}${within === "" ? "" : "."}${error.message}`);
  }
}
