import type { Plan } from "../reconcile/plan.ts";
import { antiAffinityEffect } from "./antiAffinity.ts";
import { replicasEffect } from "./birth.ts";
import { previewService } from "./blueGreen.ts";
import { revisionEffect, upkeepOf } from "./maintenance.ts";
import { stay } from "./move.ts";
import type { Replicas } from "./replicaSet.ts";
import { resize, scaledEvent } from "./resize.ts";
import { nextStatus } from "./status.ts";
import { statusWrite } from "./statusWrite.ts";
import { strategyOf } from "./strategy.ts";
import type { Verdict } from "./verdict.ts";
import type { View } from "./view.ts";
import { workloadNote } from "./workloadRef.ts";

/** Nothing is judged while an update begins. */
const noVerdict: Verdict = {
  aborted: false,
  detail: undefined,
  timedOut: false,
  promoteFull: false,
  clears: true,
  pauses: [],
  analyses: { runs: new Map(), effects: [], events: [], abort: undefined, inconclusive: false },
  experiment: {
    current: undefined,
    succeeded: false,
    inconclusive: false,
    abort: undefined,
    effects: [],
    events: [],
  },
};

/**
 * Template or steps have changed: the update begins anew, with one status write (rollout-core 13.2). Going
 * back to the stable version, or to a recent one, skips the steps.
 */
export function begin(view: View, newRS: Replicas): Plan {
  const { steps, status, inWindow, blueGreen, seen } = view;
  const end = steps.length === 0 ? undefined : steps.length;
  const skip = blueGreen === undefined && end !== undefined ? skipText() : undefined;
  const move = stay(skip === undefined ? (end === undefined ? undefined : 0) : end, {
    reset: true,
    clears: true,
    skip,
    promote: initial(view),
  });
  const weights = status.canary?.weights;
  const selectors = strategyOf(view).selectors(view);
  const holds = seen.routers.length === 0; // what the last update wanted stands until the next look
  const found = { weights, holds, selectors, restartedAt: status.restartedAt };
  const next = nextStatus(view, noVerdict, move, found);
  const upkeep = upkeepOf(view, newRS);
  // A first version of blue-green is scaled and completed in one; else the update begins before its pods.
  const born = bornEvent(view, newRS);
  const [more, after] = move.promote === undefined ? [[], born] : [born, []];
  const write = statusWrite(view, next, { move, verdict: noVerdict, more });
  return {
    effects: [
      ...workloadNote(view),
      ...antiAffinityEffect(view),
      ...resize({ set: newRS, upkeep, why: "it is the current version" }),
      ...revisionEffect(view, upkeep.revision),
      ...replicasEffect(seen.object),
      ...previewService(view, undefined),
    ],
    status: { ...write, events: [...write.events, ...after] },
  };

  function skipText(): string | undefined {
    if (status.stableRS === newRS.hash) return "Rollback to stable ReplicaSets";
    return inWindow && newRS.size > 0 ? "Rollback to active ReplicaSets within RollbackWindow" : undefined;
  }
}

/**
 * The very first version of blue-green is stable from the start (rollout-core 15.6); a canary's is in the
 * next look.
 */
function initial({ blueGreen, status }: View): string | undefined {
  return blueGreen !== undefined && (status.stableRS ?? "") === "" ? "Initial deploy" : undefined;
}

/** A ReplicaSet is born with its first pods; the event of that scaling follows that of the update's begin. */
function bornEvent({ status, revision }: View, newRS: Replicas) {
  const isNew = newRS.revision === revision && status.currentPodHash !== newRS.hash && newRS.size > 0;
  return isNew && !newRS.hadHistory ? [scaledEvent({ name: newRS.name, size: 0 }, newRS.size, revision)] : [];
}
