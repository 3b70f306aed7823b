import { type Conditions, set } from "../reconcile/conditions.ts";
import type { Plan, StatusWrite } from "../reconcile/plan.ts";
import { birth, isLost } from "./birth.ts";
import { phaseOf } from "./phase.ts";
import { plainWrite } from "./statusWrite.ts";
import type { View } from "./view.ts";

/**
 * Creates the ReplicaSet of a new template. What went wrong the last time is told in the status; a name that
 * belongs to another object is avoided by counting the collision, which changes the hash (rollout-core 9.5).
 */
export function birthPlan(view: View): Plan {
  const failed = view.seen.last?.failed;
  const creating =
    failed !== undefined &&
    failed.effect !== "status" &&
    failed.effect.do === "create" &&
    failed.effect.object.kind === "ReplicaSet";
  const setName = `${view.name}-${view.hash}`;
  if (!creating || failed === undefined) return { effects: birth(view), status: born(view, setName) };
  if (failed.error.reason === "AlreadyExists") {
    const collisionCount = (view.status.collisionCount ?? 0) + 1;
    return { effects: [], status: plainWrite(view, { ...view.status, collisionCount }, []) };
  }
  const message = `Failed to create new replica set "${setName}": ${failed.error.message}`;
  const saying = { type: "Progressing", status: "False", reason: "ReplicaSetCreateError", message };
  const conditions: Conditions = set(view.status.conditions ?? [], saying, view.now);
  const next = { ...view.status, conditions };
  const { phase, message: why } = phaseOf(view, next);
  return {
    effects: birth(view),
    status: plainWrite(view, { ...next, phase, ...(why === "" ? {} : { message: why }) }, [
      { type: "Warning", reason: "ReplicaSetCreateError", message },
    ]),
    problem: message,
  };
}

/**
 * Tells that a ReplicaSet which was lost is created again: that ends what was said before, such as a pause
 * (rollout-core 7.3, 10.2). Of one for a new template the look that begins its update tells.
 */
function born(view: View, name: string): StatusWrite | undefined {
  if (!isLost(view)) return undefined;
  const message = `Created new replica set "${name}"`;
  const saying = { type: "Progressing", status: "True", reason: "NewReplicaSetCreated", message };
  const conditions = set(view.status.conditions ?? [], saying, view.now);
  const { updatedReplicas: _gone, ...rest } = view.status; // so that its first pods are progress
  return { ...plainWrite(view, { ...rest, conditions }, []), urgent: true };
}
