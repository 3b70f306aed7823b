import type { AnalysisTemplateSpec, TemplateRef } from "../analysis/types.ts";
import type { KindRef, KubeObject } from "../api/object.ts";
import type { Rollout } from "../api/rollout.ts";
import { type Ports, read } from "../reconcile/ports.ts";

export const templateRef: KindRef = { apiVersion: "argoproj.io/v1alpha1", kind: "AnalysisTemplate" };
export const clusterTemplateRef: KindRef = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "ClusterAnalysisTemplate",
};

/**
 * The analysis templates that a Rollout reaches, those that templates refer to themselves included: by `namespace/name`,
 * or by name for those of the cluster. What is not there is left out.
 */
export async function findTemplates(
  rollout: Rollout,
  namespace: string,
  ports: Ports,
): Promise<ReadonlyMap<string, KubeObject>> {
  const found = new Map<string, KubeObject>();
  const tried = new Set<string>();
  const open = [...referencesOf(rollout)];
  for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
    const { templateName: name = "", clusterScope = false } = ref;
    const key = clusterScope ? name : `${namespace}/${name}`;
    if (tried.has(key)) continue;
    tried.add(key);
    const template = await read(
      ports,
      clusterScope ? { ...clusterTemplateRef, name } : { ...templateRef, namespace, name },
    );
    if (template === undefined) continue;
    found.set(key, template);
    open.push(...(((template["spec"] ?? {}) as AnalysisTemplateSpec).templates ?? []));
  }
  return found;
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
