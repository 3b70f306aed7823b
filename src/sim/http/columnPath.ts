import { isJson } from "../json.ts";

/**
 * The first value that the JSONPath of a printer column finds, or undefined. It knows fields
 * (`.spec.replicas`, `['a.b']`, `a\.b`), indices (`[0]`), all entries (`[*]`) and entries by a field
 * (`[?(@.type=="Ready")]`).
 */
export function columnValue(object: unknown, path: string): unknown {
  let values: readonly unknown[] = [object];
  for (const step of stepsOf(path)) values = values.flatMap(step).filter((value) => value !== undefined);
  return values[0];
}

type Step = (value: unknown) => readonly unknown[];

const known = new Map<string, readonly Step[]>();

function stepsOf(path: string): readonly Step[] {
  const steps =
    known.get(path) ??
    [...path.matchAll(token)].map(([, field, inside]) =>
      field === undefined ? bracket(inside ?? "") : fieldStep(field.replaceAll("\\.", ".")),
    );
  known.set(path, steps);
  return steps;
}

const token = /\.((?:\\.|[^.[\]\\])+)|\[((?:'[^']*'|"[^"]*"|[^\]])*)\]/g;

function bracket(text: string): Step {
  if (text === "*")
    return (value) => (Array.isArray(value) ? value : isJson(value) ? Object.values(value) : []);
  const [, name] = /^['"](.*)['"]$/.exec(text) ?? [];
  if (name !== undefined) return fieldStep(name);
  if (/^-?\d+$/.test(text)) return (value) => (Array.isArray(value) ? [value.at(Number(text))] : []);
  const [, field, wanted] = /^\?\(@\.([\w.]+)\s*==\s*['"](.*)['"]\)$/.exec(text) ?? [];
  if (field === undefined) return () => [];
  return (value) =>
    Array.isArray(value) ? value.filter((item) => String(columnValue(item, `.${field}`)) === wanted) : [];
}

function fieldStep(name: string): Step {
  return (value) => (isJson(value) && Object.hasOwn(value, name) ? [value[name]] : []);
}
