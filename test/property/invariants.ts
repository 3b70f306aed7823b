import type { Plan } from "../../src/reconcile/plan.ts";
import type { RolloutSnapshot } from "../../src/rollout/snapshot.ts";
import { isRouted, type Setup } from "./history.ts";
import { at, numberAt } from "./json.ts";
import { type Look, lookOf } from "./look.ts";
import { routingOf } from "./manifests.ts";
import type { Flows, Routing } from "./routing.ts";

/** Looks into every decision about a Rollout and says what it breaks. */
export class Invariants {
  readonly broken: string[] = [];
  readonly #setup: Setup;
  readonly #routing: Routing | undefined;
  /** How many looks in a row saw an aborted canary that still has traffic although stable could take it. */
  #late = 0;

  constructor(setup: Setup) {
    this.#setup = setup;
    this.#routing = routingOf(setup);
  }

  /** Checks a decision against what was seen. */
  check(seen: RolloutSnapshot, plan: Plan): void {
    const look = lookOf(seen, plan, this.#routing);
    for (const [place, moment] of look.moments.entries()) {
      const before = look.moments[place - 1];
      if (before === undefined) continue;
      if (this.#routing !== undefined) this.#raise(look, before, moment);
      this.#switch(look, before, moment);
    }
    this.#abort(look);
    this.#shrink(look);
    this.#sums(look);
  }

  /** Says that something is broken. */
  report(invariant: string, what: string): void {
    this.broken.push(`${invariant}: ${what}`);
  }

  /** I1: a raise needs the pods of both sides. */
  #raise(look: Look, { canary: { share: before } }: Flows, { canary }: Flows): void {
    const { R, newHash, stableHash } = look;
    const { share: after, hash = newHash } = canary;
    if (after <= before) return;
    const fresh = availableIn(look, hash);
    const stable = availableIn(look, stableHash);
    // A step that scales the canary may ask for fewer pods than the weight would.
    const least = isScaled(look.seen) ? 1 : this.#enough(Math.ceil((after * R) / 100));
    if (fresh < Math.max(1, least)) {
      this.report("I1", `weight ${before} to ${after} with ${fresh} of ${R} canary pods available`);
    }
    if (stable < this.#enough(Math.floor(((100 - after) * R) / 100))) {
      this.report("I1", `weight ${before} to ${after} with ${stable} of ${R} stable pods available`);
    }
  }

  /** So many pods are enough by the threshold of the setup. */
  #enough(wanted: number): number {
    return Math.ceil((wanted * (this.#setup.threshold ?? 100)) / 100);
  }

  /** I1: weights sum to 100, in the objects at each moment and in what is recorded. */
  #sums({ plan, moments }: Look): void {
    for (const { canary, stable, others } of moments) {
      const shares = [canary, stable, ...others].map(({ share }) => share);
      if (this.#routing !== undefined && sum(shares) !== 100) {
        this.report("I1", `the router carries ${shares.join(" and ")}`);
      }
    }
    const recorded = weightsIn(plan.status?.patch);
    if (recorded !== undefined && sum(recorded) !== 100) {
      this.report("I1", `weights ${recorded.join(" and ")} are recorded`);
    }
  }

  /** I1: what carries traffic is pointed to a version with available pods only. */
  #switch(look: Look, before: Flows, after: Flows): void {
    for (const side of ["canary", "stable"] as const) {
      const [{ hash: from }, { hash: to, share }] = [before[side], after[side]];
      if (from === undefined || to === undefined || from === to || share === 0) continue;
      if (availableIn(look, to) > 0) continue;
      this.report("I1", `${share} % of the traffic turn from ${from} to ${to}, which has no available pod`);
    }
  }

  /** I2: pods leave only when nothing seen before needs them. */
  #shrink(look: Look): void {
    const { sets, R } = look;
    if (!sets.some(({ size, next }) => next < size)) return;
    if (this.#setup.strategy === "basic") this.#shrinkUnrouted(look);
    const scaled = isScaled(look.seen) && at(look.seen.object, "status", "abort") !== true;
    for (const { hash, size, next, available } of sets) {
      const traffic = Math.max(...look.moments.map((moment) => trafficOf(hash, moment)));
      const asked = scaled && hash === look.newHash;
      const need = Math.min(available, asked ? Math.sign(traffic) : Math.ceil((traffic * R) / 100));
      if (next < size && next < need) {
        this.report("I2", `${hash} goes from ${size} to ${next} pods while its traffic needs ${need}`);
      }
    }
  }

  #shrinkUnrouted({ sets, R }: Look): void {
    const left = sets.reduce((sum, { available, next }) => sum + Math.min(available, next), 0);
    const was = sets.reduce((sum, { available }) => sum + available, 0);
    const least = Math.min(was, R - unavailable(this.#setup, R));
    if (left >= least) return;
    const sizes = sets.map(({ size, available, next }) => `${available}/${size} to ${next}`).join(", ");
    this.report("I2", `${left} available pods are left of ${was} where ${least} are needed (${sizes})`);
  }

  /** I3: an aborted canary loses its traffic as soon as stable can take it, and never gets more. */
  #abort(look: Look): void {
    const { seen, R, stableHash, moments } = look;
    const { strategy } = this.#setup;
    const aborted = at(seen.object, "status", "abort") === true;
    if (!aborted || !isRouted(strategy) || strategy === "dynamic" || stableHash === "") {
      this.#late = 0;
      return;
    }
    const before = moments[0].canary.share;
    const after = Math.max(...moments.map(({ canary }) => canary.share));
    if (after > before) this.report("I3", `weight ${before} to ${after} after an abort`);
    const able = availableIn(look, stableHash) >= Math.max(1, R - unavailable(this.#setup, R));
    const failed = seen.last?.failed !== undefined;
    const isHeld = failed || at(seen.object, "spec", "paused") === true;
    this.#late = able && before > 0 && !isHeld ? this.#late + 1 : 0;
    if (this.#late > 2) this.report("I3", `weight ${before} at look ${this.#late} after an abort`);
  }
}

function sum(shares: readonly number[]): number {
  return shares.reduce((total, share) => total + share, 0);
}

/** All weights that are recorded, if those of both sides are. */
function weightsIn(patch: unknown): readonly number[] | undefined {
  const weights = at(patch, "canary", "weights");
  const sides = [at(weights, "canary", "weight"), at(weights, "stable", "weight")];
  if (sides.some((weight) => typeof weight !== "number")) return undefined;
  const additional = at(weights, "additional");
  const others = Array.isArray(additional) ? additional.map((one) => numberAt(one, "weight")) : [];
  return [...sides.map(Number), ...others];
}

function availableIn({ sets }: Look, hash: string): number {
  return sets.find((set) => set.hash === hash)?.available ?? 0;
}

/** The share of the traffic that goes to a version. */
function trafficOf(hash: string, { canary, stable }: Flows): number {
  return (canary.hash === hash ? canary.share : 0) + (stable.hash === hash ? stable.share : 0);
}

/** Whether a step says how many canary pods there are. */
function isScaled({ rollout }: RolloutSnapshot): boolean {
  const steps = rollout.spec.strategy?.canary?.steps ?? [];
  return steps.some(({ setCanaryScale }) => setCanaryScale !== undefined);
}

/** How many of R pods may be missing, resolved as the reference does for canaries (rollout-core 2.5). */
function unavailable({ maxSurge, maxUnavailable }: Setup, R: number): number {
  const part = (value: number | string, round: (count: number) => number) =>
    typeof value === "number" ? value : round((Number.parseFloat(value) * R) / 100);
  const surge = part(maxSurge, Math.ceil);
  const count = part(maxUnavailable, Math.floor);
  return Math.min(R, surge === 0 && count === 0 ? 1 : count);
}
