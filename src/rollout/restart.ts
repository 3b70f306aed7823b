import { controllerOf, type KubeObject, refOf, refText } from "../api/object.ts";
import type { Rollout } from "../api/rollout.ts";
import { type Instant, instant, justAfter, later, seconds } from "../api/time.ts";
import { type Effect, targetOf } from "../reconcile/effect.ts";
import { isAvailable } from "./podHealth.ts";
import { total } from "./replicaSet.ts";
import type { View } from "./view.ts";

/** What is to be done about `spec.restartAt`. */
export interface Restart {
  /** The evictions of this look; they come last. */
  readonly effects: readonly Effect[];
  /**
   * Whether a look that evicts does nothing else, and writes no status: a canary's sizes and weights are
   * decided once it is seen what is left.
   */
  readonly alone: boolean;
  /** `status.restartedAt` of the next status. */
  readonly restartedAt: string | undefined;
  /** When to look at the pods again. */
  readonly until: Instant | undefined;
}

/** How often pods that wait for their restart are looked at. */
const interval = seconds(30);

/** After evictions it is looked at once more soon, with what became of them. */
const soon = seconds(1);

/** Whether the pods of a Rollout are to be replaced now, so that they have to be listed. */
export function restartIsDue({ spec, status = {} }: Pick<Rollout, "spec" | "status">, now: Instant): boolean {
  const { restartAt } = spec;
  return restartAt !== undefined && !isRestarted(restartAt, status.restartedAt) && now > instant(restartAt);
}

/** Whether the restart that is wanted is the one that was carried out last, in whatever way it is written. */
export function isRestarted(wanted: string, done: string | undefined): boolean {
  return done !== undefined && instant(wanted) === instant(done);
}

/**
 * The next pods to replace because of `spec.restartAt`: those that are older, as many as may be missing and
 * at least one at a time, through evictions, so that disruption budgets hold (rollout-core 19). Where a
 * budget refused pods in the last look, others are tried, beside everything else: neither they nor the
 * rollout wait for it.
 */
export function restartFor(view: View): Restart {
  const { spec, status, now, seen } = view;
  const idle: Restart = {
    effects: [],
    alone: false,
    restartedAt: status.restartedAt,
    until: undefined,
  };
  const { restartAt } = spec;
  if (restartAt === undefined || isRestarted(restartAt, status.restartedAt)) return idle;
  const at = instant(restartAt);
  if (now <= at) return { ...idle, until: justAfter(at) };
  if (seen.pods === undefined) return { ...idle, until: later(now, interval) };
  const owned = ownedPods(view, seen.pods);
  const old = owned.filter((pod) => instant(pod.metadata.creationTimestamp ?? restartAt) < at);
  if (old.length === 0) return { ...idle, restartedAt: restartAt };

  const waits = { ...idle, until: later(now, interval) };
  const refused = refusedBefore(view);
  const candidates = old.filter((pod) => !isLeaving(pod) && !refused.has(refText(refOf(pod))));
  const effects = candidates.slice(0, Math.max(0, allowance(view, owned))).map(eviction);
  const alone = view.blueGreen === undefined && effects.length > 0 && refused.size === 0;
  return alone ? { ...waits, effects, alone, until: later(now, soon) } : { ...waits, effects };
}

function isLeaving({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}

function ownedPods({ allRSs }: View, pods: readonly KubeObject[]): readonly KubeObject[] {
  const sets = new Set(allRSs.map(({ object }) => object.metadata.uid));
  return pods.filter((pod) => sets.has(controllerOf(pod)?.uid));
}

/** How many pods may be evicted: never more than `maxUnavailable` are missing then, but one always may be. */
function allowance({ R, allRSs, budget, spec, now }: View, owned: readonly KubeObject[]): number {
  const available = owned.filter(
    (pod) => !isLeaving(pod) && isAvailable(pod, spec.minReadySeconds ?? 0, now),
  );
  return available.length - (Math.max(R, total(allRSs, "size")) - Math.max(budget.unavailable, 1));
}

/** The evictions that a disruption budget refused in the last look. */
function refusedBefore({ seen }: View): ReadonlySet<string> {
  const skipped = seen.last?.skipped ?? [];
  return new Set(
    skipped.filter((effect) => effect.do === "evict").map((effect) => refText(targetOf(effect))),
  );
}

function eviction(pod: KubeObject): Effect {
  return { do: "evict", ref: refOf(pod), why: "the restart that was asked for replaces this pod" };
}
