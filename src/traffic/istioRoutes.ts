import type { IstioDestinationRule, IstioVirtualService } from "../api/istioRouting.ts";
import type { Json } from "../api/json.ts";
import { Problem } from "../api/problem.ts";
import { listIn, numberIn, textIn } from "./fields.ts";
import type { Sides } from "./shares.ts";

/** The three lists of routes that a VirtualService may have. */
export const sections = ["http", "tls", "tcp"] as const;
export type Section = (typeof sections)[number];

/** What decides which routes of a VirtualService carry weights, and which destinations are whose. */
export interface Selection {
  readonly config: IstioVirtualService;
  readonly rule: IstioDestinationRule | undefined;
  readonly sides: Sides;
  readonly managed: readonly string[];
}

/**
 * The routes of a section that carry weights, as indices; all of them are checked (traffic-cli-ops 2.3.2).
 */
export type Selected = Readonly<Partial<Record<Section, readonly number[]>>>;

/** The indices per section that is there. Throws `Problem` when a route is missing or lacks a destination. */
export function selectedRoutes(virtualService: Json, selection: Selection): Selected {
  const found: Partial<Record<Section, readonly number[]>> = {};
  for (const section of sections) {
    const routes = listIn(virtualService, "spec", section);
    if (routes.length > 0) found[section] = checkedRoutes(section, routes, selection);
  }
  if (Object.keys(found).length > 0) return found;
  throw new Problem("Unable to get any of the HTTP, TCP or TLS routes for the Istio VirtualService");
}

function checkedRoutes(section: Section, routes: readonly Json[], selection: Selection): readonly number[] {
  try {
    const indices = select[section](routes, selection);
    for (const index of indices) checkDestinations(listIn(routes[index], "route"), selection);
    return indices;
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    throw new Problem(
      `Istio VirtualService has invalid ${section.toUpperCase()} routes. Error: ${error.message}`,
    );
  }
}

type Select = (routes: readonly Json[], selection: Selection) => readonly number[];

const select: Readonly<Record<Section, Select>> = {
  http: (routes, { config, managed }) => {
    const { routes: names = [] } = config;
    if (names.length > 0) return names.map((name) => namedRoute(routes, name));
    return theOnly(
      "http",
      "routes",
      routes.flatMap((route, index) => (isIn(managed, route["name"]) ? [] : [index])),
    );
  },
  tls: (routes, { config: { tlsRoutes = [] } }) => {
    if (tlsRoutes.length === 0) return theOnly("tls", "tlsRoutes", [...routes.keys()]);
    return matching("TLS", routes, tlsRoutes, (route, { port, sniHosts = [] }) => {
      const hosts = new Set(listIn(route, "match").flatMap((match) => match["sniHosts"] ?? []));
      return (
        hasPort(route, port) &&
        hosts.size === new Set(sniHosts).size &&
        sniHosts.every((host) => hosts.has(host))
      );
    });
  },
  tcp: (routes, { config: { tcpRoutes = [] } }) => {
    if (tcpRoutes.length === 0) return theOnly("tcp", "tcpRoutes", [...routes.keys()]);
    return matching("TCP", routes, tcpRoutes, (route, { port }) => hasPort(route, port));
  },
};

function namedRoute(routes: readonly Json[], name: string): number {
  const index = routes.findIndex((route) => route["name"] === name);
  if (index >= 0) return index;
  throw new Problem(`HTTP Route '${name}' is not found in the defined Virtual Service.`);
}

/** Without names there must be exactly one route; those that steps manage do not count (traps T-45, T-46). */
function theOnly(section: Section, field: string, indices: readonly number[]): readonly number[] {
  if (indices.length === 1) return indices;
  const omitted = `when omitting spec.strategy.canary.trafficRouting.istio.virtualService.${field}`;
  const should = `spec.${section}[] should be set in VirtualService and it must have exactly one route`;
  throw new Problem(`${should} ${omitted}`);
}

function matching<Route>(
  what: string,
  routes: readonly Json[],
  asked: readonly Route[],
  fits: (route: Json, one: Route) => boolean,
): readonly number[] {
  const found = asked.map((one) => routes.flatMap((route, index) => (fits(route, one) ? [index] : [])));
  if (found.some((indices) => indices.length === 0)) {
    throw new Problem(`No matching ${what} routes found in the defined Virtual Service.`);
  }
  return [...new Set(found.flat())];
}

/** Whether all matches of a route agree on this port; 0 stands for none. */
function hasPort(route: Json, port = 0): boolean {
  const ports = new Set(listIn(route, "match").flatMap((match) => numberIn(match, "port") ?? []));
  return ports.size <= 1 && ([...ports][0] ?? 0) === port;
}

function checkDestinations(destinations: readonly Json[], { rule, sides }: Selection): void {
  const wanted =
    rule === undefined
      ? ([["Service", sides.canary, sides.stable, hostOf]] as const)
      : ([["DestinationRule subset", rule.canarySubsetName, rule.stableSubsetName, subsetOf]] as const);
  for (const [what, canary, stable, nameOf] of wanted) {
    const names = destinations.map(nameOf);
    if (!names.includes(canary)) throw new Problem(`Canary ${what} '${canary}' not found in route`);
    if (!names.includes(stable)) throw new Problem(`Stable ${what} '${stable}' not found in route`);
  }
}

/** The Service of a destination: its host up to the first dot. */
export function hostOf(destination: Json): string {
  return (textIn(destination, "destination", "host") ?? "").split(".")[0] ?? "";
}

/** The subset of a destination; empty when it has none. */
export function subsetOf(destination: Json): string {
  return textIn(destination, "destination", "subset") ?? "";
}

function isIn(names: readonly string[], name: unknown): boolean {
  return typeof name === "string" && names.includes(name);
}
