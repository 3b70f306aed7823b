import type { IntOrString } from "../../api/field.ts";
import { gatewayApiPlugin } from "../../api/gatewayApiRouting.ts";
import { forbidden, invalid } from "../../api/problem.ts";
import type { CanaryStrategy } from "../../api/strategy.ts";
import type { TrafficRouting } from "../../api/trafficRouting.ts";
import { checkAntiAffinity } from "./antiAffinity.ts";
import { can, needsServices } from "./routers.ts";
import { sameService } from "./sameService.ts";
import { checkStep } from "./steps.ts";

const path = "spec.strategy";

/**
 * Checks a canary strategy: its own fields, then each step, then its anti-affinity (rollout-core 3.2, c1 to
 * s11).
 */
export function checkCanary(canary: CanaryStrategy): void {
  checkBudget(canary);
  checkServices(canary);
  if (canary.trafficRouting === undefined) checkWithoutRouting(canary);
  else checkRouting(canary, canary.trafficRouting);
  for (const [index, step] of (canary.steps ?? []).entries()) {
    checkStep(step, `${path}.steps[${index}]`, canary.trafficRouting);
  }
  checkAntiAffinity(canary.antiAffinity);
}

function checkBudget({ maxSurge = "25", maxUnavailable = "25" }: CanaryStrategy): void {
  if (literal(maxSurge) !== 0 || literal(maxUnavailable) !== 0) return;
  throw invalid(`${path}.maxSurge`, maxSurge, "MaxSurge and MaxUnavailable both can not be zero");
}

/** The number that is written, whatever it means; a text that is none counts as 0. */
function literal(value: IntOrString): number {
  if (typeof value === "number") return value;
  const [, number] = /^([+-]?\d+)%?$/.exec(value) ?? [];
  return Number(number ?? 0);
}

function checkServices({ canaryService = "", stableService = "" }: CanaryStrategy): void {
  if (stableService === "" || canaryService !== stableService) return;
  throw invalid(`${path}.stableService`, stableService, sameService("stable and canary"));
}

function checkWithoutRouting({ scaleDownDelaySeconds, dynamicStableScale }: CanaryStrategy): void {
  if (scaleDownDelaySeconds !== undefined) {
    const detail = "Canary scaleDownDelaySeconds can only be used with traffic routing";
    throw invalid(`${path}.scaleDownDelaySeconds`, scaleDownDelaySeconds, detail);
  }
  if (dynamicStableScale !== true) return;
  const detail = "Canary dynamicStableScale can only be used with traffic routing";
  throw invalid(`${path}.dynamicStableScale`, true, detail);
}

function checkRouting(canary: CanaryStrategy, routing: TrafficRouting): void {
  checkPingPong(canary, routing);
  if (needsServices(routing, canary.pingPong !== undefined)) checkBothServices(canary);
  if (canary.dynamicStableScale === true && canary.scaleDownDelaySeconds !== undefined) {
    const detail = "Canary dynamicStableScale cannot be used with scaleDownDelaySeconds";
    throw invalid(`${path}.dynamicStableScale`, true, detail);
  }
  const { maxTrafficWeight, gatewayAPI, plugins = {} } = routing;
  if (maxTrafficWeight !== undefined && !can(routing, "maxWeight")) {
    const detail = "Canary maxTrafficWeight in traffic routing only supported in Nginx and Plugins";
    throw invalid(`${path}.trafficRouting.maxTrafficWeight`, maxTrafficWeight, detail);
  }
  if (gatewayAPI !== undefined && Object.hasOwn(plugins, gatewayApiPlugin)) {
    const detail = `plugins["${gatewayApiPlugin}"] is configured as well; only one of the two may be`;
    throw forbidden(`${path}.trafficRouting.gatewayAPI`, detail);
  }
}

function checkPingPong({ pingPong }: CanaryStrategy, routing: TrafficRouting): void {
  if (pingPong === undefined) return;
  if (!can(routing, "pingPong")) {
    const detail = "Ping-pong feature works with the ALB, Istio, and plugin-based traffic routers only";
    throw invalid(`${path}.trafficRouting.alb`, null, detail);
  }
  for (const side of ["pingService", "pongService"] as const) {
    if (pingPong[side] !== "") continue;
    const detail = "Ping service and Pong service must to be set to use Ping-Pong feature";
    throw invalid(`${path}.pingPong.${side}`, "", detail);
  }
  if (pingPong.pingService === pingPong.pongService) {
    throw invalid(`${path}.pingPong.pingService`, pingPong.pingService, sameService("ping and pong"));
  }
  if (routing.alb === undefined || (routing.alb.rootService ?? "") !== "") return;
  const detail =
    "Root service field is required for the configuration with ALB and ping-pong feature enabled";
  throw invalid(`${path}.trafficRouting.alb.rootService`, "", detail);
}

function checkBothServices({ stableService = "", canaryService = "" }: CanaryStrategy): void {
  const detail = "Canary service and Stable service must to be set to use Traffic Routing";
  if (stableService === "") throw invalid(`${path}.stableService`, "", detail);
  if (canaryService === "") throw invalid(`${path}.canaryService`, "", detail);
}
