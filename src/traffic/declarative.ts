import { DeclarativeRouting } from "../api/declarativeRouting.ts";
import { isJson } from "../api/json.ts";
import type { KubeObject } from "../api/object.ts";
import { invalid, Problem } from "../api/problem.ts";
import { headerEntries, isEntryOf } from "./declarativeHeader.ts";
import { routingPath } from "./ingress.ts";
import { placeIn, valueIn, withValue } from "./jsonPath.ts";
import { marked, unmarked } from "./mark.ts";
import { narrow } from "./narrow.ts";
import type { Router, Wanted } from "./router.ts";
import { ended, shareIn, sharesOf, sidesOf } from "./shares.ts";

/** Any object that carries two weights: where they stand is said by JSON paths. */
export const declarative: Router<DeclarativeRouting> = {
  config: DeclarativeRouting,
  can: {
    header: true,
    mirror: false,
    experiment: false,
    verify: false,
    tcp: true,
    maxWeight: true,
    pingPong: true,
  },
  kinds: ({ object: { apiVersion, kind } }) => [{ apiVersion, kind }],
  objects: ({ object: { apiVersion, kind, name } }, { namespace }) => [{ apiVersion, kind, namespace, name }],
  route(given, [object], wanted) {
    if (object === undefined) throw new Problem(missing(given));
    const config = turned(given, object, wanted);
    checkBackends(config, withoutHeaders(config, object, wanted), wanted);
    const after = marked(shaped(config, object, wanted), wanted);
    const { name, kind } = config.object;
    return narrow(
      object,
      after,
      `send ${wanted.weight} of ${wanted.max} to the canary through ${kind} ${name}`,
    );
  },
  carries(given, [object], wanted) {
    if (object === undefined) return undefined;
    const config = turned(given, object, wanted);
    const plain = withoutHeaders(config, object, wanted);
    const weightAt = (path: string) => {
      const weight = valueIn(plain, placeIn(plain, path));
      return typeof weight === "number" ? weight : 0;
    };
    try {
      return shareIn(weightAt(config.weights.canary), [weightAt(config.weights.stable)], wanted.max);
    } catch (error) {
      if (error instanceof Problem) return undefined;
      throw error;
    }
  },
  check(given, [object], wanted) {
    const path = `${routingPath}.declarative.object.name`;
    if (object === undefined) throw invalid(path, given.object.name, missing(given));
    const config = turned(given, object, wanted);
    try {
      shaped(config, object, wanted);
      checkBackends(config, withoutHeaders(config, object, wanted), wanted);
    } catch (error) {
      throw error instanceof Problem ? invalid(path, config.object.name, error.message) : error;
    }
  },
  clean(given, [object], wanted) {
    if (object === undefined) return [];
    const config = turned(given, object, wanted);
    return narrow(
      object,
      unmarked(shaped(config, object, ended(wanted)), wanted),
      `${object.metadata.name} goes back to stable`,
    );
  },
};

/** Where a pair of Services has swapped roles, the place that was the canary's is that of stable. */
function turned(config: DeclarativeRouting, object: KubeObject, wanted: Wanted): DeclarativeRouting {
  if (wanted.pingPong === undefined) return config;
  const { backends, weights } = config;
  const plain = withoutHeaders(config, object, wanted);
  if (!names(valueIn(plain, placeIn(plain, backends.canary)), sidesOf(wanted).stable)) return config;
  return {
    ...config,
    backends: { canary: backends.stable, stable: backends.canary },
    weights: { canary: weights.stable, stable: weights.canary },
  };
}

/** The object with its weights and header routes; paths are those of the object without header routes. */
function shaped(config: DeclarativeRouting, object: KubeObject, wanted: Wanted): KubeObject {
  const { canary, stable } = sharesOf({ ...wanted, additional: [] }, wanted.max);
  const plain = withoutHeaders(config, object, wanted);
  const one = withValue(plain, placeIn(plain, config.weights.canary), canary);
  const both = withValue(one, placeIn(one, config.weights.stable), stable) as KubeObject;
  const entries = headerEntries(config, wanted, sidesOf(wanted).canary);
  if (config.headerMatch === undefined || entries.length === 0) return both;
  const place = placeIn(both, config.headerMatch.path);
  const list = valueIn(both, place);
  return withValue(both, place, [...entries, ...(Array.isArray(list) ? list : [])]) as KubeObject;
}

function withoutHeaders(config: DeclarativeRouting, object: KubeObject, { managed }: Wanted): KubeObject {
  if (config.headerMatch === undefined || managed.length === 0) return object;
  const place = placeIn(object, config.headerMatch.path);
  const list = valueIn(object, place);
  if (!Array.isArray(list)) return object;
  const kept = list.filter((entry) => !isJson(entry) || !isEntryOf(config, managed, entry));
  return kept.length === list.length ? object : (withValue(object, place, kept) as KubeObject);
}

/** Whether a value is `name`, `name.namespace` or `name:port` of a Service. */
function names(found: unknown, service: string): boolean {
  if (typeof found !== "string" || service === "" || !found.startsWith(service)) return false;
  return found === service || /^[.:/]/.test(found.slice(service.length));
}

/** Weights are written only where the two Services stand: `name`, `name.namespace` or `name:port`. */
function checkBackends(config: DeclarativeRouting, object: KubeObject, wanted: Wanted): void {
  const sides = sidesOf(wanted);
  for (const side of ["canary", "stable"] as const) {
    const path = config.backends[side];
    const found = valueIn(object, placeIn(object, path));
    if (names(found, sides[side])) continue;
    const { kind, name } = config.object;
    const has = `${kind} ${name} has ${JSON.stringify(found) ?? "nothing"} at ${path}`;
    throw new Problem(`${has}, not the ${side} service ${sides[side]}`);
  }
}

function missing({ object: { apiVersion, kind, name } }: DeclarativeRouting): string {
  const [group = ""] = apiVersion.includes("/") ? apiVersion.split("/") : [];
  return `${group === "" ? kind : `${kind}.${group}`} "${name}" not found`;
}
