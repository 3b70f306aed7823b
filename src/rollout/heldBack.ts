import type { Plan } from "../reconcile/plan.ts";
import { countsOf } from "./counters.ts";
import { revisionEffect, upkeepOf } from "./maintenance.ts";
import { phaseOf } from "./phase.ts";
import type { Replicas } from "./replicaSet.ts";
import { resize } from "./resize.ts";
import type { Status } from "./status.ts";
import { conditionsFor } from "./statusConditions.ts";
import { plainWrite } from "./statusWrite.ts";
import type { View } from "./view.ts";
import { workloadNote } from "./workloadRef.ts";

/**
 * Whether an update has to wait until a canary goes on that a person holds: the number of replicas was
 * changed meanwhile, which comes before anything else and is not carried out while it is held (rollout-core
 * 10.3, 11.2).
 */
export function isHeldBack(view: View): boolean {
  const { canary, spec, status } = view;
  return canary !== undefined && spec.paused === true && status.abort !== true && isRescaled(view);
}

/** Whether new or stable version have pods, and not yet been told the number of replicas (10.3). */
export function isRescaled({ newRS, stableRS, R }: View): boolean {
  return [newRS, stableRS].some(
    (set) => set !== undefined && set.size > 0 && set.desired !== undefined && set.desired !== R,
  );
}

/** Nothing but what is seen of pods and conditions gets into the status of an update that waits. */
export function heldBack(view: View, newRS: Replicas): Plan {
  const { HPAReplicas, availableReplicas } = countsOf(view);
  const { message: _old, ...rest } = view.status;
  const draft: Status = {
    ...rest,
    observedGeneration: String(view.seen.object.metadata.generation ?? 0),
    ...(HPAReplicas === 0 ? {} : { HPAReplicas }),
    ...(availableReplicas === 0 ? {} : { availableReplicas }),
  };
  const said = { ...draft, conditions: conditionsFor(view, draft, undefined) };
  const { phase, message } = phaseOf(view, said);
  const upkeep = upkeepOf(view, newRS);
  return {
    effects: [
      ...workloadNote(view),
      ...resize({ set: newRS, upkeep, why: "it is the current version" }),
      ...revisionEffect(view, upkeep.revision),
    ],
    status: plainWrite(view, { ...said, phase, ...(message === "" ? {} : { message }) }, []),
  };
}
