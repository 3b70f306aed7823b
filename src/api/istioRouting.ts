import * as z from "zod";
import { type Infer, int64, list, maybe, needed } from "./field.ts";

/** The API group of VirtualServices and DestinationRules. */
export const istioGroup = "networking.istio.io";

const TlsRoute = z.object({
  port: int64("The port that the route matches."),
  sniHosts: list(z.string(), "The SNI hosts that the route matches: exactly these."),
});

const TcpRoute = z.object({ port: int64("The port that the route matches.") });

const IstioVirtualService = z.object({
  name: needed(z.string(), "The name of the VirtualService, or name.namespace."),
  routes: list(
    z.string(),
    "The HTTP routes that carry weights, by name. May be left out when there is only one.",
  ),
  tlsRoutes: list(TlsRoute, "The TLS routes that carry weights. May be left out when there is only one."),
  tcpRoutes: list(TcpRoute, "The TCP routes that carry weights. May be left out when there is only one."),
});
export type IstioVirtualService = Infer<typeof IstioVirtualService>;

const IstioDestinationRule = z.object({
  name: needed(z.string(), "The name of the DestinationRule."),
  canarySubsetName: needed(z.string(), "The subset of the canary pods."),
  stableSubsetName: needed(z.string(), "The subset of the stable pods."),
  additionalSubsetNames: list(
    z.string(),
    "Subsets whose weights are left alone and taken off the stable share.",
  ),
});
export type IstioDestinationRule = Infer<typeof IstioDestinationRule>;

/**
 * Istio: weights on the destinations of VirtualServices, by service or by the subsets of a
 * DestinationRule.
 */
export const IstioRouting = z.object({
  virtualService: maybe(
    IstioVirtualService,
    "The VirtualService that carries the weights. Either this or virtualServices.",
  ),
  virtualServices: list(IstioVirtualService, "Several such VirtualServices."),
  destinationRule: maybe(
    IstioDestinationRule,
    "Splits between subsets of one service instead of two services.",
  ),
});
export type IstioRouting = Infer<typeof IstioRouting>;
