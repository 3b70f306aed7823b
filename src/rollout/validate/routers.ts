import { gatewayApiPlugin } from "../../api/gatewayApiRouting.ts";
import type { TrafficRouting } from "../../api/trafficRouting.ts";

/** A router as users name it under `trafficRouting`; `plugins` when that names at least one. */
export type RouterKey = Exclude<keyof TrafficRouting, "managedRoutes" | "maxTrafficWeight">;

/** What some routers can do and others cannot, as far as validation asks (traffic-cli-ops 1.3). */
export type Ability = "pingPong" | "maxTrafficWeight" | "header" | "mirror" | "experiment";

/** The routers that a spec may combine with each ability; with any of them it passes. */
const able: Readonly<Record<Ability, readonly RouterKey[]>> = {
  pingPong: ["alb", "istio", "plugins", "gatewayAPI"],
  maxTrafficWeight: ["nginx", "plugins", "gatewayAPI", "declarative"],
  header: ["istio", "alb", "apisix", "plugins", "gatewayAPI", "declarative"],
  mirror: ["istio", "plugins"],
  experiment: ["alb", "smi", "istio", "plugins", "gatewayAPI"],
};

/** Routers that always need canaryService and stableService. */
const alwaysBetweenServices: readonly RouterKey[] = [
  "smi",
  "apisix",
  "ambassador",
  "nginx",
  "appMesh",
  "traefik",
  "declarative",
];

/** Whether a router is configured. */
export function uses(routing: TrafficRouting, key: RouterKey): boolean {
  return key === "plugins" ? Object.keys(routing.plugins ?? {}).length > 0 : routing[key] !== undefined;
}

/** Whether any of the configured routers has an ability. Others pass over what they cannot do. */
export function can(routing: TrafficRouting | undefined, ability: Ability): boolean {
  return routing !== undefined && able[ability].some((key) => uses(routing, key));
}

/** Whether any of the configured routers splits between the two Services, and not between a pair or subsets. */
export function needsServices(routing: TrafficRouting, pingPong: boolean): boolean {
  if (alwaysBetweenServices.some((key) => uses(routing, key))) return true;
  if (pingPong) return false;
  const { istio } = routing;
  const byHost = istio !== undefined && istio.destinationRule === undefined;
  return byHost || uses(routing, "alb") || uses(routing, "gatewayAPI");
}

/** The plugins that are built in, by the name under which the peer knows them. */
export const builtInPlugins: readonly string[] = [gatewayApiPlugin];
