import { activeHash, blueGreenMove, blueGreenPods, blueGreenServices, previewHash } from "./blueGreen.ts";
import { canaryMove } from "./canary.ts";
import type { Move } from "./move.ts";
import { canaryPods, type Pods } from "./pods.ts";
import { canaryServices, type Switches } from "./services.ts";
import type { Found } from "./status.ts";
import type { Verdict } from "./verdict.ts";
import type { View } from "./view.ts";
import type { Traffic } from "./weight.ts";

/** What tells canary and blue-green apart; everything after is shared. */
export interface Strategy {
  pods(view: View, verdict: Verdict, traffic: Traffic): Pods;
  services(view: View, verdict: Verdict, traffic: Traffic): Switches;
  move(view: View, verdict: Verdict, traffic: Traffic, podsAtRest: boolean): Move;
  /** What its Services select, for the status. */
  selectors(view: View): Found["selectors"];
}

const canary: Strategy = {
  pods: canaryPods,
  services: canaryServices,
  move: canaryMove,
  selectors: () => undefined,
};

const blueGreen: Strategy = {
  pods: blueGreenPods,
  services: (view, verdict) => ({ before: blueGreenServices(view, verdict), after: [] }),
  move: blueGreenMove,
  selectors: (view) => ({ active: activeHash(view), preview: previewHash(view) }),
};

/** The strategy of a Rollout. */
export function strategyOf(view: View): Strategy {
  return view.blueGreen === undefined ? canary : blueGreen;
}
