import { isJson } from "../api/json.ts";
import { annotation } from "../api/labels.ts";
import type { KubeObject } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { parsedJson } from "./albActions.ts";

type Book = Readonly<Record<string, readonly string[]>>;

/**
 * Which annotations of an Ingress each Rollout has set, as the Ingress itself says (traffic-cli-ops 2.2.1).
 */
export function bookOf({ metadata }: KubeObject): Book {
  const text = metadata.annotations?.[annotation.managedAlb];
  if (text === undefined || text === "") return {};
  const parsed = parsedJson(text);
  if (!isJson(parsed)) {
    throw new Problem(
      `annotation ${annotation.managedAlb} of ingress \`${metadata.name}\` holds no JSON object`,
    );
  }
  return Object.fromEntries(
    Object.entries(parsed).map(([name, keys]) => [name, Array.isArray(keys) ? keys.map(String) : []]),
  );
}

/** The annotation in which a Rollout has these keys; undefined when nobody has any. */
export function bookWith(
  book: Book,
  rollout: string,
  keys: readonly string[] | undefined,
): string | undefined {
  const { [rollout]: _old, ...others } = book;
  const next = keys === undefined ? others : { ...book, [rollout]: keys };
  return Object.keys(next).length === 0 ? undefined : JSON.stringify(next);
}
