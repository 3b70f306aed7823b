import { GatewayApiRouting } from "../api/gatewayApiRouting.ts";
import type { Json } from "../api/json.ts";
import { type KubeObject, refOf, refText } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { type NamedRoute, namedRoutes, routeKinds, selections, usedKinds } from "./gatewayKinds.ts";
import { checkRules, isApart, spec, withManagedRules } from "./gatewayManaged.ts";
import { carriedByRules, rulesOf, weightedRules } from "./gatewayRules.ts";
import { marked, unmarked } from "./mark.ts";
import { narrow } from "./narrow.ts";
import type { Router, Wanted } from "./router.ts";
import { ended, highest, purpose } from "./shares.ts";

/** Gateway API: weights on the backends of HTTP, gRPC, TCP and TLS routes, header and mirror rules (2.11). */
export const gatewayApi: Router<GatewayApiRouting> = {
  config: GatewayApiRouting,
  can: {
    header: true,
    mirror: true,
    experiment: true,
    verify: true,
    tcp: true,
    maxWeight: true,
    pingPong: true,
  },
  confirms: true,
  kinds: usedKinds,
  objects: (config, { namespace }) => namedRoutes(config, namespace).map(({ ref }) => ref),
  selects: selections,
  route(config, objects, wanted) {
    const routes = routesOf(config, objects, wanted);
    if (routes.length === 0) throw new Problem(nothingConfigured);
    return routes.flatMap(({ kind, ref, manages, object }) => {
      if (object === undefined)
        throw new Problem(`${kind.plural}.gateway.networking.k8s.io "${ref.name}" not found`);
      const after = labelled(
        marked(shaped(object, { kind, ref, manages }, wanted), wanted),
        config,
        wanted.weight !== 0,
      );
      return narrow(object, after, purpose(wanted, `${kind.kind} ${ref.name}`));
    });
  },
  carries: (config, objects, wanted) =>
    highest(
      routesOf(config, objects, wanted).map(({ object }) =>
        carriedByRules(
          rulesOf(object).filter((rule) => !isApart(rule, wanted)),
          wanted,
        ),
      ),
    ),
  clean: (config, objects, wanted) =>
    routesOf(config, objects, wanted).flatMap(({ object, ...route }) => {
      if (object === undefined) return [];
      const last = ended(wanted);
      const rules = route.manages ? withManagedRules(rulesOf(object), last, "HTTPRoute") : rulesOf(object);
      const weighed = weightedRules(rules, last, true) ?? rules;
      const after = { ...object, spec: spec(object, weighed) };
      return narrow(
        object,
        labelled(unmarked(after, wanted), config, false),
        `${route.kind.kind} ${route.ref.name} goes back to stable`,
      );
    }),
};

const nothingConfigured =
  "No routes configured. At least one of 'httpRoutes', 'grpcRoutes', 'tcpRoutes', 'tlsRoutes', " +
  "'httpRoute', 'grpcRoute', 'tcpRoute' or 'tlsRoute' must be set";

interface FoundRoute extends NamedRoute {
  readonly object: KubeObject | undefined;
}

/** The routes that are named, then those that were found by their labels and are not named, kind by kind. */
function routesOf(
  config: GatewayApiRouting,
  objects: readonly (KubeObject | undefined)[],
  { namespace }: Wanted,
): readonly FoundRoute[] {
  const named = namedRoutes(config, namespace).map((route, index) => ({ ...route, object: objects[index] }));
  const names = new Set(named.map(({ ref }) => refText(ref)));
  const selected = objects.slice(named.length).flatMap((object) => {
    const kind = routeKinds.find((one) => one.kind === object?.kind);
    if (object === undefined || kind === undefined || names.has(refText(refOf(object)))) return [];
    return [{ kind, ref: refOf(object), manages: false, object }];
  });
  const all = [...named, ...selected];
  return routeKinds.flatMap((kind) => all.filter((route) => route.kind === kind));
}

/** The route with its weights and managed rules. */
function shaped(object: KubeObject, { kind, ref, manages }: NamedRoute, wanted: Wanted): KubeObject {
  const rules = rulesOf(object);
  const split = rules.filter((rule) => !kind.layer7 || !isApart(rule, wanted));
  const weighed = weightedRules(split, wanted, kind.kind === "HTTPRoute");
  if (weighed === undefined) {
    const what = kind.layer7 ? "backendRef" : "backendRef list";
    throw new Problem(`${what} was not found in ${kind.word}`);
  }
  const byRule = new Map<Json, Json>(split.map((rule, index) => [rule, weighed[index] ?? rule]));
  const all = rules.map((rule) => byRule.get(rule) ?? rule);
  if (!manages) return { ...object, spec: spec(object, all) };
  const managed = withManagedRules(all, wanted, kind.kind === "GRPCRoute" ? "GRPCRoute" : "HTTPRoute");
  checkRules(managed, `${kind.kind} "${ref.name}"`);
  return { ...object, spec: spec(object, managed) };
}

/** The label that tells GitOps tools to look away while the canary has traffic (trap T-60). */
function labelled(object: KubeObject, config: GatewayApiRouting, inProgress: boolean): KubeObject {
  const { disableInProgressLabel = false, inProgressLabelKey = "", inProgressLabelValue = "" } = config;
  if (disableInProgressLabel) return object;
  const key = inProgressLabelKey === "" ? "rollouts.argoproj.io/gatewayapi-canary" : inProgressLabelKey;
  const value = inProgressLabelValue === "" ? "in-progress" : inProgressLabelValue;
  const { [key]: found, ...others } = object.metadata.labels ?? {};
  if (found === (inProgress ? value : undefined)) return object;
  const labels = inProgress ? { ...others, [key]: value } : others;
  return { ...object, metadata: { ...object.metadata, labels } };
}
