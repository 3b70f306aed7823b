import { type Conditions, conditionOf, refresh, replace, set, without } from "../reconcile/conditions.ts";
import { advanced } from "./advance.ts";
import { podsFailing } from "./podsFailing.ts";
import { pauseConditions, progressing } from "./progressing.ts";
import { isSaturated } from "./saturation.ts";
import type { Status } from "./status.ts";
import type { View } from "./view.ts";

/**
 * The conditions of the next status, in the order in which the reference evaluates them (rollout-core 7.4).
 */
export function conditionsFor(view: View, next: Status, abortDetail: string | undefined): Conditions {
  const observed = view.status.observedGeneration === next.observedGeneration;
  const old = without(view.status.conditions ?? [], "InvalidSpec");
  const begun = created(view, observed ? pauseConditions(view, view.status, old) : old);
  const healthy = isHealthy(view, next);
  const paused = view.spec.paused === true || (next.pauseConditions ?? []).length > 0;
  const withHealth = health(view, begun, healthy && !paused);
  const wasHealthy = conditionOf(begun, "Healthy")?.status === "True";
  const turnedUnhealthy = wasHealthy && !(healthy && !paused);
  const moved = progressing(view, next, withHealth, { healthy, paused, turnedUnhealthy, abortDetail });
  const all = completed(view, failure(view, available(view, moved, next)), next);
  const ours = podsFailing(view, next, pauseConditions(view, next, all));
  return advanced(view, next, ours);
}

/** A ReplicaSet that was created, or found, for this template (rollout-core 7.3, other writers). */
function created({ newRS, status, hash, now, revision }: View, conditions: Conditions): Conditions {
  if (newRS === undefined) return conditions;
  const fresh = status.currentPodHash !== hash && newRS.revision === revision && !newRS.hadHistory;
  const saying = { type: "Progressing", status: "True" };
  if (fresh) {
    const message = `Created new replica set "${newRS.name}"`;
    if (conditionOf(conditions, "Progressing")?.message === message) return conditions;
    return refresh(conditions, { ...saying, reason: "NewReplicaSetCreated", message }, now);
  }
  if (conditionOf(conditions, "Progressing") !== undefined) return conditions;
  return set(
    conditions,
    { ...saying, reason: "FoundNewReplicaSet", message: `Found new replica set "${newRS.name}"` },
    now,
  );
}

/** Whether everything is as the spec wants it, pauses apart (rollout-core 7.2, Healthy). */
function isHealthy(view: View, next: Status): boolean {
  const { R, status, blueGreen } = view;
  if ((next.updatedReplicas ?? 0) !== R || (next.availableReplicas ?? 0) !== R) return false;
  if (status.observedGeneration !== next.observedGeneration) return false;
  return blueGreen === undefined ? isCanaryDone(view, next) : isBlueGreenDone(view, next);
}

function isCanaryDone({ steps, R }: View, next: Status): boolean {
  const done =
    steps.length === 0 || next.currentStepIndex === undefined || next.currentStepIndex === steps.length;
  return done && isStable(next) && (next.replicas ?? 0) === R;
}

function isBlueGreenDone({ blueGreen }: View, next: Status): boolean {
  const { activeSelector, previewSelector } = next.blueGreen ?? {};
  const preview = (blueGreen?.previewService ?? "") === "" || previewSelector === next.currentPodHash;
  return activeSelector === next.currentPodHash && preview;
}

function isStable({ stableRS = "", currentPodHash }: Status): boolean {
  return stableRS !== "" && stableRS === currentPodHash;
}

function health({ now }: View, conditions: Conditions, healthy: boolean): Conditions {
  if (!healthy && conditionOf(conditions, "Healthy") === undefined) return conditions;
  const [status, message] = healthy ? ["True", "Rollout is healthy"] : ["False", "Rollout is not healthy"];
  return set(conditions, { type: "Healthy", status, reason: "RolloutHealthy", message }, now);
}

function available(view: View, conditions: Conditions, next: Status): Conditions {
  const { blueGreen, allRSs, R, now } = view;
  const active = allRSs.find((one) => one.hash === next.blueGreen?.activeSelector);
  const pods = allRSs.reduce((sum, one) => sum + one.reported, 0);
  const enough = blueGreen === undefined ? pods >= R : isSaturated(active, R) && active?.reported === R;
  const [status, message] = enough
    ? ["True", "Rollout has minimum availability"]
    : ["False", "Rollout does not have minimum availability"];
  return set(conditions, { type: "Available", status, reason: "AvailableReason", message }, now);
}

interface SourceCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

/** The failure that a ReplicaSet reports, word for word: that of the new one first (rollout-core 7.2). */
function failure({ newRS, allRSs }: View, conditions: Conditions): Conditions {
  const sets = newRS === undefined ? allRSs : [newRS, ...allRSs];
  const found = sets
    .flatMap(
      ({ object }) =>
        ((object["status"] ?? {}) as { conditions?: readonly SourceCondition[] }).conditions ?? [],
    )
    .find(({ type }) => type === "ReplicaFailure");
  if (found === undefined) return without(conditions, "ReplicaFailure");
  const { status, reason = "", message = "", lastTransitionTime: time = "" } = found;
  const old = conditionOf(conditions, "ReplicaFailure");
  if (old?.status === status && old.reason === reason) return conditions;
  const copy = {
    type: "ReplicaFailure",
    status,
    reason,
    message,
    lastUpdateTime: time,
    lastTransitionTime: time,
  };
  return [...without(conditions, "ReplicaFailure"), copy];
}

function completed({ now }: View, conditions: Conditions, next: Status): Conditions {
  const status = isStable(next) ? "True" : "False";
  return set(
    conditions,
    { type: "Completed", status, reason: "RolloutCompleted", message: "RolloutCompleted" },
    now,
  );
}

/** The condition of an invalid spec; a new text replaces it with new times (rollout-core 3.1). */
export function invalidSpec(view: Pick<View, "status" | "now">, message: string): Conditions {
  const { status, now } = view;
  const old = conditionOf(status.conditions, "InvalidSpec");
  if (old?.message === message) return status.conditions ?? [];
  return replace(
    status.conditions ?? [],
    { type: "InvalidSpec", status: "True", reason: "InvalidSpec", message },
    now,
  );
}
