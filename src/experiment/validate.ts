import type { TemplateSpec } from "../api/experiment.ts";
import { isJson } from "../api/json.ts";

/** Seconds in which the pods of a template must become available, unless the spec says otherwise. */
export const defaultProgressDeadline = 600;

/**
 * Why an Experiment cannot be carried out: the first rule that a template breaks, template by template;
 * undefined when none does. It takes the spec as the API server has it (analysis 1.9.3).
 */
export function wrongSpec(name: string, spec: unknown): string | undefined {
  const { templates, progressDeadlineSeconds } = isJson(spec) ? spec : {};
  if (!Array.isArray(templates)) return undefined;
  const all = templates as readonly Partial<TemplateSpec>[];
  const deadline = Number(progressDeadlineSeconds ?? defaultProgressDeadline);
  const names = all.map((template) => template?.name ?? "");
  for (const [index, template] of all.entries()) {
    const wrong = wrongTemplate(template ?? {}, index, deadline) ?? wrongName(name, names, index);
    if (wrong !== undefined) return wrong;
  }
  return undefined;
}

function wrongTemplate(
  { selector, minReadySeconds }: Partial<TemplateSpec>,
  index: number,
  deadline: number,
): string | undefined {
  if (!isJson(selector)) return `Rollout has missing field '.Spec.Templates[${index}].Selector'`;
  const { matchLabels, matchExpressions } = selector;
  if (Object.keys(matchLabels ?? {}).length === 0 && (matchExpressions ?? []).length === 0) {
    return `This experiment is selecting all pods at index ${index}. A non-empty selector is required.`;
  }
  if ((minReadySeconds ?? 0) <= deadline) return undefined;
  return `MinReadySeconds cannot be longer than ProgressDeadlineSeconds. Check template index ${index}`;
}

function wrongName(experiment: string, names: readonly string[], index: number): string | undefined {
  const name = names[index] ?? "";
  if (name === "") return `Experiment ${experiment} has empty template name at index ${index}`;
  if (names.indexOf(name) === index) return undefined;
  return `Experiment ${experiment} has repeated template name '${name}' in templates`;
}
