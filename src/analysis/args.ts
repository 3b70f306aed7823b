import { Problem } from "../api/problem.ts";
import type { Argument } from "./types.ts";

/** What stands for a secret wherever the real value must not be. */
const secretStandIn = "temp-for-secret";

/**
 * The value of each argument, by its name. A secret wins over a value that is given too; `secrets` holds the
 * values by argument name, and without it a stand-in takes their place. Throws a `Problem` for an argument
 * that has no value, used or not (analysis 2.3).
 */
export function argumentValues(
  args: readonly Argument[],
  secrets?: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  return new Map(args.map((arg) => [arg.name, argumentValue(arg, secrets)]));
}

function argumentValue(
  { name, value, valueFrom }: Argument,
  secrets: ReadonlyMap<string, string> | undefined,
): string {
  const known = valueFrom?.secretKeyRef === undefined ? value : (secrets?.get(name) ?? secretStandIn);
  if (known === undefined) throw new Problem(`argument "${name}" was not supplied`);
  return known;
}

/**
 * The same data with every `{{args.NAME}}` in it replaced, in keys and in texts, wherever they are. A tag
 * ends at the first `}}` after its `{{`, spaces around the name do not matter. Any other tag is a `Problem`
 * that names the last one of them (analysis 2.3).
 */
export function substituted<Data>(data: Data, args: ReadonlyMap<string, string>): Data {
  const text = JSON.stringify(data);
  if (!text.includes("{{")) return data;
  const values = new Map([...args].map(([name, value]) => [`args.${name}`, value]));
  return JSON.parse(replaced(text, (tag) => values.get(tag.trim()), escaped)) as Data;
}

/**
 * A text with every tag replaced by what `lookup` knows for it; a `Problem` names the last tag that is
 * unknown.
 */
export function replaced(
  text: string,
  lookup: (tag: string) => string | undefined,
  written: (value: string) => string = (value) => value,
): string {
  let unknown: string | undefined;
  const result = text.replaceAll(/\{\{(.*?)\}\}/gs, (whole, tag: string) => {
    const value = lookup(tag);
    if (value === undefined) unknown = whole;
    return value === undefined ? whole : written(value);
  });
  if (unknown !== undefined) throw new Problem(`failed to resolve ${unknown}`);
  return result;
}

/** The text as it stands between the quotes of a JSON string. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}
