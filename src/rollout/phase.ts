import { measures } from "./analysisPlaces.ts";
import { isRestarted } from "./restart.ts";
import type { Status } from "./status.ts";
import type { View } from "./view.ts";

/** The phase and its explanation, as clients show them. */
export interface PhaseSaying {
  readonly phase: "Healthy" | "Progressing" | "Paused" | "Degraded";
  readonly message: string;
}

/** The phase that a new status has: the first test that holds (rollout-core 6.1). */
export function phaseOf(view: View, next: Status): PhaseSaying {
  return degraded(next) ?? paused(view, next) ?? progressing(view, next) ?? { phase: "Healthy", message: "" };
}

function degraded({ conditions = [] }: Status): PhaseSaying | undefined {
  for (const { type, reason, message } of conditions) {
    if (type === "InvalidSpec") return { phase: "Degraded", message: `InvalidSpec: ${message}` };
    if (reason === "RolloutAborted" || reason === "ProgressDeadlineExceeded") {
      return { phase: "Degraded", message: `${reason}: ${message}` };
    }
  }
  return undefined;
}

function paused({ spec }: View, next: Status): PhaseSaying | undefined {
  if (spec.paused === true) return { phase: "Paused", message: "manually paused" };
  const [first] = next.pauseConditions ?? [];
  return first === undefined ? undefined : { phase: "Paused", message: first.reason };
}

function progressing(view: View, next: Status): PhaseSaying | undefined {
  const because = waitingFor(view, next);
  return because === undefined ? undefined : { phase: "Progressing", message: because };
}

function waitingFor(view: View, next: Status): string | undefined {
  const { spec, R } = view;
  const { updatedReplicas = 0, availableReplicas = 0 } = next;
  if (spec.restartAt !== undefined && !isRestarted(spec.restartAt, next.restartedAt))
    return "rollout is restarting";
  if (updatedReplicas < R) return "more replicas need to be updated";
  if (availableReplicas < updatedReplicas) return "updated replicas are still becoming available";
  return view.blueGreen === undefined ? canaryWaits(view, next) : blueGreenWaits(view, next);
}

function blueGreenWaits({ blueGreen }: View, next: Status): string | undefined {
  const active = next.blueGreen?.activeSelector ?? "";
  if (active === "" || active !== next.currentPodHash) return "active service cutover pending";
  if (isStable(next)) return undefined;
  const done = ["Successful", "Failed", "Error", "Inconclusive"];
  const run = next.blueGreen?.postPromotionAnalysisRunStatus;
  return measures(blueGreen?.postPromotionAnalysis) && !done.includes(run?.status ?? "")
    ? "waiting for analysis to complete"
    : "waiting for post-promotion verification to complete";
}

function canaryWaits({ traffic }: View, next: Status): string | undefined {
  const { replicas = 0, updatedReplicas = 0 } = next;
  if (!traffic && replicas > updatedReplicas) return "old replicas are pending termination";
  return isStable(next) ? undefined : "waiting for all steps to complete";
}

function isStable({ stableRS = "", currentPodHash }: Status): boolean {
  return stableRS !== "" && stableRS === currentPodHash;
}
