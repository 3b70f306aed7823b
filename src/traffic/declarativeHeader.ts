import type { DeclarativeRouting } from "../api/declarativeRouting.ts";
import { isJson, type Json } from "../api/json.ts";
import { Problem } from "../api/problem.ts";
import { fieldsIn, textIn } from "./fields.ts";
import type { Wanted } from "./router.ts";

/**
 * The entries that the header routes of a declarative router need: its template filled in, once for each
 * header, so that any of them is enough. Throws `Problem` when there is no template or it has no name by
 * which it can be found.
 */
export function headerEntries(
  config: DeclarativeRouting,
  { routes }: Wanted,
  canaryService: string,
): readonly unknown[] {
  const headers = routes.filter((route) => route.header !== undefined);
  if (headers.length === 0) return [];
  if (config.headerMatch === undefined) {
    throw new Problem("setHeaderRoute needs trafficRouting.declarative.headerMatch");
  }
  const { template } = config.headerMatch;
  if (nameFields(config).length === 0) {
    throw new Problem(
      'the template of trafficRouting.declarative.headerMatch needs a field that is "{{name}}"',
    );
  }
  return headers.flatMap(({ name, header }) =>
    (header?.match ?? []).map((entry) => {
      const [[matchType, headerValue] = ["exact", ""]] = Object.entries(fieldsIn(entry, "headerValue"));
      const headerName = textIn(entry, "headerName") ?? "";
      return filledIn(template, {
        name,
        headerName,
        headerValue: String(headerValue),
        matchType,
        canaryService,
      });
    }),
  );
}

/** Whether an entry was made from the template for one of these routes. */
export function isEntryOf(config: DeclarativeRouting, names: readonly string[], entry: Json): boolean {
  return nameFields(config).some((field) => names.includes(String(entry[field])));
}

/** The fields of the template that hold the name of the route and nothing else. */
function nameFields({ headerMatch }: DeclarativeRouting): readonly string[] {
  const fields = isJson(headerMatch?.template) ? Object.entries(headerMatch.template) : [];
  return fields.flatMap(([field, value]) => (value === "{{name}}" ? [field] : []));
}

function filledIn(template: unknown, values: Readonly<Record<string, string>>): unknown {
  if (typeof template === "string") {
    return template.replaceAll(/\{\{\s*(\w+)\s*\}\}/g, (whole, name: string) => values[name] ?? whole);
  }
  if (Array.isArray(template)) return template.map((one) => filledIn(one, values));
  if (!isJson(template)) return template;
  return Object.fromEntries(
    Object.entries(template).map(([name, value]) => [
      String(filledIn(name, values)),
      filledIn(value, values),
    ]),
  );
}
