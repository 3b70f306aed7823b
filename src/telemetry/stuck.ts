import type { KubeObject } from "../api/object.ts";
import type { RolloutStatus } from "../api/rolloutStatus.ts";
import { type Instant, seconds } from "../api/time.ts";

interface Spec {
  readonly paused?: boolean;
  readonly minReadySeconds?: number;
  readonly strategy?: { readonly canary?: { readonly steps?: readonly Step[] } | null } | null;
}

interface Step {
  readonly pause?: object | null;
  readonly analysis?: object | null;
  readonly experiment?: object | null;
}

/** How long pods and routers take usually, beside the `minReadySeconds` of pods. */
const usual = 10;

/**
 * The seconds for which an update has got no further although what it waits for should have come: pods, a
 * router, a Service. 0 while it is not under way, held by a person, aborted, refused, at a step that waits by
 * design (pause, analysis, experiment), and in the first 10 seconds and `minReadySeconds` after the last
 * progress. Pods that fail count from then on, whatever else moves.
 */
export function stuckSeconds(rollout: KubeObject, now: Instant): number {
  const spec = (rollout["spec"] ?? {}) as Spec;
  const status = (rollout["status"] ?? {}) as Partial<RolloutStatus>;
  if (!isUnderWay(status) || waitsByDesign(spec, status)) return 0;
  const since = lastAdvance(status);
  const span = since === undefined ? 0 : now - since;
  return span <= seconds(usual + (spec.minReadySeconds ?? 0)) ? 0 : Math.floor(span / 1000);
}

function isUnderWay({
  currentPodHash = "",
  stableRS = "",
  abort,
  conditions = [],
}: Partial<RolloutStatus>): boolean {
  const refused = conditions.some(({ type }) => type === "InvalidSpec");
  return currentPodHash !== "" && currentPodHash !== stableRS && abort !== true && !refused;
}

function waitsByDesign({ paused, strategy }: Spec, status: Partial<RolloutStatus>): boolean {
  if (paused === true || (status.pauseConditions ?? []).length > 0) return true;
  const { prePromotionAnalysisRunStatus: before, postPromotionAnalysisRunStatus: after } =
    status.blueGreen ?? {};
  if ([before, after].some((run) => run?.status === "Running")) return true;
  const step = strategy?.canary?.steps?.[status.currentStepIndex ?? 0];
  return Boolean(step?.pause ?? step?.analysis ?? step?.experiment);
}

/** The last progress, or when pods began to fail if that was before. */
function lastAdvance({ conditions = [] }: Partial<RolloutStatus>): number | undefined {
  const time = (type: string, field: "lastUpdateTime" | "lastTransitionTime") =>
    Date.parse(conditions.find((condition) => condition.type === type)?.[field] ?? "");
  const advanced = time("Advanced", "lastUpdateTime");
  const moved = Number.isNaN(advanced) ? time("Progressing", "lastUpdateTime") : advanced;
  const times = [moved, time("PodsFailing", "lastTransitionTime")].filter((at) => !Number.isNaN(at));
  return times.length === 0 ? undefined : Math.min(...times);
}
