import { isJson, type Json } from "../api/json.ts";
import { covers } from "./covers.ts";
import { fieldsIn, listIn, numberIn, textIn } from "./fields.ts";
import type { ManagedRoute, Wanted } from "./router.ts";

/** Where header and mirror routes send requests: the canary, by Service or by subset. */
export interface Target {
  readonly host: string;
  readonly subset: string | undefined;
}

/**
 * The HTTP routes with exactly those managed ones that should exist, in front and in the order of
 * `managedRoutes`; all others keep their order (traffic-cli-ops 2.3.5). `primary` is the route that carries
 * the weights.
 */
export function withManagedRoutes(
  routes: readonly Json[],
  primary: Json,
  target: Target,
  wanted: Wanted,
): readonly Json[] {
  const { managed } = wanted;
  if (managed.length === 0) return routes;
  const user = routes.filter((route) => !managed.includes(textIn(route, "name") ?? ""));
  const ours = wanted.routes.map((route) => {
    const built = routeFor(route, primary, target);
    const found = routes.find((one) => one["name"] === route.name);
    return covers(found, built) ? (found ?? built) : built;
  });
  return [...ours, ...user];
}

function routeFor({ name, header, mirror }: ManagedRoute, primary: Json, { host, subset }: Target): Json {
  const destinations = listIn(primary, "route");
  const port = numberIn(fieldsIn(destinations[0], "destination", "port"), "number") ?? 0;
  const canary = {
    host,
    ...(port > 0 ? { port: { number: port } } : {}),
    ...(subset === undefined ? {} : { subset }),
  };
  if (header !== undefined) {
    return { name, match: header.match.map(headerMatch), route: [{ destination: canary, weight: 100 }] };
  }
  return {
    name,
    match: (mirror?.match ?? []).map(requestMatch),
    route: destinations.map(snapshot),
    mirror: canary,
    mirrorPercentage: { value: mirror?.percentage ?? 100 },
  };
}

/** Entries are alternatives: any one of them is enough (trap T-35). */
function headerMatch(entry: unknown): Json {
  const { headerName, headerValue } = isJson(entry) ? entry : {};
  return { headers: { [String(headerName)]: headerValue } };
}

function requestMatch(entry: unknown): Json {
  const { method, path, headers } = isJson(entry) ? entry : {};
  return {
    ...(method === undefined ? {} : { method }),
    ...(path === undefined ? {} : { uri: path }),
    ...(headers === undefined ? {} : { headers }),
  };
}

function snapshot(destination: Json): Json {
  const { host, subset, port } = fieldsIn(destination, "destination");
  const place = {
    host,
    ...(port === undefined ? {} : { port }),
    ...(subset === undefined ? {} : { subset }),
  };
  return { destination: place, weight: numberIn(destination, "weight") ?? 0 };
}
