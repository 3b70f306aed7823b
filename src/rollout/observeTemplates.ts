import { reachableTemplates, type Templates } from "../analysis/reach.ts";
import type { TemplateRef } from "../analysis/types.ts";
import type { Rollout } from "../api/rollout.ts";
import type { Ports } from "../reconcile/ports.ts";

/** The analysis templates that a Rollout reaches; those of experiments are the experiments' own affair. */
export function findTemplates(rollout: Rollout, namespace: string, ports: Ports): Promise<Templates> {
  return reachableTemplates(referencesOf(rollout), namespace, ports);
}

function referencesOf({ spec }: Rollout): readonly TemplateRef[] {
  const { canary, blueGreen } = spec.strategy ?? {};
  const analyses = [
    canary?.analysis,
    blueGreen?.prePromotionAnalysis,
    blueGreen?.postPromotionAnalysis,
    ...(canary?.steps ?? []).map((step) => step.analysis),
  ];
  return analyses.flatMap((analysis) => analysis?.templates ?? []);
}
