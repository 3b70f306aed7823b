import type { KindRef, KubeObject } from "../api/object.ts";
import { type Ports, read } from "../reconcile/ports.ts";
import type { FindTemplate } from "./references.ts";
import type { AnalysisTemplateSpec, TemplateRef } from "./types.ts";

export const templateRef: KindRef = { apiVersion: "argoproj.io/v1alpha1", kind: "AnalysisTemplate" };
export const clusterTemplateRef: KindRef = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "ClusterAnalysisTemplate",
};

/** Analysis templates as they were seen: by `namespace/name`, or by name for those of the cluster. */
export type Templates = ReadonlyMap<string, KubeObject>;

/**
 * Reads the templates that are referenced, those that templates refer to themselves included. What is not
 * there is left out.
 */
export async function reachableTemplates(
  refs: readonly TemplateRef[],
  namespace: string,
  ports: Ports,
): Promise<Templates> {
  const found = new Map<string, KubeObject>();
  const tried = new Set<string>();
  const open = [...refs];
  for (let ref = open.pop(); ref !== undefined; ref = open.pop()) {
    const { templateName: name = "", clusterScope = false } = ref;
    const key = clusterScope ? name : `${namespace}/${name}`;
    if (tried.has(key)) continue;
    tried.add(key);
    const where = clusterScope ? { ...clusterTemplateRef, name } : { ...templateRef, namespace, name };
    const template = await read(ports, where);
    if (template === undefined) continue;
    found.set(key, template);
    open.push(...(((template["spec"] ?? {}) as AnalysisTemplateSpec).templates ?? []));
  }
  return found;
}

/** Finds templates among those that were seen. */
export function finderIn(templates: Templates, namespace: string): FindTemplate {
  return (name, clusterScope) => {
    const template = templates.get(clusterScope ? name : `${namespace}/${name}`);
    return template === undefined ? undefined : ((template["spec"] ?? {}) as AnalysisTemplateSpec);
  };
}
