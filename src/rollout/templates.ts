import { finderIn } from "../analysis/reach.ts";
import type { FindTemplate } from "../analysis/references.ts";
import type { RolloutSnapshot } from "./snapshot.ts";

/** Finds the analysis templates that the snapshot holds. */
export function templateFinder(
  { templates }: Pick<RolloutSnapshot, "templates">,
  namespace: string,
): FindTemplate {
  return finderIn(templates, namespace);
}
