import { invalid, required } from "../../api/problem.ts";
import type { SetHeaderRoute, SetMirrorRoute, StringMatch } from "../../api/steps.ts";
import type { TrafficRouting } from "../../api/trafficRouting.ts";
import { can } from "./routers.ts";

/** Checks a step that routes by header (rollout-core 3.2, s6, s7, s9). */
export function checkHeaderRoute(
  route: SetHeaderRoute,
  path: string,
  routing: TrafficRouting | undefined,
): void {
  if (routing === undefined || !can(routing, "header")) {
    throw invalid(path, route, "SetHeaderRoute requires TrafficRouting, supports Istio and ALB and Apisix");
  }
  const { declarative, ...others } = routing;
  if (declarative !== undefined && declarative.headerMatch === undefined && !can(others, "header")) {
    throw required(
      "spec.strategy.trafficRouting.declarative.headerMatch",
      "setHeaderRoute needs a template for the entry to add",
    );
  }
  for (const [index, { headerValue }] of (route.match ?? []).entries()) {
    checkMatch(headerValue, `${path}.match[${index}]`, routing.alb !== undefined);
  }
  checkManaged(route.name ?? "", path, routing);
}

/**
 * Checks a step that mirrors requests (rollout-core 3.2, s8, s9). Headers of the match are the router's to
 * judge.
 */
export function checkMirrorRoute(
  route: SetMirrorRoute,
  path: string,
  routing: TrafficRouting | undefined,
): void {
  if (routing === undefined || !can(routing, "mirror")) {
    throw invalid(path, route, "SetMirrorRoute requires TrafficRouting, supports Istio and Plugins");
  }
  for (const [index, { method, path: requested }] of (route.match ?? []).entries()) {
    if (method !== undefined) checkMatch(method, `${path}.match[${index}].method`, false);
    if (requested !== undefined) checkMatch(requested, `${path}.match[${index}].path`, false);
  }
  checkManaged(route.name, path, routing);
}

function checkMatch(match: StringMatch, path: string, onlyExact: boolean): void {
  const { exact = "", prefix = "", regex = "" } = match;
  const forms = [exact, regex, prefix].filter((form) => form !== "").length;
  if (onlyExact && (exact === "" || forms > 1)) {
    throw invalid(path, match, "SetHeaderRoute match value invalid. ALB supports 'exact' value only");
  }
  if (forms === 1) return;
  const detail =
    forms === 0
      ? "StringMatch value missed, match value must have one of the following: exact, regex, prefix"
      : "StringMatch match value must have exactly one of the following: exact, regex, prefix";
  throw invalid(path, match, detail);
}

/** A route can be made only where its place among the others is known. */
function checkManaged(name: string, path: string, { managedRoutes }: TrafficRouting): void {
  if (managedRoutes === undefined) {
    throw required(
      "spec.strategy.trafficRouting.managedRoutes",
      "Rollout has missing field 'spec.strategy.canary.trafficRouting.managedRoutes'",
    );
  }
  if (managedRoutes.some((route) => route.name === name)) return;
  const detail =
    "Steps define a route that does not exist in spec.strategy.canary.trafficRouting.managedRoutes";
  throw invalid(path, name, detail);
}
