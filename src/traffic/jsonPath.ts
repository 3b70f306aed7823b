import { isJson } from "../api/json.ts";
import { Problem } from "../api/problem.ts";

/** One step of a path: into a field, to an index, or to the entry of a list in which a field has a value. */
type Step =
  | { readonly to: "field"; readonly name: string }
  | { readonly to: "index"; readonly index: number }
  | { readonly to: "entry"; readonly field: string; readonly value: string };

/** Where something stands in one object: names of fields and indices of lists. */
export type Place = readonly (string | number)[];

const token =
  /^(?:\.?\[(\d+)\]|\.?\['([^']+)'\]|\.?\[\?\(@\.([\w-]+)\s*==\s*["']([^"']*)["']\)\]|\.([\w-]+))/;

/**
 * The place that a JSON path names in an object: `{.spec.routes[0].services[?(@.name=="web")].weight}`;
 * braces, dots and quoted names as in kubectl. The last field need not be there. Throws `Problem` when the
 * path leads nowhere.
 */
export function placeIn(object: unknown, path: string): Place {
  let at = object;
  const place: (string | number)[] = [];
  for (const [index, step] of stepsOf(path).entries()) {
    if (index > 0 && !isJson(at) && !Array.isArray(at)) throw leadsNowhere(path);
    const key = keyOf(at, step);
    if (key === undefined) throw leadsNowhere(path);
    place.push(key);
    at = valueIn(at, [key]);
  }
  return place;
}

function leadsNowhere(path: string): Problem {
  return new Problem(`the JSON path ${path} leads nowhere`);
}

function keyOf(at: unknown, step: Step): string | number | undefined {
  if (step.to === "field") return isJson(at) ? step.name : undefined;
  if (!Array.isArray(at)) return undefined;
  if (step.to === "index") return step.index < at.length ? step.index : undefined;
  const index = at.findIndex((entry) => isJson(entry) && entry[step.field] === step.value);
  return index < 0 ? undefined : index;
}

function stepsOf(path: string): readonly Step[] {
  let rest = path.trim().replace(/^\{/, "").replace(/\}$/, "").replace(/^\$/, "");
  const steps: Step[] = [];
  while (rest !== "") {
    const match = token.exec(rest);
    if (match === null) throw new Problem(`the JSON path ${path} cannot be read at ${rest}`);
    const [whole, index, quoted, field, value, name] = match;
    if (index !== undefined) steps.push({ to: "index", index: Number(index) });
    else if (field !== undefined) steps.push({ to: "entry", field, value: value ?? "" });
    else steps.push({ to: "field", name: quoted ?? name ?? "" });
    rest = rest.slice(whole.length);
  }
  if (steps.length === 0) throw new Problem("a JSON path must not be empty");
  return steps;
}

/** What stands at a place; undefined when nothing does. */
export function valueIn(object: unknown, place: Place): unknown {
  return place.reduce<unknown>((at, key) => {
    if (typeof key === "number") return Array.isArray(at) ? at[key] : undefined;
    return isJson(at) ? at[key] : undefined;
  }, object);
}

/** The object with another value at a place; what is not on the way is shared. */
export function withValue(object: unknown, [key, ...rest]: Place, value: unknown): unknown {
  if (key === undefined) return value;
  const inner = withValue(valueIn(object, [key]), rest, value);
  if (typeof key === "number") return Array.isArray(object) ? object.with(key, inner) : object;
  return { ...(isJson(object) ? object : {}), [key]: inner };
}
