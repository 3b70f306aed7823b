import type { FindTemplate } from "../analysis/references.ts";
import type { AnalysisTemplateSpec } from "../analysis/types.ts";
import type { RolloutSnapshot } from "./snapshot.ts";

/** Finds the analysis templates that the snapshot holds. */
export function templateFinder(
  { templates }: Pick<RolloutSnapshot, "templates">,
  namespace: string,
): FindTemplate {
  return (name, clusterScope) => {
    const template = templates.get(clusterScope ? name : `${namespace}/${name}`);
    return template === undefined ? undefined : ((template["spec"] ?? {}) as AnalysisTemplateSpec);
  };
}
