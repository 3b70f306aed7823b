import type { GatewayApiRouting } from "../api/gatewayApiRouting.ts";
import type { LabelSelector } from "../api/meta.ts";
import { type KindRef, type ObjectRef, refText } from "../api/object.ts";
import type { RoutedRollout, Selected } from "./router.ts";

/** A kind of route of the Gateway API: how it is configured and what errors call it. */
export interface RouteKind extends KindRef {
  /** In messages: `backendRef was not found in httpRoute`. */
  readonly word: string;
  readonly plural: string;
  /** Whether rules have names, matches and filters. */
  readonly layer7: boolean;
  one(config: GatewayApiRouting): string | undefined;
  several(config: GatewayApiRouting): GatewayApiRouting["httpRoutes"];
  selector(config: GatewayApiRouting): LabelSelector | undefined;
}

const group = "gateway.networking.k8s.io";

/** In the order in which they are written (traffic-cli-ops 2.11.1). */
export const routeKinds: readonly RouteKind[] = [
  {
    apiVersion: `${group}/v1`,
    kind: "HTTPRoute",
    word: "httpRoute",
    plural: "httproutes",
    layer7: true,
    one: (config) => config.httpRoute,
    several: (config) => config.httpRoutes,
    selector: (config) => config.httpRouteSelector,
  },
  {
    apiVersion: `${group}/v1`,
    kind: "GRPCRoute",
    word: "grpcRoute",
    plural: "grpcroutes",
    layer7: true,
    one: (config) => config.grpcRoute,
    several: (config) => config.grpcRoutes,
    selector: (config) => config.grpcRouteSelector,
  },
  {
    apiVersion: `${group}/v1alpha2`,
    kind: "TCPRoute",
    word: "tcpRoute",
    plural: "tcproutes",
    layer7: false,
    one: (config) => config.tcpRoute,
    several: (config) => config.tcpRoutes,
    selector: (config) => config.tcpRouteSelector,
  },
  {
    apiVersion: `${group}/v1alpha2`,
    kind: "TLSRoute",
    word: "tlsRoute",
    plural: "tlsroutes",
    layer7: false,
    one: (config) => config.tlsRoute,
    several: (config) => config.tlsRoutes,
    selector: (config) => config.tlsRouteSelector,
  },
];

/** A route by name, and whether header and mirror routes are added to it. */
export interface NamedRoute {
  readonly kind: RouteKind;
  readonly ref: ObjectRef;
  readonly manages: boolean;
}

/** The routes that are named, kind by kind: the list, then the single name; each once. */
export function namedRoutes(config: GatewayApiRouting, namespace: string): readonly NamedRoute[] {
  const found = new Map<string, NamedRoute>();
  for (const kind of routeKinds) {
    const one = kind.one(config) ?? "";
    const single = one === "" ? [] : [{ name: one, useHeaderRoutes: true }];
    for (const { name, useHeaderRoutes = false } of [...(kind.several(config) ?? []), ...single]) {
      const ref = {
        apiVersion: kind.apiVersion,
        kind: kind.kind,
        namespace: namespaceOf(config, namespace),
        name,
      };
      const manages = kind.layer7 && (useHeaderRoutes || found.get(refText(ref))?.manages === true);
      found.set(refText(ref), { kind, ref, manages });
    }
  }
  return [...found.values()];
}

/** The selectors that are set. */
export function selections(config: GatewayApiRouting, { namespace }: RoutedRollout): readonly Selected[] {
  return routeKinds.flatMap((kind) => {
    const selector = kind.selector(config);
    const { apiVersion, kind: name } = kind;
    if (selector === undefined) return [];
    return [{ kind: { apiVersion, kind: name }, namespace: namespaceOf(config, namespace), selector }];
  });
}

/** The kinds that are named or selected. */
export function usedKinds(config: GatewayApiRouting): readonly KindRef[] {
  return routeKinds
    .filter((kind) => {
      const named = (kind.one(config) ?? "") !== "" || (kind.several(config) ?? []).length > 0;
      return named || kind.selector(config) !== undefined;
    })
    .map(({ apiVersion, kind }) => ({ apiVersion, kind }));
}

function namespaceOf({ namespace = "" }: GatewayApiRouting, ofRollout: string): string {
  return namespace === "" ? ofRollout : namespace;
}
