import * as z from "zod";
import { flag, type Infer, list, maybe, needed, text } from "./field.ts";
import { LabelSelector } from "./meta.ts";

const GatewayRoute = z.object({
  name: needed(z.string(), "The name of the route."),
  useHeaderRoutes: flag("Whether header routes are added to this route. Default false."),
});
export type GatewayRoute = Infer<typeof GatewayRoute>;

/**
 * Gateway API: weights on the backends of routes. The same fields are accepted under
 * `plugins["argoproj-labs/gatewayAPI"]`, where what is not named here is ignored.
 */
export const GatewayApiRouting = z.object({
  httpRoute: text("One HTTPRoute, which also gets header routes."),
  grpcRoute: text("One GRPCRoute, which also gets header routes."),
  tcpRoute: text("One TCPRoute."),
  tlsRoute: text("One TLSRoute."),
  httpRoutes: list(GatewayRoute, "Several HTTPRoutes."),
  grpcRoutes: list(GatewayRoute, "Several GRPCRoutes."),
  tcpRoutes: list(GatewayRoute, "Several TCPRoutes."),
  tlsRoutes: list(GatewayRoute, "Several TLSRoutes."),
  httpRouteSelector: maybe(LabelSelector, "All HTTPRoutes with these labels; they get no header routes."),
  grpcRouteSelector: maybe(LabelSelector, "All GRPCRoutes with these labels; they get no header routes."),
  tcpRouteSelector: maybe(LabelSelector, "All TCPRoutes with these labels."),
  tlsRouteSelector: maybe(LabelSelector, "All TLSRoutes with these labels."),
  namespace: text("The namespace of the routes. Default that of the Rollout."),
  disableInProgressLabel: flag("Whether routes get no label while a canary has traffic. Default false."),
  inProgressLabelKey: text("The key of that label. Default rollouts.argoproj.io/gatewayapi-canary."),
  inProgressLabelValue: text("The value of that label. Default in-progress."),
});
export type GatewayApiRouting = Infer<typeof GatewayApiRouting>;

/** The name under which the peer's Gateway API plugin is configured. */
export const gatewayApiPlugin = "argoproj-labs/gatewayAPI";
