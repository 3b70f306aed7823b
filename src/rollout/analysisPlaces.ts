import type { RunType } from "../api/labels.ts";
import type { RolloutAnalysis } from "../api/rolloutAnalysis.ts";
import type { RolloutStatus } from "../api/rolloutStatus.ts";
import type { View } from "./view.ts";

export type RunStatus = NonNullable<NonNullable<RolloutStatus["canary"]>["currentStepAnalysisRunStatus"]>;

/** Where a Rollout declares an analysis, and where its status reports the run (analysis 4.1). */
export interface AnalysisPlace {
  readonly type: RunType;
  readonly analysis: RolloutAnalysis;
  /** The field that names its templates, for messages. */
  readonly path: string;
  /** The last part of the run's name. */
  readonly infix: string | number | undefined;
}

/** The words with which each type of analysis aborts a rollout (analysis 4.8). */
export const abortWords: Readonly<Record<RunType, string>> = {
  Step: "Step-based analysis phase error/failed",
  Background: "Background analysis phase error/failed",
  PrePromotion: "Blue/green pre-promotion analysis phase error/failed",
  PostPromotion: "Blue/green post-promotion analysis phase error/failed",
};

/** All analyses of a Rollout in the order in which their templates are looked up (rollout-core 3.3). */
export function analysisPlaces({ canary, blueGreen, steps }: Pick<View, "canary" | "blueGreen" | "steps">) {
  const places: AnalysisPlace[] = [];
  const add = (
    type: RunType,
    analysis: RolloutAnalysis | undefined,
    field: string,
    infix?: string | number,
  ) => {
    if (analysis === undefined) return;
    places.push({ type, analysis, path: `spec.strategy.${field}.templates`, infix });
  };
  add("PrePromotion", blueGreen?.prePromotionAnalysis, "blueGreen.prePromotionAnalysis", "pre");
  add("PostPromotion", blueGreen?.postPromotionAnalysis, "blueGreen.postPromotionAnalysis", "post");
  for (const [index, { analysis }] of steps.entries()) {
    add("Step", analysis, `canary.steps[${index}].analysis`, index);
  }
  add("Background", canary?.analysis, "canary.analysis");
  return places;
}

/** The run that the persisted status names for a type of analysis. */
export function recordedRun({ canary, blueGreen }: RolloutStatus, type: RunType): RunStatus | undefined {
  switch (type) {
    case "Step":
      return canary?.currentStepAnalysisRunStatus;
    case "Background":
      return canary?.currentBackgroundAnalysisRunStatus;
    case "PrePromotion":
      return blueGreen?.prePromotionAnalysisRunStatus;
    case "PostPromotion":
      return blueGreen?.postPromotionAnalysisRunStatus;
  }
}

/**
 * Whether an analysis measures anything: one without templates counts as none, where the peer waits for ever
 * (trap 91).
 */
export function measures(analysis: RolloutAnalysis | undefined): analysis is RolloutAnalysis {
  return (analysis?.templates ?? []).length > 0;
}
