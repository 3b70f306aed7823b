import { controllerOf, type ObjectRef, refText } from "../api/object.ts";
import { type Effect, targetOf } from "../reconcile/effect.ts";
import type { Failure } from "../reconcile/plan.ts";
import type { ExperimentSnapshot } from "./snapshot.ts";

/** A write of the previous pass that the API server will not accept, however often it is tried. */
export interface Refusal {
  readonly effect: Effect;
  readonly message: string;
}

/**
 * Answers of the API server that another try may change: timeouts, missing objects, conflicts, too many
 * requests.
 */
const passing = new Set([404, 408, 409, 429]);

/** The write about this object that was refused in the previous pass. */
export function refusalOf(seen: ExperimentSnapshot, ref: ObjectRef): Refusal | undefined {
  const failed = seen.last?.failed;
  if (failed === undefined || failed.effect === "status") return undefined;
  const { effect, error } = failed;
  if (refText(targetOf(effect)) !== refText(ref)) return undefined;
  const isFinal = error.reason === "AlreadyExists" ? isTaken(seen, ref) : isRefused(error);
  return isFinal ? { effect, message: error.message } : undefined;
}

function isRefused({ code }: Failure): boolean {
  return code >= 400 && code < 500 && !passing.has(code);
}

/** Whether the name belongs to somebody else's object, and will go on doing so. */
function isTaken({ object, obstacle }: ExperimentSnapshot, ref: ObjectRef): boolean {
  if (obstacle === undefined || obstacle.metadata.deletionTimestamp !== undefined) return false;
  const { apiVersion, kind, metadata } = obstacle;
  const isIt = apiVersion === ref.apiVersion && kind === ref.kind && metadata.name === ref.name;
  return isIt && controllerOf(obstacle)?.uid !== object.metadata.uid;
}
