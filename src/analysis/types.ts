export type {
  AnalysisRunSpec,
  AnalysisTemplateSpec,
  Argument,
  TtlStrategy,
} from "../api/analysis.ts";
export type { AnalysisRunStatus, Measurement, MetricResult, RunSummary } from "../api/analysisStatus.ts";
export type { Metric } from "../api/metric.ts";
export type {
  AnalysisTemplateRef as TemplateRef,
  DryRun as DryRunRule,
  MeasurementRetention as RetentionRule,
} from "../api/rolloutAnalysis.ts";

/** How far a run, a metric or a measurement has come (analysis 2.7); `""` before the first look. */
export type Phase = "" | "Pending" | "Running" | "Successful" | "Failed" | "Error" | "Inconclusive";
