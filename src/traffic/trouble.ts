import type { Effect, EventNote } from "../reconcile/effect.ts";

type Told = Pick<EventNote, "type" | "reason">;

const warning = (reason: string): Told => ({ type: "Warning", reason });
const routingError = warning("TrafficRoutingError");

/** How routers tell of refused writes, beside the error that all of them tell (traffic-cli-ops 1.10). */
const refusals: Readonly<Record<string, Partial<Record<Effect["do"], Told>>>> = {
  smi: { create: { type: "Normal", reason: "TrafficSplitNotCreated" } },
  ambassador: {
    create: warning("CanaryMappingCreationError"),
    patch: warning("CanaryMappingUpdateError"),
    delete: warning("CanaryMappingCleanupError"),
  },
  traefik: { patch: warning("TraefikServiceUpdateError") },
  apisix: {
    create: warning("ApisixRouteCreateError"),
    patch: warning("ApisixRouteUpdateError"),
    delete: warning("ApisixRouteDeleteError"),
  },
};

/** The writes of a router, with the events for their refusal. */
export function tellingRefusal(router: string, effects: readonly Effect[]): readonly Effect[] {
  return effects.map((effect) => {
    const own = refusals[router]?.[effect.do];
    return { ...effect, refusal: own === undefined ? [routingError] : [own, routingError] };
  });
}

/** What is missing or wrong, by what routers say of it. */
const problems: readonly (readonly [said: RegExp, reason: string])[] = [
  [/^VirtualService `.*` not found$/, "VirtualServiceNotFound"],
  [/^DestinationRule `.*` not found$/, "DestinationRuleNotFound"],
  [/^Virtual-router is missing$/, "VirtualRouterNotFound"],
  [/^Virtual-node is missing$/, "VirtualNodeNotFound"],
  [/^Ambassador mapping ".*" not found$/, "AmbassadorMappingNotFound"],
  [/^Ambassador mapping ".*" can not define weight$/, "AmbassadorMappingConfigError"],
];

/** The events for what keeps a router from its work (traffic-cli-ops 1.10). */
export function problemEvents(message: string): readonly EventNote[] {
  const own = problems.find(([said]) => said.test(message));
  return [...(own === undefined ? [] : [warning(own[1])]), routingError].map((told) => ({
    ...told,
    message,
  }));
}
