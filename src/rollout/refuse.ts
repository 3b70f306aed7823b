import { later } from "../api/time.ts";
import type { Plan } from "../reconcile/plan.ts";
import { phaseOf } from "./phase.ts";
import type { RolloutSnapshot } from "./snapshot.ts";
import { invalidSpec } from "./statusConditions.ts";
import { plainWrite } from "./statusWrite.ts";
import type { View } from "./view.ts";

/**
 * Says that the spec is invalid and reconciles nothing else (rollout-core 3.1): no scaling, no switch. The
 * rest of the status stays, so that the rollout goes on where it was when the spec is valid again.
 */
export function refuse(view: View, { message, retryAfter }: NonNullable<RolloutSnapshot["invalid"]>): Plan {
  const { status, seen, name, now } = view;
  const text = `The Rollout "${name}" is invalid: ${message}`;
  const said = {
    ...status,
    observedGeneration: String(seen.object.metadata.generation ?? 0),
    conditions: invalidSpec(view, text),
  };
  const next = { ...said, ...phaseOf(view, said) };
  const requeueAt = retryAfter === undefined ? undefined : later(now, retryAfter);
  return { effects: [], status: plainWrite(view, next, []), requeueAt };
}
