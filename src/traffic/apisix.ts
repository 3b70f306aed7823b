import type { Json } from "../api/json.ts";
import { type KubeObject, type ObjectRef, refOf } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { ApisixRouting } from "../api/trafficRouting.ts";
import type { Effect } from "../reconcile/effect.ts";
import { headerRoute } from "./apisixHeader.ts";
import { covers } from "./covers.ts";
import { fieldsIn, listIn, numberIn, weighted } from "./fields.ts";
import { isOurs, marked, ownerOf, unmarked } from "./mark.ts";
import { narrow } from "./narrow.ts";
import type { Router, Wanted } from "./router.ts";
import { highest, shareIn, sharesOf } from "./shares.ts";

const kind = { apiVersion: "apisix.apache.org/v2", kind: "ApisixRoute" };

/**
 * Apache APISIX: weights on the backends of an ApisixRoute, and one more ApisixRoute for each header route
 * (2.8).
 */
export const apisix: Router<ApisixRouting> = {
  config: ApisixRouting,
  can: {
    header: true,
    mirror: false,
    experiment: false,
    verify: false,
    tcp: false,
    maxWeight: false,
    pingPong: false,
  },
  kinds: () => [kind],
  objects: ({ route }, { namespace, managed = [] }) =>
    [...(route === undefined ? [] : [route.name]), ...managed].map(
      (name): ObjectRef => ({ ...kind, namespace, name }),
    ),
  route(config, objects, wanted) {
    const [base, ...others] = inPlace(config, objects);
    if (base === undefined)
      throw new Problem(`apisixroutes.apisix.apache.org "${config.route?.name ?? ""}" not found`);
    const rules = weightedRules(config, base, wanted);
    const after = marked({ ...base, spec: { ...fieldsIn(base, "spec"), http: rules } }, wanted);
    const { weight, max, canaryService } = wanted;
    const why = `send ${weight} of ${max} to ${canaryService} through ApisixRoute ${base.metadata.name}`;
    return [...headerEffects(config, base, others, wanted), ...narrow(base, after, why)];
  },
  carries(config, objects, wanted) {
    const [base] = inPlace(config, objects);
    if (base === undefined) return undefined;
    const { canaryService, stableService, max } = wanted;
    const names = ruleNames(config);
    const selected = listIn(base, "spec", "http").filter((rule) => names.includes(String(rule["name"])));
    return highest(
      selected.map((rule) => {
        const weightOf = (service: string) =>
          numberIn(
            listIn(rule, "backends").find((one) => one["serviceName"] === service),
            "weight",
          ) ?? 0;
        return shareIn(weightOf(canaryService), [weightOf(stableService)], max);
      }),
    );
  },
  clean(config, objects, wanted) {
    const [base, ...others] = inPlace(config, objects);
    const removed = others.flatMap((object) =>
      object !== undefined && isOurs(object, wanted) ? [removal(object)] : [],
    );
    if (base === undefined) return removed;
    const rules = listIn(base, "spec", "http").map((rule) =>
      ruleNames(config).includes(String(rule["name"])) ? split(rule, { ...wanted, weight: 0 }) : rule,
    );
    const after = unmarked({ ...base, spec: { ...fieldsIn(base, "spec"), http: rules } }, wanted);
    return [...removed, ...narrow(base, after, `${base.metadata.name} goes back to stable`)];
  },
};

type Found = readonly (KubeObject | undefined)[];

/** The objects with that of the route first, whether or not one is configured. */
function inPlace({ route }: ApisixRouting, objects: Found): Found {
  return route === undefined ? [undefined, ...objects] : objects;
}

/** The rules that carry weights: without names the one that is called like the route. */
function ruleNames({ route }: ApisixRouting): readonly string[] {
  const { name = "", rules = [] } = route ?? {};
  return rules.length === 0 ? [name] : rules;
}

function weightedRules(config: ApisixRouting, base: KubeObject, wanted: Wanted): readonly Json[] {
  const rules = listIn(base, "spec", "http");
  if (rules.length === 0) throw new Problem("spec.http was not found in Apisix Route manifest");
  const names = ruleNames(config);
  for (const name of names) {
    const rule = rules.find((one) => one["name"] === name);
    if (rule === undefined) throw new Problem(`Apisix http route rule ${name} not found`);
    checkBackends(rule, base.metadata.name, wanted);
  }
  return rules.map((rule) => (names.includes(String(rule["name"])) ? split(rule, wanted) : rule));
}

function checkBackends(rule: Json, name: string, { canaryService, stableService }: Wanted): void {
  const backends = listIn(rule, "backends");
  if (backends.length === 0) throw new Problem("Apisix http route backends not found");
  const services = backends.map((backend) => backend["serviceName"]);
  if (services.includes(undefined)) throw new Problem("serviceName field was not found in backend");
  const found = services.includes(canaryService) && services.includes(stableService);
  if (!found) throw new Problem(`apisix route ${name} backend was not found`);
}

function split(rule: Json, wanted: Wanted): Json {
  const { canary, stable } = sharesOf({ ...wanted, additional: [] }, 100);
  const backends = listIn(rule, "backends").map((backend) => {
    if (backend["serviceName"] === wanted.canaryService) return weighted(backend, canary);
    return backend["serviceName"] === wanted.stableService ? weighted(backend, stable) : backend;
  });
  return { ...rule, backends };
}

/**
 * Creates, corrects and deletes the ApisixRoutes of header routes; `others` are in the order of `managed`.
 */
function headerEffects(
  config: ApisixRouting,
  base: KubeObject,
  others: readonly (KubeObject | undefined)[],
  wanted: Wanted,
): readonly Effect[] {
  return wanted.managed.flatMap((name, index): readonly Effect[] => {
    const found = others[index];
    const route = wanted.routes.find((one) => one.name === name && one.header !== undefined);
    if (route === undefined) return found !== undefined && isOurs(found, wanted) ? [removal(found)] : [];
    const built = headerRoute(base, ruleNames(config), route, ownerOf(wanted), wanted);
    const why = `requests with the headers of ${name} go to ${wanted.canaryService}`;
    if (found === undefined) return [{ do: "create", object: built, why }];
    if (!isOurs(found, wanted)) throw new Problem(`duplicate ApisixRoute [${name}] already exists`);
    return covers(found["spec"], built["spec"]) ? [] : narrow(found, { ...found, spec: built["spec"] }, why);
  });
}

function removal(object: KubeObject): Effect {
  return { do: "delete", ref: refOf(object), why: "this header route is not wanted any more" };
}
