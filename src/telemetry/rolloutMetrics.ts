import { apiVersion } from "../api/group.ts";
import type { KubeObject } from "../api/object.ts";
import type { Condition, RolloutStatus } from "../api/rolloutStatus.ts";
import type { Instant } from "../api/time.ts";
import type { CacheReader } from "../reconcile/ports.ts";
import { Family } from "./exposition.ts";
import { stuckSeconds } from "./stuck.ts";

/** The phases that `rollout_phase` has a series for. */
const phases = ["Completed", "Progressing", "Paused", "Timeout", "Error", "Abort"] as const;

/**
 * What the reason of the Progressing condition means for the metrics, which have phases of their own
 * (analysis 7.2).
 */
const phaseByReason = new Map([
  ["NewReplicaSetAvailable", "Completed"],
  ["RolloutPaused", "Paused"],
  ["ReplicaSetCreateError", "Error"],
  ["ProgressDeadlineExceeded", "Timeout"],
  ["RolloutAborted", "Abort"],
]);

/** The routers that `traffic_router` names; of several the last counts. */
const routers = [
  ["alb", "ALB"],
  ["ambassador", "Ambassador"],
  ["istio", "Istio"],
  ["nginx", "Nginx"],
  ["smi", "SMI"],
  ["appMesh", "AppMesh"],
] as const;

/**
 * The gauges about Rollouts, from the cache, in the Prometheus text format (analysis 7.2; the last one is
 * ours).
 */
export function rolloutMetrics(cache: CacheReader, now: Instant): string {
  const info = new Family("rollout_info", "gauge", "Information about a rollout.");
  const phase = new Family("rollout_phase", "gauge", "Deprecated, see rollout_info: the phase of a rollout.");
  const replicas = {
    available: new Family("rollout_info_replicas_available", "gauge", "Pods of the rollout that serve."),
    unavailable: new Family(
      "rollout_info_replicas_unavailable",
      "gauge",
      "Pods of the rollout that do not serve.",
    ),
    desired: new Family("rollout_info_replicas_desired", "gauge", "Pods that the rollout asks for."),
    updated: new Family("rollout_info_replicas_updated", "gauge", "Pods of the newest version."),
  };
  const stuck = new Family(
    "lotse_rollout_stuck_seconds",
    "gauge",
    "Seconds since an update got further while it waits for what should have come; 0 unless it is stuck.",
  );
  for (const rollout of cache.list({ apiVersion, kind: "Rollout" })) {
    const { namespace, name } = rollout.metadata;
    const status = (rollout["status"] ?? {}) as Partial<RolloutStatus>;
    const spec = (rollout["spec"] ?? {}) as { replicas?: number };
    const strategy = strategyOf(rollout);
    const current = rolloutPhase(status.conditions);
    info.add({ name, namespace, strategy, traffic_router: routerOf(rollout), phase: current }, 1);
    for (const each of phases)
      phase.add({ name, namespace, strategy, phase: each }, each === current ? 1 : 0);
    const { replicas: all = 0, availableReplicas: available = 0, updatedReplicas: updated = 0 } = status;
    replicas.available.add({ name, namespace }, available);
    replicas.unavailable.add({ name, namespace }, all - available);
    replicas.desired.add({ name, namespace }, spec.replicas ?? 1);
    replicas.updated.add({ name, namespace }, updated);
    stuck.add({ namespace, name }, stuckSeconds(rollout, now));
  }
  return [info, phase, ...Object.values(replicas), stuck].map((family) => family.text()).join("");
}

/** The phase that the metrics give a Rollout with these conditions. */
export function rolloutPhase(conditions: readonly Condition[] = []): string {
  if (conditions.some(({ type }) => type === "InvalidSpec")) return "InvalidSpec";
  const progressing = conditions.find(({ type }) => type === "Progressing");
  return phaseByReason.get(progressing?.reason ?? "") ?? "Progressing";
}

function strategyOf(rollout: KubeObject): string {
  const { blueGreen, canary } = strategiesOf(rollout);
  if (blueGreen) return "blueGreen";
  return canary ? "canary" : "none";
}

function routerOf(rollout: KubeObject): string {
  const routing = strategiesOf(rollout).canary?.trafficRouting ?? {};
  return routers.findLast(([key]) => routing[key])?.[1] ?? "";
}

interface Strategies {
  readonly blueGreen?: unknown;
  readonly canary?: { readonly trafficRouting?: Readonly<Record<string, unknown>> | null } | null;
}

function strategiesOf(rollout: KubeObject): Strategies {
  return (rollout["spec"] as { strategy?: Strategies } | undefined)?.strategy ?? {};
}
