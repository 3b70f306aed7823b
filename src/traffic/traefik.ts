import { isJson, type Json } from "../api/json.ts";
import type { KubeObject } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { TraefikRouting } from "../api/trafficRouting.ts";
import { fieldsIn, listIn, numberIn, weighted } from "./fields.ts";
import { marked, unmarked } from "./mark.ts";
import { narrow } from "./narrow.ts";
import type { Router, Wanted } from "./router.ts";
import { shareIn, sharesOf } from "./shares.ts";

/** Traefik: weights on the services of a TraefikService (2.6). */
export function traefik(apiVersion = "traefik.io/v1alpha1"): Router<TraefikRouting> {
  const kind = { apiVersion, kind: "TraefikService" };
  return {
    config: TraefikRouting,
    can: {
      header: false,
      mirror: false,
      experiment: false,
      verify: false,
      tcp: false,
      maxWeight: false,
      pingPong: false,
    },
    kinds: () => [kind],
    objects: ({ weightedTraefikServiceName: name }, { namespace }) => [{ ...kind, namespace, name }],
    route({ weightedTraefikServiceName: name }, [object], wanted) {
      if (object === undefined) {
        throw new Problem(`traefikservices.${apiVersion.split("/")[0]} "${name}" not found`);
      }
      const after = marked(split(object, wanted, checkedServices(object, wanted)), wanted);
      return narrow(
        object,
        after,
        `send ${wanted.weight} of ${wanted.max} to ${wanted.canaryService} through ${name}`,
      );
    },
    carries(_config, [object], { canaryService, stableService, max }) {
      if (object === undefined) return undefined;
      const services = listIn(object, "spec", "weighted", "services");
      return shareIn(weightOf(services, canaryService), [weightOf(services, stableService)], max);
    },
    clean(_config, [object], wanted) {
      if (object === undefined) return [];
      const services = listIn(object, "spec", "weighted", "services");
      const after = unmarked(split(object, { ...wanted, weight: 0 }, services), wanted);
      return narrow(object, after, `${object.metadata.name} goes back to stable`);
    },
  };
}

function split(object: KubeObject, wanted: Wanted, services: readonly Json[]): KubeObject {
  const { canary, stable } = sharesOf({ ...wanted, additional: [] }, 100);
  const changed = services.map((service) => {
    if (service["name"] === wanted.canaryService) return weighted(service, canary);
    return service["name"] === wanted.stableService ? weighted(service, stable) : service;
  });
  const spec = fieldsIn(object, "spec");
  return { ...object, spec: { ...spec, weighted: { ...fieldsIn(spec, "weighted"), services: changed } } };
}

function checkedServices(object: KubeObject, { canaryService, stableService }: Wanted): readonly Json[] {
  if (!Array.isArray(fieldsIn(object, "spec", "weighted")["services"])) {
    throw new Problem("spec.weighted.services was not found in traefik service manifest");
  }
  const services = listIn(object, "spec", "weighted", "services");
  const names = services.map((service) => (isJson(service) ? service["name"] : undefined));
  if (names.includes(undefined)) throw new Problem("name field was not found in service");
  if (!names.includes(canaryService)) throw new Problem("traefik canary service was not found");
  if (!names.includes(stableService)) throw new Problem("traefik stable service was not found");
  return services;
}

function weightOf(services: readonly Json[], name: string): number {
  return (
    numberIn(
      services.find((service) => service["name"] === name),
      "weight",
    ) ?? 0
  );
}
