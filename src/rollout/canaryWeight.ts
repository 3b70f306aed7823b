import type { CanaryStep } from "../api/steps.ts";
import type { View } from "./view.ts";

/** The value of the last `setWeight` among the first `count` steps, or 0. */
export function lastWeight(steps: readonly CanaryStep[], count: number): number {
  return steps.slice(0, Math.max(0, count)).findLast((step) => step.setWeight !== undefined)?.setWeight ?? 0;
}

/**
 * The weight of the step at the index: of the nearest `setWeight` at or before it; all once the steps are
 * done.
 */
export function weightAt({ steps, M }: View, index: number | undefined): number {
  if (index === undefined || index >= steps.length) return M;
  return lastWeight(steps, index + 1);
}

/** The `setCanaryScale` in force (rollout-core 12.4); only a canary with traffic routing has one. */
export function scaleInForce(view: View, aborted: boolean): CanaryStep["setCanaryScale"] {
  const { steps, traffic, canary, index } = view;
  if (!traffic || index === undefined || index >= steps.length) return undefined;
  if (aborted && canary?.abortScaleDownDelaySeconds !== 0) return undefined;
  const step = steps.slice(0, index + 1).findLast(({ setCanaryScale }) => setCanaryScale !== undefined);
  return step?.setCanaryScale?.matchTrafficWeight === true ? undefined : step?.setCanaryScale;
}

/**
 * The weight that the number of canary pods follows (rollout-core 12.1); `replicas` when a step gives that
 * number. `stepDown` is asked for the weight of an abort with a dynamic stable scale.
 */
export function scaleWeight(
  view: View,
  aborted: boolean,
  stepDown: () => number,
): number | { replicas: number } {
  const { status, M, dynamic, newRS, stableRS, index } = view;
  const { stableRS: stable = "", promoteFull } = status;
  if (promoteFull === true || stable === "" || status.currentPodHash === stable) return M;
  const scale = scaleInForce(view, aborted);
  if (scale?.replicas !== undefined) return { replicas: scale.replicas };
  if (scale?.weight !== undefined) return scale.weight;
  if (!aborted) return weightAt(view, index);
  return dynamic && newRS !== undefined && stableRS !== undefined ? stepDown() : 0;
}
