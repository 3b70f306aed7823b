import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import type { Effect } from "../../src/reconcile/effect.ts";
import { problemEvents, tellingRefusal } from "../../src/traffic/trouble.ts";

const ref = { apiVersion: "v1", kind: "X", name: "x" };
const writes = {
  create: { do: "create", object: { ...ref, metadata: { name: "x" } }, why: "w" },
  patch: { do: "patch", ref, type: "json", body: [], why: "w" },
  delete: { do: "delete", ref, why: "w" },
} satisfies Readonly<Record<string, Effect>>;

/** The events of refused writes (traffic-cli-ops 1.10). */
const refused: [router: string, verb: keyof typeof writes, told: string | undefined][] = [
  ["smi", "create", "Normal TrafficSplitNotCreated"],
  ["smi", "patch", undefined],
  ["ambassador", "create", "Warning CanaryMappingCreationError"],
  ["ambassador", "patch", "Warning CanaryMappingUpdateError"],
  ["ambassador", "delete", "Warning CanaryMappingCleanupError"],
  ["traefik", "patch", "Warning TraefikServiceUpdateError"],
  ["apisix", "create", "Warning ApisixRouteCreateError"],
  ["apisix", "patch", "Warning ApisixRouteUpdateError"],
  ["apisix", "delete", "Warning ApisixRouteDeleteError"],
  ["istio", "patch", undefined],
  ["plugins.argoproj-labs/gatewayAPI", "patch", undefined],
];
for (const [router, verb, told] of refused) {
  test(`${router}: a ${verb} that is refused is told as ${told ?? "any other"}`, () => {
    const [effect] = tellingRefusal(router, [writes[verb]]);
    deepEqual(
      effect?.refusal?.map(({ type, reason }) => `${type} ${reason}`),
      [...(told === undefined ? [] : [told]), "Warning TrafficRoutingError"],
    );
  });
}

const problems: [message: string, reason: string | undefined][] = [
  ["VirtualService `shop` not found", "VirtualServiceNotFound"],
  ["DestinationRule `shop` not found", "DestinationRuleNotFound"],
  ["Virtual-router is missing", "VirtualRouterNotFound"],
  ["Virtual-node is missing", "VirtualNodeNotFound"],
  ['Ambassador mapping "m" not found', "AmbassadorMappingNotFound"],
  ['Ambassador mapping "m" can not define weight', "AmbassadorMappingConfigError"],
  ["traefik canary service was not found", undefined],
];
for (const [message, reason] of problems) {
  test(`a router that says "${message}" is told as ${reason ?? "any other"}`, () => {
    const reasons = [...(reason === undefined ? [] : [reason]), "TrafficRoutingError"];
    deepEqual(
      problemEvents(message),
      reasons.map((one) => ({ type: "Warning", reason: one, message })),
    );
  });
}
