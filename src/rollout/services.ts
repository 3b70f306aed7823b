import { annotation, label } from "../api/labels.ts";
import { type KubeObject, refOf } from "../api/object.ts";
import type { Effect } from "../reconcile/effect.ts";
import type { Replicas } from "./replicaSet.ts";
import type { Verdict } from "./verdict.ts";
import type { View } from "./view.ts";
import { rollsBackSlowly, type Traffic, waitsForStable } from "./weight.ts";

/** How careful a switch is: only to available pods, or without looking (ping-pong, abort, preview). */
type Check = "available" | "none";

/** The pod hash that a Service selects; empty when it selects none. */
export function selectedBy(service: KubeObject | undefined): string {
  const { selector = {} } = (service?.["spec"] ?? {}) as { selector?: Readonly<Record<string, string>> };
  return selector[label.podHash] ?? "";
}

/**
 * The switch of a Service to a version (rollout-core 11.3), or nothing when it selects it already, is not
 * named, or the version is not ready for users: fully available for a Service that we take over, one pod for
 * one of ours.
 */
export function point(
  view: View,
  name: string | undefined,
  set: Replicas | undefined,
  check: Check,
): readonly Effect[] {
  const service = view.seen.services.get(name ?? "");
  if (service === undefined || set === undefined) return [];
  const old = selectedBy(service);
  if (old === set.hash || (check === "available" && !isReadyFor(service, set))) return [];
  return [switched(view, service, set.hash)];
}

function isReadyFor({ metadata }: KubeObject, { size, available }: Replicas): boolean {
  const ours = metadata.annotations?.[annotation.managedBy] !== undefined;
  return available > 0 && (ours || (size > 0 && size <= available));
}

/** The patch of a selector and, where it is missing, of the annotation that says whose Service it is. */
export function switched({ name }: View, service: KubeObject, hash: string): Effect {
  const ours = service.metadata.annotations?.[annotation.managedBy] !== undefined;
  const old = selectedBy(service);
  return {
    do: "patch",
    ref: refOf(service),
    type: "merge",
    body: {
      ...(ours ? {} : { metadata: { annotations: { [annotation.managedBy]: name } } }),
      spec: { selector: { [label.podHash]: hash } },
    },
    why: `point ${service.metadata.name} to ${hash}`,
    event: {
      type: "Normal",
      reason: "SwitchService",
      message: `Switched selector for service '${service.metadata.name}' from '${old}' to '${hash}'`,
    },
  };
}

/** Switches of Services: those that come before the weights are written, and those after. */
export interface Switches {
  readonly before: readonly Effect[];
  readonly after: readonly Effect[];
}

/**
 * Where the Services of a canary point (rollout-core 11.3, 14.6): one target each, so that none flaps on
 * abort. Where the canary's weight falls while its Service turns to a newer version, the weight goes first.
 */
export function canaryServices(view: View, verdict: Verdict, traffic: Traffic): Switches {
  const { canary, stableRS, promoted } = view;
  if (canary === undefined) return { before: [], after: [] };
  const stable = point(view, canary.stableService, stableRS, "available");
  const falls = !promoted && !verdict.aborted && traffic.weight < (traffic.carried ?? 0);
  const side = [...pingPong(view), ...canarySide(view, canary.canaryService, verdict, traffic)];
  if (!falls) return { before: [...stable, ...side], after: [] };
  return { before: stable, after: wouldOverload(view, traffic) ? [] : side };
}

/**
 * Whether the weight that should fall cannot yet, and the new version has no pods for it, or fewer than the
 * one that carries it: its Service waits.
 */
function wouldOverload(view: View, { effects }: Traffic): boolean {
  const { canary, newRS, allRSs, seen } = view;
  const name = canary?.pingPong === undefined ? canary?.canaryService : canarySideOf(view);
  const hash = selectedBy(seen.services.get(name ?? ""));
  const serving = allRSs.find((set) => set.hash === hash)?.available ?? 0;
  const { available = 0 } = newRS ?? {};
  return effects.length === 0 && (available === 0 || serving > available);
}

/** The canary Service selects the new version, and the stable one after an abort. */
function canarySide(
  view: View,
  name: string | undefined,
  verdict: Verdict,
  traffic: Traffic,
): readonly Effect[] {
  const { newRS, stableRS, dynamic, traffic: routed, promoted } = view;
  // The first version is stable before it is canary.
  if (rollsBackSlowly(view) || stableRS === undefined) return [];
  if (!verdict.aborted || promoted) return point(view, name, newRS, "available");
  if (!routed) return point(view, name, stableRS, "available");
  if (dynamic && traffic.weight > 0) return [];
  // Traffic still flows to the aborted version.
  if (waitsForStable(traffic) && (traffic.carried ?? 0) > 0) return [];
  return point(view, name, stableRS, traffic.problem === undefined ? "none" : "available");
}

/**
 * The side of a ping-pong pair that plays canary selects the new version; the stable one is touched only
 * where it was not turned in time.
 */
function pingPong(view: View): readonly Effect[] {
  if (view.promoted) return point(view, stableSideOf(view), view.stableRS, "available");
  return point(view, canarySideOf(view), view.newRS, "none");
}

/** Whether the side of a ping-pong pair that plays canary was seen to select the new version. */
export function isTurned(view: View): boolean {
  const service = view.seen.services.get(canarySideOf(view) ?? "");
  return service === undefined || selectedBy(service) === view.newRS?.hash;
}

/**
 * The versions that a ping-pong pair sends traffic to, by what its routers were seen to carry: its Services
 * stay where they are after a promotion, so that what they select alone says nothing.
 */
export function servedByPair(view: View, carried: number | undefined): readonly string[] {
  if (view.canary?.pingPong === undefined || carried === undefined) return [];
  const serving = [
    carried > 0 ? canarySideOf(view) : undefined,
    carried < view.M ? stableSideOf(view) : undefined,
  ];
  return serving.map((name) => selectedBy(view.seen.services.get(name ?? ""))).filter((hash) => hash !== "");
}

/** The Service of a ping-pong pair that is stable now; undefined before the first promotion. */
function stableSideOf({ canary, status }: View): string | undefined {
  const { pingService, pongService } = canary?.pingPong ?? {};
  const side = status.canary?.stablePingPong;
  if (side === undefined) return undefined;
  return side === "ping" ? pingService : pongService;
}

/** The Service of a ping-pong pair that plays canary now. */
function canarySideOf({ canary, status }: View): string | undefined {
  const { pingService, pongService } = canary?.pingPong ?? {};
  return status.canary?.stablePingPong === "ping" ? pongService : pingService;
}
