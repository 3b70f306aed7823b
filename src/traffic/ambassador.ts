import { type KubeObject, type ObjectRef, refOf } from "../api/object.ts";
import { invalid, Problem, required } from "../api/problem.ts";
import { AmbassadorRouting } from "../api/trafficRouting.ts";
import { change } from "../reconcile/diff.ts";
import type { Effect, EventNote } from "../reconcile/effect.ts";
import { fieldsIn, numberIn, textIn } from "./fields.ts";
import { routingPath } from "./ingress.ts";
import { ownerOf } from "./mark.ts";
import type { Router, Wanted } from "./router.ts";
import { highest, sharesOf } from "./shares.ts";

/** Ambassador (Emissary): while the canary has traffic, a copy of each Mapping carries its weight (2.7). */
export function ambassador(apiVersion = "getambassador.io/v2"): Router<AmbassadorRouting> {
  const kind = {
    apiVersion,
    kind: apiVersion.startsWith("x.getambassador.io/") ? "AmbassadorMapping" : "Mapping",
  };
  return {
    config: AmbassadorRouting,
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
    objects: ({ mappings }, { namespace }) =>
      mappings.flatMap((name): ObjectRef[] => [
        { ...kind, namespace, name },
        { ...kind, namespace, name: canaryName(name) },
      ]),
    route: (config, objects, wanted) => pairs(config, objects).flatMap((pair) => written(pair, wanted)),
    carries: (config, objects, { max }) =>
      highest(pairs(config, objects).map(({ canary }) => Math.ceil((weightOf(canary) * max) / 100))),
    check(config, objects) {
      const path = `${routingPath}.ambassador.mappings`;
      if (config.mappings.length === 0) throw required(path, "must provide at least one mapping");
      for (const { name, base } of pairs(config, objects)) {
        if (base === undefined) throw invalid(path, name, missing(name));
        if (weightOf(base) !== 0) throw invalid(path, name, weightRefused(name));
      }
    },
    clean: (config, objects) =>
      pairs(config, objects).flatMap(({ canary }) => (canary === undefined ? [] : [removal(canary)])),
  };
}

interface Pair {
  readonly name: string;
  readonly base: KubeObject | undefined;
  readonly canary: KubeObject | undefined;
}

function pairs(
  { mappings }: AmbassadorRouting,
  objects: readonly (KubeObject | undefined)[],
): readonly Pair[] {
  return mappings.map((name, index) => ({ name, base: objects[2 * index], canary: objects[2 * index + 1] }));
}

/** The name of the canary Mapping: at most 253 characters. */
function canaryName(base: string): string {
  return `${base.slice(0, 246)}-canary`;
}

/**
 * A canary Mapping goes in two requests, its weight first, so that it is never deleted under traffic (trap
 * T-54).
 */
function written({ name, base, canary }: Pair, wanted: Wanted): readonly Effect[] {
  const { canary: weight } = sharesOf({ ...wanted, additional: [] }, 100);
  const why = `send ${wanted.weight} of ${wanted.max} to ${wanted.canaryService} through Mapping ${name}`;
  const message = `Set canary mapping weight to ${weight}`;
  const event: EventNote = { type: "Normal", reason: "CanaryMappingWeightUpdate", message };
  if (canary === undefined) {
    return weight === 0 ? [] : [{ do: "create", object: copyOf(name, base, weight, wanted), why, event }];
  }
  if (weight === 0 && weightOf(canary) === 0) return [removal(canary)];
  return change(canary, { spec: { weight } }, why, { event });
}

/** The copy carries neither labels nor annotations of its base (trap T-55). */
function copyOf(name: string, base: KubeObject | undefined, weight: number, wanted: Wanted): KubeObject {
  if (base === undefined) throw new Problem(missing(name));
  if (weightOf(base) !== 0) throw new Problem(weightRefused(name));
  const { apiVersion, kind } = base;
  const spec = fieldsIn(base, "spec");
  const service = (textIn(spec, "service") ?? "").replace(wanted.stableService, () => wanted.canaryService);
  const metadata = {
    name: canaryName(name),
    namespace: wanted.namespace,
    ownerReferences: [ownerOf(wanted)],
  };
  return { apiVersion, kind, metadata, spec: { ...spec, service, weight } };
}

function removal(canary: KubeObject): Effect {
  return { do: "delete", ref: refOf(canary), why: "the canary has no traffic any more" };
}

function weightOf(mapping: KubeObject | undefined): number {
  return numberIn(fieldsIn(mapping, "spec"), "weight") ?? 0;
}

function missing(name: string): string {
  return `Ambassador mapping "${name}" not found`;
}

function weightRefused(name: string): string {
  return `Ambassador mapping "${name}" can not define weight`;
}
