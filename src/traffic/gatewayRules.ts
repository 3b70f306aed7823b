import type { Json } from "../api/json.ts";
import { fieldsIn, listIn, textIn, weighted } from "./fields.ts";
import type { Wanted } from "./router.ts";
import {
  type AdditionalShare,
  highest,
  type Shares,
  type Sides,
  shareIn,
  sharesOf,
  sidesOf,
} from "./shares.ts";

/** The backends of a rule. */
export function backendsOf(rule: Json): readonly Json[] {
  return listIn(rule, "backendRefs");
}

/** Whether a rule splits between the two versions. */
export function splits(rule: Json, { canary, stable }: Sides): boolean {
  const names = backendsOf(rule).map((backend) => backend["name"]);
  return names.includes(canary) && names.includes(stable);
}

/** Whether everything that matches a rule goes to the canary. */
export function isCanaryOnly(rule: Json, { canary }: Sides): boolean {
  const [backend, ...others] = backendsOf(rule);
  return backend?.["name"] === canary && others.length === 0;
}

/**
 * The rules with weights on the backends of every rule that splits (traffic-cli-ops 2.11.2); the first of
 * them also carries the experiments (2.11.3). A rule with only one of the two backends is left alone: a
 * weight of 0 on its only backend would turn all its requests into errors. Undefined when no rule splits.
 */
export function weightedRules(
  rules: readonly Json[],
  wanted: Wanted,
  experiments: boolean,
): readonly Json[] | undefined {
  const sides = sidesOf(wanted);
  const first = rules.findIndex((rule) => splits(rule, sides));
  if (first < 0) return undefined;
  const whole = sharesOf({ ...wanted, additional: experiments ? wanted.additional : [] }, wanted.max);
  const plain = sharesOf({ ...wanted, additional: [] }, wanted.max);
  return rules.map((rule, index) => {
    if (!splits(rule, sides)) return rule;
    return index === first ? withExperiments(rule, sides, whole, wanted) : withWeights(rule, sides, plain);
  });
}

function withWeights(rule: Json, sides: Sides, { canary, stable }: Shares): Json {
  const backendRefs = backendsOf(rule).map((backend) => {
    if (backend["name"] === sides.canary) return weighted(backend, canary);
    return backend["name"] === sides.stable ? weighted(backend, stable) : backend;
  });
  return { ...rule, backendRefs };
}

/** Experiments that are over go, those that run get their weight, new ones are added behind. */
function withExperiments(rule: Json, sides: Sides, shares: Shares, { namespace, former }: Wanted): Json {
  const { additional } = shares;
  const shareOf = new Map(additional.map((one) => [one.service, one.weight]));
  const backends = backendsOf(withWeights(rule, sides, shares)).flatMap((backend): readonly Json[] => {
    const name = textIn(backend, "name") ?? "";
    const weight = shareOf.get(name);
    if (weight !== undefined) return [weighted(backend, weight)];
    return former.includes(name) ? [] : [backend];
  });
  const present = new Set(backends.map((backend) => backend["name"]));
  const added = additional
    .filter((one) => !present.has(one.service))
    .map((one) => backendFor(one, namespace));
  return { ...rule, backendRefs: [...backends, ...added] };
}

function backendFor({ service, port, weight }: AdditionalShare, namespace: string): Json {
  return { name: service, namespace, port, weight };
}

/** The canary's highest share over all rules that split; a weight that is not written counts as 1. */
export function carriedByRules(rules: readonly Json[], wanted: Wanted): number | undefined {
  const sides = sidesOf(wanted);
  const known = new Set([sides.stable, ...wanted.additional.map((one) => one.serviceName)]);
  const shares = rules
    .filter((rule) => splits(rule, sides))
    .map((rule) => {
      const weightOf = (backend: Json) => (typeof backend["weight"] === "number" ? backend["weight"] : 1);
      const canary = backendsOf(rule)
        .filter((backend) => backend["name"] === sides.canary)
        .map(weightOf);
      const others = backendsOf(rule)
        .filter((backend) => known.has(backend["name"] as string))
        .map(weightOf);
      return shareIn(
        canary.reduce((sum, weight) => sum + weight, 0),
        others,
        wanted.max,
      );
    });
  return highest(shares);
}

/** The rules of a route. */
export function rulesOf(route: unknown): readonly Json[] {
  return listIn(fieldsIn(route, "spec"), "rules");
}
