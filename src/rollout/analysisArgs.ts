import type { Argument } from "../analysis/types.ts";
import { Problem } from "../api/problem.ts";
import type { RunArgument } from "../api/rolloutAnalysis.ts";
import type { View } from "./view.ts";

type Values = Readonly<Record<string, string>>;

/**
 * The arguments that a Rollout passes to its analyses, each with a value (analysis 4.3). Throws a `Problem`
 * for a path that leads nowhere, and for the stable hash while there is no stable ReplicaSet.
 */
export function argumentsFor(view: View, args: readonly RunArgument[] = []): readonly Argument[] {
  return args.map((arg) => ({ name: arg.name, value: argumentValue(view, arg) }));
}

/** The same for validation, where a path that cannot be told yet counts as an empty text. */
export function knownArguments(view: View, args: readonly RunArgument[] = []): readonly Argument[] {
  return args.map((arg) => {
    try {
      return { name: arg.name, value: argumentValue(view, arg) };
    } catch (error) {
      if (error instanceof Problem) return { name: arg.name, value: "" };
      throw error;
    }
  });
}

function argumentValue(view: View, { value, valueFrom }: RunArgument): string {
  const path = valueFrom?.fieldRef?.fieldPath;
  if (path !== undefined) return path.startsWith("metadata") ? metadataAt(view, path) : fieldAt(view, path);
  const which = valueFrom?.podTemplateHashValue;
  if (which === undefined) return value ?? "";
  const set = which === "Stable" ? view.stableRS : view.newRS;
  if (set === undefined)
    throw new Problem(`there is no ${which === "Stable" ? "stable" : "new"} ReplicaSet yet`);
  return set.hash;
}

/** What the downward API would give for the path. */
function metadataAt({ seen }: View, path: string): string {
  const { name, namespace = "", uid = "", labels = {}, annotations = {} } = seen.object.metadata;
  const plain: Readonly<Record<string, string>> = {
    "metadata.name": name,
    "metadata.namespace": namespace,
    "metadata.uid": uid,
    "metadata.labels": linesOf(labels),
    "metadata.annotations": linesOf(annotations),
  };
  const whole = plain[path];
  if (whole !== undefined) return whole;
  const [, map, key = ""] = /^metadata\.(labels|annotations)\['([^']+)'\]$/.exec(path) ?? [];
  if (map === undefined) throw new Problem(`unsupported fieldPath: ${path}`);
  return (map === "labels" ? labels : annotations)[key] ?? "";
}

function linesOf(values: Values): string {
  return Object.keys(values)
    .sort()
    .map((key) => `${key}=${JSON.stringify(values[key])}`)
    .join("\n");
}

/** The value at a path through the Rollout's JSON; only texts, numbers and booleans are values. */
function fieldAt({ seen }: View, path: string): string {
  let here: unknown = seen.object;
  for (const piece of path.split(/[.[\]]/).filter((part) => part !== "")) {
    here = memberOf(here, piece, path);
  }
  if (typeof here === "object")
    throw new Problem(`path ${path} in rollout must terminate in a primitive value`);
  return String(here);
}

function memberOf(from: unknown, piece: string, path: string): unknown {
  if (Array.isArray(from)) {
    if (!/^-?\d+$/.test(piece)) throw new Problem(`invalid index '${piece}'`);
    const index = Number(piece);
    if (index < 0 || index >= from.length) throw new Problem(`index ${index} out of range`);
    return from[index];
  }
  const member =
    typeof from === "object" && from !== null ? (from as Record<string, unknown>)[piece] : undefined;
  if (member === undefined || member === null) throw new Problem(`invalid path ${path} in rollout`);
  return member;
}
