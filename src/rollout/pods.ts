import { earliest, type Instant } from "../api/time.ts";
import { abortDelay } from "./abortDelay.ts";
import { scaleInForce } from "./canaryWeight.ts";
import { nextBasicSizes, routedSizes } from "./counts.ts";
import { upkeepOf } from "./maintenance.ts";
import { podsForWeight } from "./podsTraffic.ts";
import type { Replicas } from "./replicaSet.ts";
import { type Change, resizes, shrinks } from "./resize.ts";
import { canaryLeavers } from "./scaleDown.ts";
import type { Verdict } from "./verdict.ts";
import type { View } from "./view.ts";
import type { Traffic } from "./weight.ts";

/** What is to change on the ReplicaSets, in the order in which sizes follow each other. */
export interface Pods {
  readonly changes: readonly Change[];
  /** When a delay ends. */
  readonly until: Instant | undefined;
  /** Whether no ReplicaSet is being resized. */
  readonly atRest: boolean;
}

/**
 * The ReplicaSets of a canary: stable, then new, then the others (rollout-core 11.2). Never away from
 * traffic.
 */
export function canaryPods(view: View, verdict: Verdict, traffic: Traffic): Pods {
  const { newRS } = view;
  if (newRS === undefined) return { changes: [], until: undefined, atRest: true };
  if (isHalted(view, verdict)) return upkeepOnly(view, newRS);
  const leavers = canaryLeavers(view, traffic);
  const mine = view.traffic ? routed(view, verdict, traffic, newRS) : basic(view, verdict, newRS);
  const changes = [...mine.changes, ...leavers.changes];
  const atRest = !changes.some(resizes);
  const until = earliest(mine.until, leavers.until);
  if (traffic.effects.length === 0) return { changes, until, atRest };
  return { changes: [...mine.changes.map(standing), ...leavers.changes.filter(stays)], until, atRest };
}

/** While a router is written to, traffic may go where it was seen to go: what would shrink stands (I2). */
function standing(change: Change): Change {
  return shrinks(change) ? { ...change, size: change.set.size } : change;
}

function stays(change: Change): boolean {
  return !shrinks(change);
}

/** Nothing is scaled while a person holds the rollout or is asked about an analysis. */
function isHalted({ spec, status }: View, verdict: Verdict): boolean {
  const asked = (status.pauseConditions ?? []).some(({ reason }) => reason === "InconclusiveAnalysisRun");
  return spec.paused === true || (asked && !verdict.clears && !verdict.aborted) || verdict.pauses.length > 0;
}

/** The upkeep of the current ReplicaSet without any resizing. */
export function upkeepOnly(view: View, newRS: Replicas): Pods {
  const change = { set: newRS, upkeep: upkeepOf(view, newRS), why: "keep it in step with its Rollout" };
  return { changes: [change], until: undefined, atRest: true };
}

interface Sized {
  readonly changes: readonly Change[];
  readonly until: Instant | undefined;
}

function basic(view: View, verdict: Verdict, newRS: Replicas): Sized {
  const { stableRS, R } = view;
  const { canary, stable } = nextBasicSizes(view, verdict.aborted);
  return {
    changes: [...stableChange(stableRS, newRS, stable, R), newChange(view, newRS, canary)],
    until: undefined,
  };
}

function routed(view: View, verdict: Verdict, traffic: Traffic, newRS: Replicas): Sized {
  const { stableRS, R } = view;
  const { canary, stable } = routedSizes(view, verdict.aborted, traffic);
  const stableChanges = stableChange(stableRS, newRS, Math.max(stable, stableFor(view, traffic)), R);
  const delay = abortDelay(view, newRS, verdict.aborted);
  if (delay === undefined) {
    return {
      changes: [...stableChanges, newChange(view, newRS, notAwayFrom(view, traffic, newRS, canary))],
      until: undefined,
    };
  }
  const size = notAwayFrom(view, traffic, newRS, delay.size);
  const upkeep = upkeepOf(view, newRS);
  const kept: Change = { set: newRS, size, deadline: delay.deadline, desired: R, upkeep, why: delay.why };
  return { changes: [...stableChanges, kept], until: delay.until };
}

/**
 * The stable pods for the weight that is wanted: where it has to fall further than the step asks for, a
 * dynamic stable version grows for it. The peer's does not, and its weight then never falls.
 */
function stableFor({ dynamic, R, M }: View, { carried, weight }: Traffic): number {
  return dynamic && carried !== undefined ? podsForWeight(M - weight, { replicas: R, max: M }) : 0;
}

/**
 * The size, or as many pods as the traffic needs that was seen to go to this version (I2). A `setCanaryScale`
 * in force says itself how many these are; one pod stays in any case.
 */
function notAwayFrom(view: View, { carried = 0 }: Traffic, newRS: Replicas, size: number): number {
  if (size >= newRS.size || carried === 0) return size;
  const { R, M, status } = view;
  const isAsked = status.abort !== true && scaleInForce(view, false) !== undefined;
  const needed = isAsked ? 1 : podsForWeight(carried, { replicas: R, max: M });
  return Math.min(newRS.size, Math.max(size, needed));
}

/** The stable ReplicaSet where it is not the new one itself. */
export function stableChange(
  stableRS: Replicas | undefined,
  newRS: Replicas,
  size: number,
  R: number,
): readonly Change[] {
  if (stableRS === undefined || stableRS === newRS) return [];
  const why = whyResized(size - stableRS.size, "stable has to carry more", "stable has less to carry");
  return [{ set: stableRS, size, deadline: null, desired: R, why }];
}

/** The new ReplicaSet with its upkeep, in one request. */
export function newChange(view: View, newRS: Replicas, size: number): Change {
  const [more, fewer] = ["the new version needs these pods", "the new version needs fewer pods"];
  const why = whyResized(size - newRS.size, more, fewer);
  return { set: newRS, size, deadline: null, desired: view.R, upkeep: upkeepOf(view, newRS), why };
}

function whyResized(by: number, more: string, fewer: string): string {
  if (by === 0) return "keep it in step with its Rollout";
  return by > 0 ? more : fewer;
}
