import type { Json } from "../api/json.ts";
import { Problem } from "../api/problem.ts";
import { covers } from "./covers.ts";
import { fieldsIn, listIn, numberIn, textIn } from "./fields.ts";
import { headerMatches, mirrorMatches } from "./gatewayMatches.ts";
import { backendsOf, isCanaryOnly, splits } from "./gatewayRules.ts";
import type { ManagedRoute, Wanted } from "./router.ts";
import { type Sides, sidesOf } from "./shares.ts";

/** The kind of route that rules belong to. */
type Protocol = "HTTPRoute" | "GRPCRoute";

/** The name of a rule is that of a managed route, or that with a number behind it. */
export function isManaged(rule: Json, managed: readonly string[]): boolean {
  const name = textIn(rule, "name") ?? "";
  return managed.some(
    (route) => name === route || (name.startsWith(`${route}-`) && /^\d+$/.test(name.slice(route.length + 1))),
  );
}

/** Whether a rule takes no part in the split: a managed one, or one that leads to the canary alone. */
export function isApart(rule: Json, wanted: Wanted): boolean {
  return isManaged(rule, wanted.managed) || isCanaryOnly(rule, sidesOf(wanted));
}

/**
 * The rules with exactly those managed ones that should exist (traffic-cli-ops 2.11.4): for every rule that
 * splits, one that matches the same and the headers besides, to the canary alone, or one that mirrors.
 * `rules` have their weights already. A rule of ours that is there stays as it stands, with whatever the API
 * server has filled in.
 */
export function withManagedRules(
  rules: readonly Json[],
  wanted: Wanted,
  protocol: Protocol,
): readonly Json[] {
  const sides = sidesOf(wanted);
  const sources = rules.filter((rule) => !isManaged(rule, wanted.managed) && splits(rule, sides));
  if (
    wanted.routes.some((route) => route.mirror !== undefined) &&
    sources.some((rule) => mirrorsNameless(rule, sides))
  ) {
    throw new Problem("mirror routes need Gateway API CRDs in which rules have names");
  }
  const missing = wanted.routes.flatMap((route) => rulesFor(route, sources, sides, protocol));
  const kept = rules.flatMap((rule): readonly Json[] => {
    if (!isManaged(rule, wanted.managed) && !isNamelessOurs(rule, sources, wanted)) return [rule];
    const index = missing.findIndex((one) => isCounterpart(rule, one));
    const [wantedRule] = index < 0 ? [] : missing.splice(index, 1);
    if (wantedRule === undefined) return [];
    return [rule["name"] === undefined || covers(rule, wantedRule) ? rule : wantedRule];
  });
  return [...kept, ...missing];
}

function rulesFor(
  route: ManagedRoute,
  sources: readonly Json[],
  sides: Sides,
  protocol: Protocol,
): readonly Json[] {
  const { header, mirror } = route;
  const found = sources.flatMap((source): readonly Json[] => {
    if (header !== undefined) return [headerRule(source, header.match, sides, protocol)];
    if (mirror === undefined || protocol === "GRPCRoute") return [];
    return mirrorRule(source, mirror, sides);
  });
  return found.map((rule, index) => ({ name: index === 0 ? route.name : `${route.name}-${index}`, ...rule }));
}

function headerRule(source: Json, match: readonly unknown[], sides: Sides, protocol: Protocol): Json {
  const { filters } = source;
  return {
    matches: headerMatches(
      listIn(source, "matches"),
      match,
      protocol === "HTTPRoute" ? ["path", "method", "queryParams"] : ["method"],
    ),
    ...(filters === undefined ? {} : { filters }),
    backendRefs: [{ group: "", kind: "Service", name: sides.canary, ...portOf(source, sides) }],
  };
}

function portOf(source: Json, { canary }: Sides): Json {
  const port = numberIn(
    backendsOf(source).find((backend) => backend["name"] === canary),
    "port",
  );
  return port === undefined ? {} : { port };
}

/** A rule that splits as its source does and copies requests to the canary. */
function mirrorRule(
  source: Json,
  mirror: NonNullable<ManagedRoute["mirror"]>,
  sides: Sides,
): readonly Json[] {
  const matches = mirrorMatches(listIn(source, "matches"), mirror.match);
  if (matches.length === 0) return [];
  const backendRef = { group: "", kind: "Service", name: sides.canary, ...portOf(source, sides) };
  const percent =
    mirror.percentage === undefined || mirror.percentage === 100 ? {} : { percent: mirror.percentage };
  const filter = { type: "RequestMirror", requestMirror: { backendRef, ...percent } };
  return [{ matches, filters: [...listIn(source, "filters"), filter], backendRefs: backendsOf(source) }];
}

/**
 * Older CRDs drop the names of rules: a rule to the canary alone that asks for more headers than a rule that
 * splits.
 */
function isNamelessOurs(rule: Json, sources: readonly Json[], wanted: Wanted): boolean {
  if (wanted.managed.length === 0 || rule["name"] !== undefined || !isCanaryOnly(rule, sidesOf(wanted)))
    return false;
  const matches = listIn(rule, "matches");
  return (
    matches.length > 0 &&
    matches.every((match) => {
      const { headers, ...rest } = match;
      if (!Array.isArray(headers)) return false;
      return sources.some((source) =>
        matchesOrAll(source).some(({ headers: _own, ...other }) => covers(rest, other)),
      );
    })
  );
}

/**
 * A mirror rule whose name was dropped would be taken for one of the user's, and be added again and again.
 */
function mirrorsNameless(rule: Json, { canary }: Sides): boolean {
  if (rule["name"] !== undefined) return false;
  return listIn(rule, "filters").some(
    (filter) => textIn(filter, "requestMirror", "backendRef", "name") === canary,
  );
}

function matchesOrAll(source: Json): readonly Json[] {
  const matches = listIn(source, "matches");
  return matches.length === 0 ? [{}] : matches;
}

/** Whether a rule found stands for a rule that should exist: by its name, or without one by what it holds. */
function isCounterpart(rule: Json, wanted: Json): boolean {
  const { name, ...rest } = wanted;
  return rule["name"] === undefined ? covers(rule, rest) : rule["name"] === name;
}

/** The most rules that the CRDs accept. */
const mostRules = 16;

/** Refuses more rules than the API server takes. */
export function checkRules(rules: readonly Json[], what: string): void {
  if (rules.length <= mostRules) return;
  throw new Problem(
    `${what} would have ${rules.length} rules with the managed routes; at most ${mostRules} are possible`,
  );
}

/** The specification of a route with these rules. */
export function spec(route: unknown, rules: readonly Json[]): Json {
  return { ...fieldsIn(route, "spec"), rules };
}
