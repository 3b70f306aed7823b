import { isJson, type Json } from "../api/json.ts";
import { Problem } from "../api/problem.ts";
import { listIn, textIn } from "./fields.ts";
import { narrowerPath } from "./gatewayPaths.ts";

/**
 * The matches of a header rule: those of its source, with the headers of the step added to each. All entries
 * of the step must hold (traffic-cli-ops 2.11.4).
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
 * The matches of a mirror rule: those of its source narrowed to each entry of the step. Entries that cannot
 * meet a match of the source are left out.
 */
export function mirrorMatches(source: readonly Json[], match: readonly unknown[]): readonly Json[] {
  return orAll(source).flatMap((one) =>
    match.flatMap((entry) => mirrorMatch(one, isJson(entry) ? entry : {})),
  );
}

function mirrorMatch(source: Json, entry: Json): readonly Json[] {
  const path = narrowerPath(source["path"], entry["path"]);
  const method = isJson(entry["method"]) ? verbOf(entry["method"]) : source["method"];
  if (path === "never" || (source["method"] ?? method) !== method) return [];
  const added = Object.entries(isJson(entry["headers"]) ? entry["headers"] : {});
  const headers = withHeaders(
    source,
    added.map(([name, value]) => ({ name, ...valueMatch(value) })),
  );
  const narrowed = { path, method, headers: headers.length === 0 ? undefined : headers };
  return [{ ...picked(source, ["queryParams"]), ...picked(narrowed, ["path", "method", "headers"]) }];
}

/** A rule without matches matches everything. */
function orAll(matches: readonly Json[]): readonly Json[] {
  return matches.length === 0 ? [{}] : matches;
}

function picked(match: Json, names: readonly string[]): Json {
  return Object.fromEntries(
    names.flatMap((name) => (match[name] === undefined ? [] : [[name, match[name]]])),
  );
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
