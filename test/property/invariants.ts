import { label } from "../../src/api/labels.ts";
import type { KubeObject } from "../../src/api/object.ts";
import type { Effect } from "../../src/reconcile/effect.ts";
import type { Plan } from "../../src/reconcile/plan.ts";
import type { RolloutSnapshot } from "../../src/rollout/snapshot.ts";
import type { Setup } from "./history.ts";

type Json = Readonly<Record<string, unknown>>;

/** A value inside an object. */
export function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((found, field) => (found as Json | undefined | null)?.[field], value);
}

function numberAt(value: unknown, ...path: readonly string[]): number {
  return Number(at(value, ...path) ?? 0);
}

const weightAnnotation = "nginx.ingress.kubernetes.io/canary-weight";

/** The weight that a canary Ingress carries. */
export function weightIn(ingress: unknown): number {
  return numberAt(ingress, "metadata", "annotations", weightAnnotation);
}

/** One ReplicaSet as the look saw it, and the size that its plan gives it. */
interface Sized {
  readonly hash: string;
  readonly size: number;
  readonly available: number;
  readonly next: number;
}

/** Looks into every decision about a Rollout and says what it breaks. */
export class Invariants {
  readonly broken: string[] = [];
  readonly #setup: Setup;
  /** How many looks in a row saw an aborted canary that still has traffic although stable could take it. */
  #late = 0;

  constructor(setup: Setup) {
    this.#setup = setup;
  }

  /** Checks a decision against what was seen. */
  check(seen: RolloutSnapshot, plan: Plan): void {
    const look = lookOf(seen, plan);
    if (look.routed) {
      this.#raise(look);
      this.#abort(look);
    }
    this.#shrink(look);
    this.#sums(plan);
    this.#switch(look);
  }

  /** Says that something is broken. */
  report(invariant: string, what: string): void {
    this.broken.push(`${invariant}: ${what}`);
  }

  /** I1: a raise needs the pods of both sides. */
  #raise({ before, after, R, newHash, stableHash, sets }: Look): void {
    if (after === undefined || after <= before) return;
    const fresh = sets.find(({ hash }) => hash === newHash)?.available ?? 0;
    const stable = sets.find(({ hash }) => hash === stableHash)?.available ?? 0;
    // A step that scales the canary may ask for fewer pods than the weight would.
    const scaled = this.#setup.steps.some((step) => "scale" in step);
    if (fresh < (scaled ? 1 : Math.ceil((after * R) / 100))) {
      this.report("I1", `weight ${before} to ${after} with ${fresh} of ${R} canary pods available`);
    }
    if (stable < Math.floor(((100 - after) * R) / 100)) {
      this.report("I1", `weight ${before} to ${after} with ${stable} of ${R} stable pods available`);
    }
  }

  /** I1: recorded weights sum to 100. */
  #sums(plan: Plan): void {
    const weights = at(plan.status?.patch, "canary", "weights") as Json | undefined | null;
    const [canary, stable] = [at(weights, "canary", "weight"), at(weights, "stable", "weight")];
    if (typeof canary === "number" && typeof stable === "number" && canary + stable !== 100) {
      this.report("I1", `weights ${canary} and ${stable} are recorded`);
    }
  }

  /** I1: a Service that carries traffic is pointed to a version with available pods only. */
  #switch({ seen, plan, sets, routed }: Look): void {
    for (const effect of plan.effects) {
      if (effect.do !== "patch" || effect.ref.kind !== "Service" || effect.ref.name !== "web-stable")
        continue;
      const hash = at(effect.body, "spec", "selector", label.podHash);
      const set = sets.find((one) => one.hash === hash);
      const before = at(seen.services.get("web-stable"), "spec", "selector", label.podHash);
      if (before === undefined || typeof hash !== "string" || (set?.available ?? 0) > 0) continue;
      this.report(
        "I1",
        `web-stable is pointed to ${hash}, which has no available pod${routed ? " (routed)" : ""}`,
      );
    }
  }

  /** I2: pods leave only when nothing seen before needs them. */
  #shrink(look: Look): void {
    const { sets, routed, R } = look;
    const left = sets.reduce((sum, { available, next }) => sum + Math.min(available, next), 0);
    const was = sets.reduce((sum, { available }) => sum + available, 0);
    const shrinks = sets.some(({ size, next }) => next < size);
    if (!shrinks) return;
    const least = Math.min(was, R - unavailable(this.#setup, R));
    if (this.#setup.strategy !== "blueGreen" && !routed && left < least) {
      const sizes = sets.map(({ size, available, next }) => `${available}/${size} to ${next}`).join(", ");
      this.report("I2", `${left} available pods are left of ${was} where ${least} are needed (${sizes})`);
    }
    const scaled =
      this.#setup.steps.some((step) => "scale" in step) && at(look.seen.object, "status", "abort") !== true;
    for (const set of sets) {
      const asked = scaled && set.hash === look.newHash;
      const traffic = trafficOf(set, look);
      const need = Math.min(set.available, asked ? Math.sign(traffic) : Math.ceil((traffic * R) / 100));
      if (set.next < set.size && set.next < need) {
        this.report(
          "I2",
          `${set.hash} goes from ${set.size} to ${set.next} pods while its traffic needs ${need}`,
        );
      }
    }
  }

  /** I3: an aborted canary loses its traffic as soon as stable can take it, and never gets more. */
  #abort({ seen, before, after, R, stableHash, sets }: Look): void {
    const stable = sets.find(({ hash }) => hash === stableHash);
    const aborted = at(seen.object, "status", "abort") === true && this.#setup.strategy === "routed";
    if (!aborted || stable === undefined) {
      this.#late = 0;
      return;
    }
    if ((after ?? before) > before) this.report("I3", `weight ${before} to ${after} after an abort`);
    const able = stable.available >= Math.max(1, R - unavailable(this.#setup, R));
    const failed = seen.last?.failed !== undefined;
    this.#late =
      able && before > 0 && !failed && at(seen.object, "spec", "paused") !== true ? this.#late + 1 : 0;
    if (this.#late > 2) this.report("I3", `weight ${before} at look ${this.#late} after an abort`);
  }
}

/** What a look saw and decided, as the invariants speak of it. */
interface Look {
  readonly seen: RolloutSnapshot;
  readonly plan: Plan;
  readonly R: number;
  readonly routed: boolean;
  /** The canary's weight as the router carries it, and as the plan makes it. */
  readonly before: number;
  readonly after: number | undefined;
  readonly newHash: string;
  readonly stableHash: string;
  readonly sets: readonly Sized[];
}

function lookOf(seen: RolloutSnapshot, plan: Plan): Look {
  const router = seen.routers[0];
  const canaryIngress = router?.objects[1];
  const weights = plan.effects.flatMap((effect) => writtenWeight(effect) ?? []);
  return {
    seen,
    plan,
    R: numberAt(seen.object, "spec", "replicas") || 1,
    routed: router !== undefined,
    before: weightIn(canaryIngress),
    after: weights.at(-1),
    newHash:
      seen.replicaSets.find((set) => imageIn(set) === seen.hash)?.metadata.labels?.[label.podHash] ??
      seen.hash,
    stableHash: String(at(seen.object, "status", "stableRS") ?? ""),
    sets: seen.replicaSets.map((set) => sizedOf(set, plan)),
  };
}

function imageIn(set: KubeObject): string | undefined {
  return set.metadata.labels?.[label.podHash];
}

function sizedOf(set: KubeObject, plan: Plan): Sized {
  const size = numberAt(set, "spec", "replicas");
  const wanted = plan.effects.flatMap((effect) => {
    if (effect.do !== "patch" || effect.ref.kind !== "ReplicaSet" || effect.ref.name !== set.metadata.name)
      return [];
    const next = at(effect.body, "spec", "replicas");
    return typeof next === "number" ? [next] : [];
  });
  return {
    hash: set.metadata.labels?.[label.podHash] ?? "",
    size,
    available: Math.min(size, numberAt(set, "status", "availableReplicas")),
    next: wanted.at(-1) ?? size,
  };
}

/** The weight that an effect gives the canary Ingress. */
function writtenWeight(effect: Effect): number | undefined {
  if (effect.do === "create" && effect.object.kind === "Ingress") return weightIn(effect.object);
  if (effect.do !== "patch" || effect.ref.kind !== "Ingress") return undefined;
  const text = at(effect.body, "metadata", "annotations", weightAnnotation);
  return text === undefined ? undefined : Number(text);
}

/** The share of the traffic that goes to a version before the plan, as the data plane may still send it. */
function trafficOf({ hash }: Sized, { seen, before, routed }: Look): number {
  const selects = (name: string) => at(seen.services.get(name), "spec", "selector", label.podHash);
  if (!routed)
    return seen.rollout.spec.strategy?.blueGreen !== undefined && selects("web-stable") === hash ? 100 : 0;
  const stable = selects("web-stable") === hash ? 100 - before : 0;
  const canary = selects("web-canary") === hash ? before : 0;
  return stable + canary;
}

/** How many of R pods may be missing, resolved as the reference does for canaries (rollout-core 2.5). */
export function unavailable({ maxSurge, maxUnavailable }: Setup, R: number): number {
  const part = (value: number | string, round: (count: number) => number) =>
    typeof value === "number" ? value : round((Number.parseFloat(value) * R) / 100);
  const surge = part(maxSurge, Math.ceil);
  const count = part(maxUnavailable, Math.floor);
  return Math.min(R, surge === 0 && count === 0 ? 1 : count);
}
