import type { Wanted } from "./router.ts";

/** One destination beside canary and stable, with its share. */
export interface AdditionalShare {
  readonly service: string;
  readonly hash: string;
  readonly weight: number;
  readonly port: number;
}

/** Who gets how much of a router's whole. */
export interface Shares {
  readonly canary: number;
  readonly stable: number;
  readonly additional: readonly AdditionalShare[];
}

/**
 * The shares of a router whose weights add up to `whole`. With another maximum than that they are scaled,
 * rounded towards stable (trap T-12); nothing is ever negative (trap T-50).
 */
export function sharesOf({ weight, max, additional }: Wanted, whole: number): Shares {
  const scaled = (share: number) => (whole === max ? share : Math.floor((share * whole) / max));
  const others = additional.map((one) => ({
    service: one.serviceName,
    hash: one.podTemplateHash,
    weight: scaled(one.weight),
    port: one.port ?? 8080,
  }));
  const canary = scaled(weight);
  const taken = others.reduce((sum, one) => sum + one.weight, canary);
  return { canary, stable: Math.max(0, whole - taken), additional: others };
}

/** The canary's part, of `max`, when all known weights are these; rounded up, as nobody may count on less. */
export function shareIn(canary: number, others: readonly number[], max: number): number {
  const total = others.reduce((sum, weight) => sum + weight, canary);
  return total <= 0 ? 0 : Math.ceil((max * canary) / total);
}

/** The highest of some shares; undefined when none could be told. */
export function highest(shares: readonly (number | undefined)[]): number | undefined {
  const known = shares.filter((share) => share !== undefined);
  return known.length === 0 ? undefined : Math.max(...known);
}

/** The Services of the two versions. */
export interface Sides {
  readonly canary: string;
  readonly stable: string;
}

/** The two Services by their fixed names. */
export function fixedSides({ canaryService, stableService }: Wanted): Sides {
  return { canary: canaryService, stable: stableService };
}

/** The ping-pong pair in its present roles, or undefined when there is none (traffic-cli-ops 1.8). */
export function pingPongSides({ pingPong }: Wanted): Sides | undefined {
  if (pingPong === undefined) return undefined;
  const { ping, pong, stable } = pingPong;
  return stable === "ping" ? { canary: pong, stable: ping } : { canary: ping, stable: pong };
}

/** The fixed names, or the ping-pong pair when neither is set. */
export function sidesOf(wanted: Wanted): Sides {
  const named = wanted.canaryService !== "" || wanted.stableService !== "";
  return named ? fixedSides(wanted) : (pingPongSides(wanted) ?? fixedSides(wanted));
}

/** What is wanted when routing ends: everything to stable, nothing of ours left. */
export function ended(wanted: Wanted): Wanted {
  const former = [...wanted.former, ...wanted.additional.map((one) => one.serviceName)];
  return { ...wanted, weight: 0, additional: [], former, routes: [], unready: undefined };
}

/** What a write is for, in plain words: the weight, and the header and mirror routes that stand beside it. */
export function purpose({ weight, max, routes }: Wanted, through: string): string {
  const beside = routes.length === 0 ? "" : `, with ${routes.map((route) => route.name).join(", ")}`;
  return `send ${weight} of ${max} to the canary through ${through}${beside}`;
}
