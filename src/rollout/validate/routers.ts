import { gatewayApiPlugin } from "../../api/gatewayApiRouting.ts";
import type { TrafficRouting } from "../../api/trafficRouting.ts";
import { routers } from "../../traffic/index.ts";
import type { Capabilities } from "../../traffic/router.ts";

/** A router that is built in, as users name it under `trafficRouting`. */
export type RouterKey = keyof typeof routers;

/** Routers that need canaryService and stableService even beside a pair of Services that swap roles. */
const alwaysBetweenServices: readonly RouterKey[] = [
  "smi",
  "apisix",
  "ambassador",
  "nginx",
  "appMesh",
  "traefik",
];

/** The plugins that are built in, by the name under which the peer knows them. */
export const builtInPlugins: readonly string[] = [gatewayApiPlugin];

/** The configured routers, plugins apart. */
export function configuredKeys(routing: TrafficRouting): readonly RouterKey[] {
  return (Object.keys(routers) as RouterKey[]).filter((key) => routing[key] !== undefined);
}

/**
 * Whether any of the configured routers has an ability; others pass over what they cannot do. Plugins count
 * as able to do everything, as in the peer (traffic-cli-ops 1.3).
 */
export function can(routing: TrafficRouting | undefined, ability: keyof Capabilities): boolean {
  if (routing === undefined) return false;
  if (Object.keys(routing.plugins ?? {}).length > 0) return true;
  return configuredKeys(routing).some((key) => routers[key].can[ability]);
}

/**
 * Whether any of the configured routers splits between the two Services, and not between a pair or subsets.
 */
export function needsServices(routing: TrafficRouting, pingPong: boolean): boolean {
  const keys = configuredKeys(routing);
  if (keys.some((key) => alwaysBetweenServices.includes(key))) return true;
  const bySubset = routing.istio?.destinationRule !== undefined;
  return !pingPong && keys.some((key) => key !== "istio" || !bySubset);
}
