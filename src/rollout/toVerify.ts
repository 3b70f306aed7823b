import type { AlbRouting } from "../api/trafficRouting.ts";
import { hostsOf, type IngressHosts } from "../traffic/albVerify.ts";
import type { Wanted } from "../traffic/router.ts";
import { fixedSides, pingPongSides } from "../traffic/shares.ts";
import { recordedRun } from "./analysisPlaces.ts";
import { activeHash } from "./blueGreen.ts";
import type { Verdict } from "./verdict.ts";
import type { View } from "./view.ts";
import { type Traffic, wantedNow } from "./weight.ts";

/** A question about weights. */
export interface WeightQuestion {
  readonly config: AlbRouting;
  readonly ingresses: readonly IngressHosts[];
  readonly wanted: Wanted;
  readonly gates: boolean;
}

/**
 * What AWS is to confirm of the weights: at a `setWeight` step and at the end of the steps, once the
 * Ingresses carry the weight; and once anyway, to fill the status (traffic-cli-ops 2.2.5).
 */
export function weightToVerify(view: View, verdict: Verdict, traffic: Traffic): WeightQuestion | undefined {
  const { seen, stableRS, promoted, steps, index, M, status } = view;
  const alb = seen.routers.find(({ name }) => name === "alb");
  if (alb === undefined || stableRS === undefined || !traffic.holds) return undefined;
  const step = index === undefined ? undefined : steps[index];
  const atWeight = step?.setWeight !== undefined && step.setWeight === traffic.weight;
  const atEnd = steps.length > 0 && index === steps.length && traffic.weight === M;
  const gates = !promoted && !verdict.aborted && !verdict.promoteFull && (atWeight || atEnd);
  const isUnknown = status.alb === undefined && (status.albs ?? []).length === 0;
  if (!gates && !isUnknown) return undefined;
  const ingresses = hostsOf(alb.objects);
  return { config: alb.config as AlbRouting, ingresses, wanted: wantedNow(view, verdict), gates };
}

/**
 * The Service whose pods are to be targets before the old ones go: the active one between switch and
 * promotion, the stable one after the promotion of a canary behind ALB (traffic-cli-ops 2.2.6).
 */
export function serviceToVerify(view: View, verdict: Verdict): string | undefined {
  const { seen, blueGreen, canary, status, promoted, otherRSs, hash } = view;
  if (blueGreen !== undefined) {
    const began = recordedRun(status, "PostPromotion") !== undefined;
    const switched = status.stableRS !== undefined && activeHash(view) === hash;
    return switched && !promoted && !began && !verdict.aborted ? blueGreen.activeService : undefined;
  }
  if (!promoted || canary === undefined || !seen.routers.some(({ name }) => name === "alb")) return undefined;
  if (!otherRSs.some(({ size, deadline }) => size > 0 && deadline === undefined)) return undefined;
  const wanted = wantedNow(view, verdict);
  return (pingPongSides(wanted) ?? fixedSides(wanted)).stable;
}
