import { gatewayApiPlugin } from "../api/gatewayApiRouting.ts";
import { forbidden, Problem } from "../api/problem.ts";
import { read } from "../api/read.ts";
import type { TrafficRouting } from "../api/trafficRouting.ts";
import { gatewayApi } from "./gatewayApi.ts";
import { routingPath } from "./ingress.ts";
import { nginx } from "./nginx.ts";
import type { Router } from "./router.ts";

/** The routers that the peer has too, in the order in which they run (traffic-cli-ops 1.2). */
const shared = { nginx } satisfies Partial<Record<keyof TrafficRouting, Router>>;

/** The routers that are ours; they run last. */
const own = { gatewayAPI: gatewayApi } satisfies Partial<Record<keyof TrafficRouting, Router>>;

/** Every router, by its key under `trafficRouting`. A new one is one file and one line here. */
export const routers = { ...shared, ...own };

/** A router with the configuration that a Rollout gives it. */
export interface ConfiguredRouter {
  /** The key under `trafficRouting`, or `plugins.NAME`. */
  readonly name: string;
  readonly router: Router;
  readonly config: unknown;
}

/**
 * The routers of a Rollout in the order in which they run: those of the peer, plugins by name, then ours. Throws a
 * `Problem` that names the field for a configuration of the wrong shape and for a plugin that is not built in.
 */
export function configuredRouters(routing: TrafficRouting): readonly ConfiguredRouter[] {
  const plugins = Object.keys(routing.plugins ?? {}).sort();
  return [
    ...configuredOf(shared, routing),
    ...plugins.map((name) => plugin(name, routing)),
    ...configuredOf(own, routing),
  ];
}

function configuredOf(table: object, routing: TrafficRouting): readonly ConfiguredRouter[] {
  return Object.entries(table as Readonly<Record<string, Router>>).flatMap(([name, router]) => {
    const config = routing[name as keyof TrafficRouting];
    if (config === undefined || config === null) return [];
    return [{ name, router, config: parsed(router, config, `${routingPath}.${name}`) }];
  });
}

/** The Gateway API plugin is built in; others are processes that are not loaded (traffic-cli-ops 2.10, 2.11). */
function plugin(name: string, routing: TrafficRouting): ConfiguredRouter {
  const path = `${routingPath}.plugins.${name}`;
  if (name !== gatewayApiPlugin) {
    const instead = "use trafficRouting.gatewayAPI, or trafficRouting.declarative for any object that has two weights";
    throw forbidden(path, `traffic router plugins are not loaded, ${name} is none that is built in: ${instead}`);
  }
  if (routing.gatewayAPI !== undefined && routing.gatewayAPI !== null) {
    throw forbidden(path, "trafficRouting.gatewayAPI is set too: one of the two must go");
  }
  const router: Router = gatewayApi as Router;
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
