import type { IstioDestinationRule } from "../api/istioRouting.ts";
import type { Json } from "../api/json.ts";
import { numberIn, weighted } from "./fields.ts";
import { hostOf, subsetOf } from "./istioRoutes.ts";
import { type Shares, type Sides, shareIn } from "./shares.ts";

/** Whose destination it is. */
type Role = "canary" | "stable" | "additional" | "kept" | "foreign" | "skipped";

/** What decides the roles of destinations. */
export interface Roles {
  readonly rule: IstioDestinationRule | undefined;
  readonly sides: Sides;
  readonly additional: ReadonlySet<string>;
}

function roleOf(destination: Json, { rule, sides, additional }: Roles): Role {
  const host = hostOf(destination);
  const subset = rule === undefined ? "" : subsetOf(destination);
  if (host === "") return "skipped";
  if (host === sides.canary || (subset !== "" && subset === rule?.canarySubsetName)) return "canary";
  if (host === sides.stable || (subset !== "" && subset === rule?.stableSubsetName)) return "stable";
  if (additional.has(host)) return "additional";
  return rule?.additionalSubsetNames?.includes(subset) === true ? "kept" : "foreign";
}

/**
 * The destinations of a route with their weights (traffic-cli-ops 2.3.3): one that is nobody's goes when it
 * has traffic (trap T-42), subsets that are listed keep theirs at the cost of stable, experiments are added
 * behind.
 */
export function weightedDestinations(
  destinations: readonly Json[],
  shares: Shares,
  roles: Roles,
): readonly Json[] {
  const kept = destinations.filter((one) => roleOf(one, roles) === "kept").map(weightIn);
  const stable = Math.max(0, shares.stable - kept.reduce((sum, weight) => sum + weight, 0));
  const shareOf = new Map(shares.additional.map((one) => [one.service, one.weight]));
  const present = new Set(destinations.map(hostOf));
  const all = destinations.flatMap((one): readonly Json[] => {
    switch (roleOf(one, roles)) {
      case "canary":
        return [withWeight(one, shares.canary)];
      case "stable":
        return [withWeight(one, stable)];
      case "additional":
        return [withWeight(one, shareOf.get(hostOf(one)) ?? 0)];
      case "foreign":
        return weightIn(one) === 0 ? [one] : [];
      default:
        return [one];
    }
  });
  const added = shares.additional.filter(({ service }) => !present.has(service));
  const ordered = added.toSorted((one, other) => (one.service < other.service ? -1 : 1));
  return [...all, ...ordered.map(({ service, weight }) => ({ destination: { host: service }, weight }))];
}

/** A weight that is absent means 0 (trap T-49). */
function withWeight(destination: Json, weight: number): Json {
  return weightIn(destination) === weight ? destination : weighted(destination, weight);
}

function weightIn(destination: Json): number {
  return numberIn(destination, "weight") ?? 0;
}

/** The canary's part, of `max`, in these destinations. */
export function carriedByDestinations(destinations: readonly Json[], roles: Roles, max: number): number {
  const sum = (...wanted: readonly Role[]) =>
    destinations
      .filter((one) => wanted.includes(roleOf(one, roles)))
      .reduce((total, one) => total + weightIn(one), 0);
  return shareIn(sum("canary"), [sum("stable", "additional", "kept")], max);
}
