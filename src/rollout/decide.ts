import type { Instant } from "../api/time.ts";
import type { Plan } from "../reconcile/plan.ts";
import { begin } from "./begin.ts";
import { birthPlan } from "./birthPlan.ts";
import { claims } from "./claims.ts";
import { heldBack, isHeldBack } from "./heldBack.ts";
import { type Decided, planOf } from "./planOf.ts";
import { refuse } from "./refuse.ts";
import { type Restart, restartFor } from "./restart.ts";
import type { RolloutSnapshot } from "./snapshot.ts";
import { strategyOf } from "./strategy.ts";
import { verdictOf } from "./verdict.ts";
import { type View, viewOf } from "./view.ts";
import { trafficFor } from "./weight.ts";
import { isLeaving, leave } from "./workloadHold.ts";

/** What one look at a Rollout decides. Pure: the same snapshot and instant give the same plan. */
export function decide(seen: RolloutSnapshot, now: Instant): Plan {
  const view = viewOf(seen, now);
  if (isLeaving(seen.object)) return leave(view);
  const claimed = claims(view);
  if (claimed.length > 0) return { effects: claimed }; // who belongs to whom comes first
  if (seen.invalid !== undefined) return refuse(view, seen.invalid);
  if (view.newRS === undefined) return birthPlan(view);
  if (view.changed) return isHeldBack(view) ? heldBack(view, view.newRS) : begin(view, view.newRS);

  const restart = restartFor(view); // old pods go, a few at a time
  if (restart.alone) return { effects: restart.effects, requeueAt: restart.until };
  return planOf(view, decidedOn(view, restart));
}

/** Everything that is decided about an update that has begun. */
export function decidedOn(view: View, restart: Restart): Decided {
  const strategy = strategyOf(view);
  const verdict = verdictOf(view); // may it go on at all
  const traffic = trafficFor(view, verdict); // never towards missing pods
  const pods = strategy.pods(view, verdict, traffic); // never away from traffic
  const services = strategy.services(view, verdict, traffic);
  const move = strategy.move(view, verdict, traffic, pods.atRest); // done, waiting, paused, aborted, promoted
  return { verdict, traffic, pods, services, move, restart };
}
