import { isJson, type Json } from "../api/json.ts";
import { Problem } from "../api/problem.ts";
import { listIn, textIn } from "./fields.ts";

/**
 * The matches of a header rule: those of its source, with the headers of the step added to each. All entries of the
 * step must hold (traffic-cli-ops 2.11.4).
 */
export function headerMatches(
  source: readonly Json[],
  match: readonly unknown[],
  keep: readonly string[],
): readonly Json[] {
  const headers = match.map((entry) => {
    const { headerName, headerValue } = isJson(entry) ? entry : {};
    return { name: String(headerName), ...valueMatch(headerValue) };
  });
  return orAll(source).map((one) => ({ ...picked(one, keep), headers: withHeaders(one, headers) }));
}

/**
 * The matches of a mirror rule: those of its source narrowed to each entry of the step. Entries that cannot meet a
 * match of the source are left out.
 */
export function mirrorMatches(source: readonly Json[], match: readonly unknown[]): readonly Json[] {
  return orAll(source).flatMap((one) =>
    match.flatMap((entry): readonly Json[] => {
      const { path, method, headers } = isJson(entry) ? entry : {};
      const narrowed = narrowerPath(one["path"], path);
      if (narrowed === "never") return [];
      const verb = isJson(method) ? verbOf(method) : one["method"];
      if (one["method"] !== undefined && one["method"] !== verb) return [];
      const added = Object.entries(isJson(headers) ? headers : {}).map(([name, value]) => ({ name, ...valueMatch(value) }));
      const all = withHeaders(one, added);
      return [
        {
          ...picked(one, ["queryParams"]),
          ...(narrowed === undefined ? {} : { path: narrowed }),
          ...(verb === undefined ? {} : { method: verb }),
          ...(all.length === 0 ? {} : { headers: all }),
        },
      ];
    }),
  );
}

/** A rule without matches matches everything. */
function orAll(matches: readonly Json[]): readonly Json[] {
  return matches.length === 0 ? [{}] : matches;
}

function picked(match: Json, names: readonly string[]): Json {
  return Object.fromEntries(names.flatMap((name) => (match[name] === undefined ? [] : [[name, match[name]]])));
}

/** Header names are unique in a match: what the step says about one counts. */
function withHeaders(match: Json, added: readonly { readonly name: string }[]): readonly Json[] {
  const names = new Set(added.map(({ name }) => name.toLowerCase()));
  const own = listIn(match, "headers").filter((header) => !names.has(String(header["name"]).toLowerCase()));
  return [...own, ...added];
}

function valueMatch(value: unknown): { readonly type: string; readonly value: string } {
  const exact = textIn(value, "exact");
  const prefix = textIn(value, "prefix");
  const regex = textIn(value, "regex");
  if (exact !== undefined) return { type: "Exact", value: exact };
  if (prefix !== undefined) return { type: "RegularExpression", value: `${prefix}.*` };
  if (regex !== undefined) return { type: "RegularExpression", value: regex };
  throw new Problem("invalid header match type");
}

function verbOf(method: Json): string {
  const exact = textIn(method, "exact");
  if (exact === undefined) throw new Problem("Gateway API routes match a method by `exact` only");
  return exact;
}

/** The narrower of two paths; undefined when both are open, "never" when no request can have both. */
function narrowerPath(source: unknown, wanted: unknown): Json | undefined | "never" {
  if (!isJson(wanted)) return isJson(source) ? source : undefined;
  const path = pathMatch(wanted);
  if (!isJson(source) || isRoot(source)) return path;
  const [outer, inner] = [textIn(source, "value") ?? "", textIn(path, "value") ?? ""];
  if (path["type"] === "RegularExpression" || source["type"] === "RegularExpression") {
    if (source["type"] === path["type"] && outer === inner) return path;
    throw new Problem("a mirror route cannot match a path by `regex` where the route matches by another path");
  }
  if (source["type"] === "PathPrefix" && isUnder(inner, outer)) return path;
  if (path["type"] === "PathPrefix" && isUnder(outer, inner)) return source;
  return outer === inner ? (path["type"] === "Exact" ? path : source) : "never";
}

function pathMatch(wanted: Json): Json {
  const exact = textIn(wanted, "exact");
  const prefix = textIn(wanted, "prefix");
  if (exact !== undefined) return { type: "Exact", value: exact };
  if (prefix !== undefined) return { type: "PathPrefix", value: prefix };
  return { type: "RegularExpression", value: textIn(wanted, "regex") ?? "" };
}

function isRoot(path: Json): boolean {
  return path["value"] === "/" && (path["type"] === undefined || path["type"] === "PathPrefix");
}

/** Prefixes end at the border of a path element: `/api` holds `/api/v1`, not `/apis`. */
function isUnder(path: string, prefix: string): boolean {
  const border = prefix.endsWith("/") ? prefix : `${prefix}/`;
  return path === prefix || path.startsWith(border);
}
