import { invalid } from "../api/problem.ts";
import type { AnalysisTemplateSpec, TemplateRef } from "./types.ts";

/** A template that was found. */
export interface FoundTemplate {
  readonly name: string;
  readonly clusterScope: boolean;
  readonly spec: AnalysisTemplateSpec;
}

/** Finds an AnalysisTemplate of the namespace at hand, or a ClusterAnalysisTemplate. */
export type FindTemplate = (name: string, clusterScope: boolean) => AnalysisTemplateSpec | undefined;

/**
 * The templates that are referenced, with those that they reference themselves: a parent before its children,
 * each once, those of the namespace before those of the cluster. A reference back to a parent is one seen
 * already. Throws a `Problem` for one that is not there, at `path`, or at `spec.templates` when a template
 * names it (analysis 1.5, 1.9.2).
 */
export function referencedTemplates(
  refs: readonly TemplateRef[],
  find: FindTemplate,
  path: string,
): readonly FoundTemplate[] {
  const found = new Map<string, FoundTemplate>();
  for (const ref of refs) follow(ref, path, find, found);
  const all = [...found.values()];
  return [...all.filter((one) => !one.clusterScope), ...all.filter((one) => one.clusterScope)];
}

function follow(ref: TemplateRef, path: string, find: FindTemplate, found: Map<string, FoundTemplate>): void {
  const name = ref.templateName ?? "";
  const clusterScope = ref.clusterScope ?? false;
  const kind = clusterScope ? "ClusterAnalysisTemplate" : "AnalysisTemplate";
  const key = `${kind}/${name}`;
  if (found.has(key)) return;

  const spec = find(name, clusterScope);
  if (spec === undefined) throw invalid(path, name, `${kind} '${name}' not found`);
  found.set(key, { name, clusterScope, spec });
  for (const child of spec.templates ?? []) follow(child, "spec.templates", find, found);
}
