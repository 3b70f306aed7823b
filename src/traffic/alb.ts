import type { Json } from "../api/json.ts";
import { annotation } from "../api/labels.ts";
import type { KubeObject } from "../api/object.ts";
import { internal, Problem } from "../api/problem.ts";
import { AlbRouting } from "../api/trafficRouting.ts";
import { isSame } from "../reconcile/diff.ts";
import type { EventNote, Patch } from "../reconcile/effect.ts";
import {
  groupsIn,
  headerAction,
  headerCondition,
  resetAction,
  weightAction,
  weightIn,
} from "./albActions.ts";
import { bookOf, bookWith } from "./albBook.ts";
import { fieldsIn, listIn } from "./fields.ts";
import {
  checkIngress,
  ingressKind,
  missingIngress,
  namesOf,
  pathsOf,
  routingPath,
  serviceOf,
  usesService,
  withPaths,
} from "./ingress.ts";
import { narrow } from "./narrow.ts";
import { noted, withoutNote } from "./note.ts";
import type { Router, Wanted } from "./router.ts";
import { fixedSides, highest, pingPongSides, type Sides, shareIn, sharesOf } from "./shares.ts";

/** The AWS load balancer controller: a forward action in an annotation of each Ingress (2.2). */
export const alb: Router<AlbRouting> = {
  config: AlbRouting,
  can: {
    header: true,
    mirror: false,
    experiment: true,
    verify: true,
    tcp: false,
    maxWeight: false,
    pingPong: true,
  },
  kinds: () => [ingressKind],
  objects: (config, { namespace }) =>
    ingressNames(config).map((name) => ({ ...ingressKind, namespace, name })),
  route: (config, objects, wanted) =>
    ingressNames(config).flatMap((name, index) => {
      const ingress = objects[index];
      if (ingress === undefined) throw new Problem(missingIngress(name));
      return written(config, ingress, wanted);
    }),
  carries: (config, objects, wanted) => highest(objects.map((ingress) => weightOf(config, ingress, wanted))),
  check(config, objects, wanted) {
    const { ingress = "", ingresses = [] } = config;
    if ((ingress === "") === (ingresses.length === 0)) {
      const which = ingress === "" ? "Neither are" : "Both are";
      const detail = `Either Ingress or Ingresses must be configured. ${which} configured.`;
      throw internal(`${routingPath}.alb`, detail);
    }
    const path = `${routingPath}.alb.${ingress === "" ? "ingresses" : "ingress"}`;
    for (const [index, name] of ingressNames(config).entries()) {
      checkIngress(path, name, objects[index], actionService(config, wanted));
    }
  },
  clean: (config, objects, wanted) =>
    objects.flatMap((ingress) => (ingress === undefined ? [] : released(config, ingress, wanted))),
};

function ingressNames({ ingress, ingresses }: AlbRouting): readonly string[] {
  return namesOf(ingress, ingresses);
}

/** The Service that names the action. */
function actionService({ rootService = "" }: AlbRouting, { stableService }: Wanted): string {
  return rootService === "" ? stableService : rootService;
}

function sidesOf(wanted: Wanted): Sides {
  return pingPongSides(wanted) ?? fixedSides(wanted);
}

function keys({ annotationPrefix = "" }: AlbRouting) {
  const prefix = annotationPrefix === "" ? "alb.ingress.kubernetes.io" : annotationPrefix;
  return {
    action: (name: string) => `${prefix}/actions.${name}`,
    condition: (name: string) => `${prefix}/conditions.${name}`,
  };
}

function written(config: AlbRouting, ingress: KubeObject, wanted: Wanted): readonly Patch[] {
  const service = actionService(config, wanted);
  if (!usesService(ingress, service))
    throw new Problem(`ingress does not have service \`${service}\` in rules`);
  const headers = wanted.routes.filter((route) => route.header !== undefined);
  const { action, condition } = keys(config);
  const sides = sidesOf(wanted);
  const ours: Record<string, string> = {
    [action(service)]: weightAction(config, sides, sharesOf(wanted, 100)),
  };
  for (const route of headers) {
    ours[action(route.name)] = headerAction(config, sides);
    ours[condition(route.name)] = headerCondition(route);
  }
  const names = headers.map((route) => route.name);
  const gone = wanted.managed
    .filter((name) => !names.includes(name))
    .flatMap((name) => [action(name), condition(name)]);
  const book = bookOf(ingress);
  const listed = (book[wanted.rollout.name] ?? []).filter((key) => !gone.includes(key));
  const all = [...listed, ...Object.keys(ours).filter((key) => !listed.includes(key))];
  const managed = bookWith(book, wanted.rollout.name, all);
  const annotations = {
    ...without(ingress.metadata.annotations, gone),
    ...ours,
    [annotation.managedAlb]: managed,
  };
  const after = {
    ...ingress,
    metadata: { ...ingress.metadata, annotations },
    spec: { ...fieldsIn(ingress, "spec"), ...rulesWith(ingress, names, wanted.managed) },
  } as KubeObject;
  const { name } = ingress.metadata;
  const why = `send ${wanted.weight} of ${wanted.max} to ${sides.canary} through Ingress ${name}`;
  const note = event(ingress, after, action(service), wanted);
  return narrow(ingress, noted(after, wanted), why, note);
}

/**
 * The rules with a path for each header route in front, in the order of `managedRoutes`, and none for the
 * others.
 */
function rulesWith(ingress: KubeObject, names: readonly string[], managed: readonly string[]): Json {
  const rules = listIn(ingress, "spec", "rules");
  if (managed.length === 0 || rules.length === 0) return {};
  const missing = names.filter((name) => !usesService(ingress, name));
  const rank = (path: Json) => {
    const index = managed.indexOf(serviceOf(path) ?? "");
    return index < 0 ? managed.length : index;
  };
  return {
    rules: rules.map((rule) => {
      const kept = pathsOf(rule).filter((path) => {
        const service = serviceOf(path) ?? "";
        return names.includes(service) || !managed.includes(service);
      });
      return withPaths(
        rule,
        [...missing.map(headerPath), ...kept].toSorted((one, other) => rank(one) - rank(other)),
      );
    }),
  };
}

function headerPath(name: string): Json {
  const backend = { service: { name, port: { name: "use-annotation" } } };
  return { path: "/*", pathType: "ImplementationSpecific", backend };
}

function event(before: KubeObject, after: KubeObject, action: string, { weight, routes }: Wanted): EventNote {
  const { name, annotations } = before.metadata;
  const only = isSame(annotations?.[action], after.metadata.annotations?.[action]) && routes.length === 0;
  const what = only ? "removing managed routes" : `to desiredWeight '${weight}'`;
  return { type: "Normal", reason: "PatchingALBIngress", message: `Updating Ingress \`${name}\` ${what}` };
}

function weightOf(config: AlbRouting, ingress: KubeObject | undefined, wanted: Wanted): number | undefined {
  const groups = groupsIn(
    ingress?.metadata.annotations?.[keys(config).action(actionService(config, wanted))],
  );
  if (ingress === undefined || groups === undefined) return undefined;
  const canary = weightIn(groups, sidesOf(wanted).canary);
  const all = groups.map((one) => weightIn([one], String(one["ServiceName"])));
  return shareIn(canary, [all.reduce((sum, weight) => sum + weight, 0) - canary], wanted.max);
}

/** Our actions go to one Service again; conditions, paths and the note about us disappear. */
function released(config: AlbRouting, ingress: KubeObject, wanted: Wanted): readonly Patch[] {
  const book = bookOf(ingress);
  const ours = book[wanted.rollout.name];
  if (ours === undefined) return [];
  const { action, condition } = keys(config);
  const gone = wanted.managed.flatMap((name) => [action(name), condition(name)]);
  const resets = ours.flatMap((key) => {
    const found = ingress.metadata.annotations?.[key];
    const [, service = ""] = key.split("/actions.");
    const reset =
      found === undefined || gone.includes(key)
        ? undefined
        : resetAction(found, service, sidesOf(wanted).stable);
    return reset === undefined ? [] : [[key, reset] as const];
  });
  const managed = bookWith(book, wanted.rollout.name, undefined);
  const annotations = {
    ...without(ingress.metadata.annotations, [...gone, annotation.managedAlb]),
    ...Object.fromEntries(resets),
    ...(managed === undefined ? {} : { [annotation.managedAlb]: managed }),
  };
  const after = {
    ...ingress,
    metadata: { ...ingress.metadata, annotations },
    spec: { ...fieldsIn(ingress, "spec"), ...rulesWith(ingress, [], wanted.managed) },
  };
  return narrow(ingress, withoutNote(after, wanted), `Ingress ${ingress.metadata.name} goes back to stable`);
}

function without(
  all: Readonly<Record<string, string>> = {},
  names: readonly string[],
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)));
}
