import { label } from "../api/labels.ts";
import type { KubeObject } from "../api/object.ts";
import type { RolloutStatus } from "../api/rolloutStatus.ts";
import { type Instant, since } from "../api/time.ts";
import { type Effect, targetOf } from "../reconcile/effect.ts";
import { jsonOf, listOf } from "./json.ts";

/** A write of a moment, in words. */
export interface ShownEffect {
  readonly do: Effect["do"];
  readonly object: string;
  readonly why: string;
}

/** How a rollout stood when something had changed. */
export interface Moment {
  /** Seconds since the update. */
  readonly at: number;
  /** The index of the step; null where there are no steps. */
  readonly step: number | null;
  /** The share of the traffic that is meant for the new version. */
  readonly weight: number;
  /** How many pods of each version are available. */
  readonly pods: { readonly stable: number; readonly canary: number };
  readonly phase: string;
  readonly message: string;
  readonly effects: readonly ShownEffect[];
}

/** What can be seen of a rollout. */
export interface Sight {
  readonly rollout: KubeObject;
  readonly replicaSets: readonly KubeObject[];
}

/** Collects the moments of a rollout from its update on: one for each look that changed something. */
export class Timeline {
  readonly moments: Moment[] = [];
  /** When the last moment was. */
  changedAt: Instant;
  readonly #start: Instant;
  readonly #hash: unknown;
  #last = "";
  /** Whether the controller has seen the update. */
  #isBegun = false;

  /** `before` is the Rollout as it was when the update came. */
  constructor(start: Instant, before: KubeObject) {
    this.#start = start;
    this.changedAt = start;
    this.#hash = jsonOf(before["status"])["currentPodHash"];
  }

  /**
   * Takes in what a look at the rollout did and left behind. Writes after which it stands as before join the
   * last moment, when that is of the same instant.
   */
  add(sight: Sight, effects: readonly Effect[], now: Instant): void {
    this.#isBegun ||= jsonOf(sight.rollout["status"])["currentPodHash"] !== this.#hash;
    const state = stateOf(sight, this.#isBegun);
    const text = JSON.stringify(state);
    const isSame = text === this.#last;
    if (isSame && effects.length === 0) return;
    this.#last = text;
    this.changedAt = now;
    const at = Math.round(since(this.#start, now) / 10) / 100;
    const before = this.moments.at(-1);
    if (isSame && before?.at === at) {
      const joined = [...before.effects, ...effects.map(shown)];
      this.moments.splice(-1, 1, { ...before, effects: joined });
    } else this.moments.push({ at, ...state, effects: effects.map(shown) });
  }
}

function shown(effect: Effect): ShownEffect {
  const { kind, name } = targetOf(effect);
  return { do: effect.do, object: `${kind}/${name}`, why: effect.why };
}

/** How a rollout stands, when its update has begun or not yet. */
function stateOf({ rollout, replicaSets }: Sight, isBegun: boolean): Omit<Moment, "at" | "effects"> {
  const status = jsonOf(rollout["status"]) as RolloutStatus;
  const steps = stepsOf(rollout);
  const index = isBegun ? Math.min(status.currentStepIndex ?? 0, steps.length) : 0;
  const available = (hash: string | undefined) => availableIn(replicaSets, hash);
  const isStable = status.stableRS === status.currentPodHash;
  return {
    step: steps.length === 0 ? null : index,
    weight: isBegun ? weightOf(rollout, status, index) : 0,
    pods: { stable: available(status.stableRS), canary: isStable ? 0 : available(status.currentPodHash) },
    phase: status.phase ?? "",
    message: status.message ?? "",
  };
}

function stepsOf(rollout: KubeObject): readonly unknown[] {
  const { canary, blueGreen } = jsonOf(jsonOf(rollout["spec"])["strategy"]);
  return blueGreen === undefined ? listOf(jsonOf(canary)["steps"]) : [];
}

function availableIn(replicaSets: readonly KubeObject[], hash: string | undefined): number {
  const set = replicaSets.find(({ metadata }) => metadata.labels?.[label.podHash] === hash);
  return Number(jsonOf(set?.["status"])["availableReplicas"] ?? 0);
}

/**
 * The weight meant for the new version: the router's, else that of the last `setWeight` at or before the
 * index; 0 after an abort and 100 once it is promoted or all steps are done.
 */
function weightOf(rollout: KubeObject, status: RolloutStatus, index: number): number {
  const { canary, blueGreen } = jsonOf(jsonOf(rollout["spec"])["strategy"]);
  const isStable = status.stableRS === status.currentPodHash;
  if (blueGreen !== undefined) return status.blueGreen?.activeSelector === status.currentPodHash ? 100 : 0;
  if (isStable) return 100;
  const routed = status.canary?.weights?.canary.weight;
  if (jsonOf(canary)["trafficRouting"] !== undefined) return routed ?? 0;
  if (status.abort === true) return 0;
  const steps = stepsOf(rollout);
  if (steps.length > 0 && index >= steps.length) return 100;
  const weights = steps.slice(0, index + 1).map((step) => jsonOf(step)["setWeight"]);
  return Number(weights.findLast((weight) => typeof weight === "number") ?? 0);
}
