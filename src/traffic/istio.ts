import { IstioRouting, istioGroup } from "../api/istioRouting.ts";
import type { Json } from "../api/json.ts";
import type { KubeObject } from "../api/object.ts";
import { internal, invalid, Problem } from "../api/problem.ts";
import { isSame } from "../reconcile/diff.ts";
import type { Effect, EventNote, Patch } from "../reconcile/effect.ts";
import { fieldsIn, listIn, textIn } from "./fields.ts";
import { routingPath } from "./ingress.ts";
import { withManagedRoutes } from "./istioManaged.ts";
import { type Found, type FoundService, foundIn, istioRefs } from "./istioNames.ts";
import { type Selected, type Selection, sections, selectedRoutes } from "./istioRoutes.ts";
import { hashOfSubset, releasedSubsets, subsetsPatch } from "./istioSubsets.ts";
import { carriedByDestinations, type Roles, weightedDestinations } from "./istioWeights.ts";
import { marked, unmarked } from "./mark.ts";
import { narrow } from "./narrow.ts";
import type { Router, Wanted } from "./router.ts";
import { ended, highest, purpose, sharesOf, sidesOf } from "./shares.ts";

/**
 * Istio: weights in VirtualServices, by Service or by the subsets of a DestinationRule (2.3); `cluster` where
 * these are in another cluster.
 */
export function istio(
  apiVersion = `${istioGroup}/v1alpha3`,
  cluster?: string | undefined,
): Router<IstioRouting> {
  return {
    cluster,
    config: IstioRouting,
    can: {
      header: true,
      mirror: true,
      experiment: true,
      verify: false,
      tcp: true,
      maxWeight: false,
      pingPong: true,
    },
    kinds: ({ destinationRule }) =>
      ["VirtualService", ...(destinationRule === undefined ? [] : ["DestinationRule"])].map((kind) => ({
        apiVersion,
        kind,
      })),
    objects: (config, { namespace }) => istioRefs(config, namespace, apiVersion),
    route(config, objects, wanted) {
      const found = foundIn(config, objects, wanted.namespace);
      const services = found.services.flatMap((one) => servicePatch(config, one, found, wanted));
      return inOrder(config, found, services, wanted);
    },
    carries: (config, objects, wanted) => carried(config, foundIn(config, objects, wanted.namespace), wanted),
    check,
    clean(config, objects, wanted) {
      const { services, rule } = foundIn(config, objects, wanted.namespace);
      return [
        ...services.flatMap((one) => released(config, one, wanted)),
        ...(rule === undefined ? [] : releasedSubsets(rule, wanted)),
      ];
    },
  };
}

/**
 * Hashes first, so that weight goes where the pods are; but when the canary subset changes version while it
 * has traffic, that traffic leaves first, so that nothing reaches a version without pods (trap T-6).
 */
function inOrder(
  config: IstioRouting,
  found: Found,
  services: readonly Patch[],
  wanted: Wanted,
): readonly Effect[] {
  const { destinationRule } = config;
  if (destinationRule === undefined) return services;
  const { rule } = found;
  if (rule === undefined) throw new Problem(`DestinationRule \`${destinationRule.name}\` not found`);
  const subsets = subsetsPatch(rule, destinationRule, wanted);
  if (subsets.length === 0) return services;
  const moves = hashOfSubset(rule, destinationRule.canarySubsetName) !== wanted.canaryHash;
  const lowers = services.length > 0 && wanted.weight < (carried(config, found, wanted) ?? 0);
  if (moves && lowers && wanted.weight === 0) return services;
  const bySubsetOnly = wanted.canaryService === "" && wanted.stableService === "";
  if (wanted.unready === undefined || !bySubsetOnly) return [...subsets, ...services];
  if (lowers) return services;
  throw new Problem(`delaying destination rule switch: ReplicaSet ${wanted.unready} not fully available`);
}

function selectionOf(config: IstioRouting, one: FoundService, wanted: Wanted): Selection {
  return {
    config: one.config,
    rule: config.destinationRule,
    sides: sidesOf(wanted),
    managed: wanted.managed,
  };
}

function rolesOf({ destinationRule }: IstioRouting, wanted: Wanted): Roles {
  const additional = new Set(wanted.additional.map((one) => one.serviceName));
  return { rule: destinationRule, sides: sidesOf(wanted), additional };
}

function servicePatch(
  config: IstioRouting,
  one: FoundService,
  { rule }: Found,
  wanted: Wanted,
): readonly Patch[] {
  const { object, name } = one;
  if (object === undefined) throw new Problem(`VirtualService \`${name}\` not found`);
  const selected = selectedRoutes(object, selectionOf(config, one, wanted));
  const spec = weightedSpec(object, selected, config, wanted);
  const routes = listIn(spec, "http");
  const target = { host: targetHost(config, rule, wanted), subset: config.destinationRule?.canarySubsetName };
  const http = withManagedRoutes(routes, routes[selected.http?.[0] ?? 0] ?? {}, target, wanted);
  const after = marked({ ...object, spec: routes.length === 0 ? spec : { ...spec, http } }, wanted);
  const why = purpose(wanted, `VirtualService ${name}`);
  return narrow(object, after, why, event(object, after, wanted));
}

function weightedSpec(object: KubeObject, selected: Selected, config: IstioRouting, wanted: Wanted): Json {
  const shares = sharesOf(wanted, 100);
  const roles = rolesOf(config, wanted);
  const changed = sections.flatMap((section) => {
    const indices = selected[section];
    if (indices === undefined) return [];
    const routes = listIn(object, "spec", section).map((route, index) =>
      indices.includes(index)
        ? { ...route, route: weightedDestinations(listIn(route, "route"), shares, roles) }
        : route,
    );
    return [[section, routes] as const];
  });
  return { ...fieldsIn(object, "spec"), ...Object.fromEntries(changed) };
}

function isManaged(route: Json, { managed }: Wanted): boolean {
  return managed.includes(textIn(route, "name") ?? "");
}

/** The host of header and mirror routes: the canary Service, or that of the DestinationRule. */
function targetHost({ destinationRule }: IstioRouting, rule: KubeObject | undefined, wanted: Wanted): string {
  if (destinationRule === undefined) return sidesOf(wanted).canary;
  return textIn(rule, "spec", "host") ?? "";
}

function event(before: KubeObject, after: KubeObject, wanted: Wanted): EventNote {
  const { name } = before.metadata;
  const { weight, routes } = wanted;
  const namesOf = (one: KubeObject) =>
    listIn(one, "spec", "http").map((route) => textIn(route, "name") ?? "");
  const userRoutes = (one: KubeObject) =>
    sections.map((section) => listIn(one, "spec", section).filter((route) => !isManaged(route, wanted)));
  const note = (what: string): EventNote => ({
    type: "Normal",
    reason: "Updated VirtualService",
    message: `VirtualService \`${name}\` ${what}`,
  });
  if (isSame(userRoutes(before), userRoutes(after))) {
    const had = new Set(namesOf(before));
    const added = routes.find((route) => !had.has(route.name) && namesOf(after).includes(route.name));
    if (added !== undefined)
      return note(`set ${added.header === undefined ? "mirrorRoute" : "headerRoute"} '${added.name}'`);
    if (namesOf(after).length < had.size && routes.length === 0) return note("removed all managed routes.");
    const kept = new Set(namesOf(after));
    const gone = namesOf(before).find((route) => route !== "" && !kept.has(route));
    if (gone !== undefined) return note(`set headerRoute '${gone}'`);
  }
  return note(`set to desiredWeight '${weight}'`);
}

function carried(config: IstioRouting, { services }: Found, wanted: Wanted): number | undefined {
  return highest(
    services.flatMap((one) => {
      if (one.object === undefined) return [];
      return selectedDestinations(one.object, selectionOf(config, one, wanted)).map((destinations) =>
        carriedByDestinations(destinations, rolesOf(config, wanted), wanted.max),
      );
    }),
  );
}

function selectedDestinations(object: KubeObject, selection: Selection): readonly (readonly Json[])[] {
  const selected = selectedOrNone(object, selection);
  return sections.flatMap((section) => {
    const routes = listIn(object, "spec", section);
    return (selected[section] ?? []).map((index) => listIn(routes[index], "route"));
  });
}

/** What cannot be told apart can neither be read back nor taken back. */
function selectedOrNone(object: KubeObject, selection: Selection): Selected {
  try {
    return selectedRoutes(object, selection);
  } catch (error) {
    if (error instanceof Problem) return {};
    throw error;
  }
}

function released(config: IstioRouting, one: FoundService, wanted: Wanted): readonly Patch[] {
  const { object, name } = one;
  if (object === undefined) return [];
  const selected = selectedOrNone(object, selectionOf(config, one, wanted));
  const spec = weightedSpec(object, selected, config, ended(wanted));
  const http = listIn(spec, "http").filter((route) => !isManaged(route, wanted));
  const after = { ...object, spec: spec["http"] === undefined ? spec : { ...spec, http } };
  return narrow(object, unmarked(after, wanted), `${name} goes back to stable`);
}

/**
 * Refuses VirtualServices that are missing or whose routes cannot carry the weights (traffic-cli-ops 1.3,
 * 2.3.2).
 */
function check(config: IstioRouting, objects: readonly (KubeObject | undefined)[], wanted: Wanted): void {
  const { virtualService, virtualServices = [] } = config;
  if ((virtualService === undefined) === (virtualServices.length === 0)) {
    throw internal(`${routingPath}.istio`, "either VirtualService or VirtualServices must be configured");
  }
  for (const [index, one] of foundIn(config, objects, wanted.namespace).services.entries()) {
    const field = virtualService === undefined ? `virtualServices[${index}]` : "virtualService";
    const path = `${routingPath}.istio.${field}.name`;
    if (one.object === undefined)
      throw invalid(path, one.config.name, `VirtualService \`${one.name}\` not found`);
    try {
      selectedRoutes(one.object, selectionOf(config, one, wanted));
    } catch (error) {
      if (!(error instanceof Problem)) throw error;
      throw invalid(path, one.config.name, error.message);
    }
  }
}
