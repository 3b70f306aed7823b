import { earliest, type Instant, justAfter } from "../api/time.ts";
import { conditionOf } from "../reconcile/conditions.ts";
import type { Effect, EventNote } from "../reconcile/effect.ts";
import type { Plan } from "../reconcile/plan.ts";
import { problemEvents } from "../traffic/trouble.ts";
import { advanceDeadline } from "./advance.ts";
import { antiAffinityEffect } from "./antiAffinity.ts";
import { replicasEffect } from "./birth.ts";
import { forgotten } from "./history.ts";
import { revisionEffect, revisionFor } from "./maintenance.ts";
import { metadataFor } from "./metadata.ts";
import type { Move } from "./move.ts";
import { podsLook } from "./overdue.ts";
import type { Pods } from "./pods.ts";
import { deadlineApplies, deadlineOf } from "./progressing.ts";
import { type Change, delays, resize, resizes, shrinks } from "./resize.ts";
import type { Restart } from "./restart.ts";
import { expired } from "./retention.ts";
import type { Switches } from "./services.ts";
import { nextStatus, type Status } from "./status.ts";
import { statusWrite } from "./statusWrite.ts";
import { strategyOf } from "./strategy.ts";
import type { Verdict } from "./verdict.ts";
import type { View } from "./view.ts";
import type { Traffic } from "./weight.ts";
import { workloadHold } from "./workloadHold.ts";
import { workloadNote, workloadScaleDown } from "./workloadRef.ts";

/** Everything that was decided in one look. */
export interface Decided {
  readonly verdict: Verdict;
  readonly traffic: Traffic;
  readonly pods: Pods;
  readonly services: Switches;
  readonly move: Move;
  readonly restart: Restart;
}

/**
 * Puts what was decided into a safe order: grow, then route, then shrink (style: the rules of a plan). A look
 * that moves a routed canary on leaves the shrinking to the next one, so that milestones keep their order; a
 * version between goes with a promotion at the latest, before that gives it a delay.
 */
export function planOf(view: View, { verdict, traffic, pods, services, move, restart }: Decided): Plan {
  const { seen } = view;
  if (isRetried(view, move)) return retried(view, verdict, move, traffic);
  const promotes = move.promote !== undefined && !view.promoted;
  const movesOn = view.traffic && (move.completed !== undefined || promotes);
  const routed = view.traffic || view.blueGreen !== undefined;
  const isLast = (change: Change) => routed && (shrinks(change) || delays(change));
  const mayGo = (change: Change) =>
    delays(change) || !movesOn || (promotes && view.otherRSs.includes(change.set));
  const first = pods.changes.filter((change) => !isLast(change));
  const last = pods.changes.filter((change) => isLast(change) && mayGo(change));
  const found = {
    weights: traffic.recorded,
    holds: traffic.holds,
    selectors: strategyOf(view).selectors(view),
    restartedAt: restart.restartedAt,
  };
  const next = nextStatus(view, verdict, move, found);
  const effects = [
    ...workloadNote(view),
    ...antiAffinityEffect(view),
    ...first.flatMap(resize),
    ...revisionEffect(view, revisionFor(view)),
    ...replicasEffect(seen.object),
    ...services.before,
    ...traffic.effects,
    ...services.after,
    ...verdict.experiment.effects,
    ...verdict.analyses.effects,
    ...last.flatMap(resize),
    ...leftovers(view, verdict),
    ...metadataFor(view),
    ...workloadHold(view),
    ...workloadScaleDown(view),
    ...restart.effects,
  ];
  return {
    effects,
    status: statusWrite(view, next, { move, verdict, more: [...routerTrouble(traffic), ...confirmed(view)] }),
    requeueAt: earliest(soonest(view, next, pods, move), restart.until, ...retries(view)),
    problem: traffic.problem,
  };
}

/** Whether an abort was taken back since the last look. */
function isRetried({ status }: View, move: Move): boolean {
  return status.abortedAt !== undefined && status.abort !== true && !move.aborted;
}

/** A retry is told first; the pods follow in the next look (rollout-core 16.5). */
function retried(view: View, verdict: Verdict, move: Move, traffic: Traffic): Plan {
  const selectors = strategyOf(view).selectors(view);
  const { recorded: weights, holds } = traffic;
  const found = { weights, holds, selectors, restartedAt: view.status.restartedAt };
  const told = { ...move, pauses: [] }; // a pause begins in the look after
  const next = nextStatus(view, verdict, told, found);
  const effects = [...verdict.experiment.effects, ...verdict.analyses.effects];
  return { effects, status: statusWrite(view, next, { move: told, verdict, more: [] }) };
}

/** What is deleted because enough newer ones exist: ReplicaSets, runs, experiments. */
function leftovers(view: View, verdict: Verdict): readonly Effect[] {
  const runs = new Set([...verdict.analyses.runs.values()].map(({ name }) => name));
  const experiments = new Set(verdict.experiment.current === undefined ? [] : [verdict.experiment.current]);
  return [
    ...forgotten(view),
    ...expired(view, view.seen.runs, runs),
    ...expired(view, view.seen.experiments, experiments),
  ];
}

function routerTrouble({ problem }: Traffic): readonly EventNote[] {
  return problem === undefined ? [] : problemEvents(problem);
}

/** What AWS has just said. */
function confirmed({ seen: { aws } }: View): readonly EventNote[] {
  return [...(aws?.weight?.events ?? []), ...(aws?.targets?.events ?? [])];
}

/** When AWS is asked again. */
function retries({ seen: { aws }, now }: View): readonly Instant[] {
  const ends = [aws?.weight?.retryAt, aws?.targets?.retryAt];
  return ends.filter((end) => end !== undefined && end > now) as Instant[];
}

/** The first instant at which another look would decide something else. */
function soonest(view: View, next: Status, pods: Pods, move: Move): Instant | undefined {
  const resized = pods.changes.some(resizes);
  if (resized) return earliest(move.until, pods.until);
  return earliest(move.until, pods.until, progressDeadline(view, next), podsLook(view)?.next);
}

/** When the rollout will count as stuck, unless something moves before (rollout-core 17.3). */
function progressDeadline(view: View, next: Status): Instant | undefined {
  const conditions = next.conditions ?? [];
  const reason = conditionOf(conditions, "Progressing")?.reason ?? "";
  const settled = ["NewReplicaSetAvailable", "ProgressDeadlineExceeded"].includes(reason);
  if (settled || !deadlineApplies(view, next, conditions)) return undefined;
  const ends = [deadlineOf(view, conditions), advanceDeadline(view, conditions)];
  const until = earliest(...ends.filter((end) => end !== undefined && end >= view.now));
  return until === undefined ? undefined : justAfter(until);
}
