import { isJson, type Json } from "../api/json.ts";
import { Problem } from "../api/problem.ts";
import { textIn } from "./fields.ts";

/**
 * The narrower of the path of a match and that of a mirror step: undefined when both are open, "never" when
 * no request can have both. Throws `Problem` for two different paths of which one is a regular expression.
 */
export function narrowerPath(source: unknown, wanted: unknown): Json | undefined | "never" {
  const outer = isJson(source) ? source : undefined;
  if (!isJson(wanted)) return outer;
  const inner = pathMatch(wanted);
  if (outer === undefined || isRoot(outer)) return inner;
  if (isRegex(outer) || isRegex(inner)) return sameRegex(outer, inner);
  if (holds(outer, inner)) return inner;
  return holds(inner, outer) ? outer : "never";
}

function sameRegex(outer: Json, inner: Json): Json {
  if (outer["type"] === inner["type"] && outer["value"] === inner["value"]) return inner;
  throw new Problem("a mirror route cannot match a path by `regex` where the route matches by another path");
}

function pathMatch(wanted: Json): Json {
  const exact = textIn(wanted, "exact");
  const prefix = textIn(wanted, "prefix");
  if (exact !== undefined) return { type: "Exact", value: exact };
  if (prefix !== undefined) return { type: "PathPrefix", value: prefix };
  return { type: "RegularExpression", value: textIn(wanted, "regex") ?? "" };
}

function isRoot(path: Json): boolean {
  return path["value"] === "/" && !isRegex(path) && path["type"] !== "Exact";
}

function isRegex(path: Json): boolean {
  return path["type"] === "RegularExpression";
}

/**
 * Whether every path that matches `inner` matches `outer` too; prefixes end at the border of a path element.
 */
function holds(outer: Json, inner: Json): boolean {
  const [wide, deep] = [textIn(outer, "value") ?? "/", textIn(inner, "value") ?? "/"];
  if (outer["type"] === "Exact") return inner["type"] === "Exact" && wide === deep;
  const border = wide.endsWith("/") ? wide : `${wide}/`;
  return deep === wide || deep.startsWith(border);
}
