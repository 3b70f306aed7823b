import * as z from "zod";
import { flag, type Infer, int32, list, maybe, needed, text, texts, time } from "./field.ts";

/** One measurement of a metric. */
export const Measurement = z.object({
  phase: needed(z.string(), "Running, Successful, Failed, Error or Inconclusive."),
  message: text("Why, when it is not good."),
  startedAt: time("When it began."),
  finishedAt: time("When it ended."),
  value: text("What was measured."),
  metadata: texts("What the provider says about it."),
  resumeAt: time("When a measurement that takes longer is looked at again."),
});
export type Measurement = Infer<typeof Measurement>;

/** What became of one metric. */
export const MetricResult = z.object({
  name: needed(z.string(), "The metric."),
  phase: needed(z.string(), "Running, Successful, Failed, Error or Inconclusive."),
  measurements: list(Measurement, "The last measurements, oldest first."),
  message: text("Why, when it is not good."),
  count: int32("How many measurements counted: good, bad and inconclusive ones."),
  successful: int32("How many were good."),
  failed: int32("How many were bad."),
  inconclusive: int32("How many were neither."),
  error: int32("How many could not be taken."),
  consecutiveError: int32("How many could not be taken, since the last that could."),
  consecutiveSuccess: int32("How many were good, since the last that was not."),
  dryRun: flag("Whether it does not count."),
  metadata: texts("What the provider says about the metric, such as the query that was asked."),
});
export type MetricResult = Infer<typeof MetricResult>;

/** How many metrics there are, and how they ended. */
export const RunSummary = z.object({
  count: int32("Metrics in all."),
  successful: int32("Those that succeeded."),
  failed: int32("Those that failed."),
  inconclusive: int32("Those that were inconclusive."),
  error: int32("Those that could not be measured."),
});
export type RunSummary = Infer<typeof RunSummary>;

/** What was measured, and the verdict. */
export const AnalysisRunStatus = z.object({
  phase: text("Running, Successful, Failed, Error or Inconclusive."),
  message: text("Why, when it is not good."),
  startedAt: time("When it began."),
  completedAt: time("When it ended."),
  metricResults: list(MetricResult, "What became of each metric."),
  runSummary: maybe(RunSummary, "The metrics that count, summed up."),
  dryRunSummary: maybe(RunSummary, "The metrics that do not count, summed up."),
});
export type AnalysisRunStatus = Infer<typeof AnalysisRunStatus>;
