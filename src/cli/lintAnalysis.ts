import { compile } from "../analysis/expression/index.ts";
import { checkMetrics } from "../analysis/validate.ts";
import type { AnalysisTemplateSpec } from "../api/analysis.ts";
import { Problem } from "../api/problem.ts";
import { type Remark, remarks } from "./lintFinding.ts";

type Metric = NonNullable<AnalysisTemplateSpec["metrics"]>[number];

/** What an argument stands for is not known yet. */
const argument = /\{\{[^{}]*\}\}/g;

/** What is wrong with the metrics of a template or run by itself: limits, times, providers, conditions. */
export function lintMetrics({ metrics = [], templates = [] }: AnalysisTemplateSpec): readonly Remark[] {
  if (metrics.length === 0 && templates.length > 0) return [];
  return [
    ...remarks(() => underSpec(() => checkMetrics(metrics.map(withoutArguments)))),
    ...metrics.flatMap(lintConditions),
  ];
}

function lintConditions(metric: Metric, index: number): readonly Remark[] {
  return (["successCondition", "failureCondition"] as const).flatMap((field) => {
    const path = `spec.metrics[${index}].${field}`;
    const condition = metric[field] ?? "";
    if (condition === "") return [];
    return remarks(() => at(path, () => compile(condition.replace(argument, "1"))));
  });
}

/** A metric whose fields that depend on arguments say what is always right. */
function withoutArguments(metric: Metric): Metric {
  const entries = Object.entries(metric).flatMap(([field, value]): [string, unknown][] => {
    if (typeof value !== "string" || value.search(argument) < 0 || field === "name") return [[field, value]];
    return field === "interval" ? [[field, "1m"]] : [];
  });
  return Object.fromEntries(entries) as unknown as Metric;
}

function underSpec(check: () => void): void {
  try {
    check();
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    const at = error.message.startsWith("metrics[") ? "spec." : "spec.metrics: ";
    throw new Problem(error.detail, { path: "spec.metrics" }, `${at}${error.message}`);
  }
}

function at(path: string, check: () => void): void {
  try {
    check();
  } catch (error) {
    throw error instanceof Problem ? new Problem(error.detail, { path }, `${path}: ${error.message}`) : error;
  }
}
