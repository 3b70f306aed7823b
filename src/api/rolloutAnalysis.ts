import * as z from "zod";
import { flag, type Infer, int32, list, maybe, needed, text } from "./field.ts";
import { LabelsAndAnnotations } from "./meta.ts";

/** Metrics whose outcome does not count. */
export const DryRun = z.object({
  metricName: needed(
    z.string(),
    "A regular expression; metrics whose name contains a match do not count. `.*` is all.",
  ),
});
export type DryRun = Infer<typeof DryRun>;

/** How many measurements of a metric are kept. */
export const MeasurementRetention = z.object({
  metricName: needed(
    z.string(),
    "A regular expression that chooses metrics by name; the last rule that matches wins.",
  ),
  limit: needed(z.int32(), "How many measurements the status keeps. 10 where nothing else is said."),
});
export type MeasurementRetention = Infer<typeof MeasurementRetention>;

/** A template by name. */
export const AnalysisTemplateRef = z.object({
  templateName: text("The name of the template."),
  clusterScope: flag("Whether it is a ClusterAnalysisTemplate. Default false."),
});
export type AnalysisTemplateRef = Infer<typeof AnalysisTemplateRef>;

/** Points into an object. */
export const FieldRef = z.object({
  fieldPath: needed(
    z.string(),
    "The field, as in metadata.labels['region'] or status.canary.weights.canary.weight.",
  ),
});

const ArgumentSource = z.object({
  podTemplateHashValue: text("The pod hash of a version: Stable or Latest."),
  fieldRef: maybe(FieldRef, "A field of the Rollout."),
});

/** A value that a Rollout hands to its analyses. */
export const RunArgument = z.object({
  name: needed(z.string(), "The argument, as the template declares it."),
  value: text("Its value."),
  valueFrom: maybe(ArgumentSource, "Where its value comes from."),
});
export type RunArgument = Infer<typeof RunArgument>;

/** Labels and annotations for the AnalysisRuns that are created. */
export const MetadataForRuns = LabelsAndAnnotations;

const fields = {
  templates: list(AnalysisTemplateRef, "The templates to run, merged into one AnalysisRun."),
  args: list(RunArgument, "Values for the arguments of the templates."),
  dryRun: list(DryRun, "Metrics that are measured but do not count."),
  measurementRetention: list(MeasurementRetention, "How many measurements are kept, by metric."),
  analysisRunMetadata: maybe(MetadataForRuns, "Labels and annotations for the AnalysisRun."),
};

/** An analysis that a Rollout starts: at a step, or before or after a blue-green promotion. */
export const RolloutAnalysis = z.object(fields);
export type RolloutAnalysis = Infer<typeof RolloutAnalysis>;

/** An analysis that runs beside the steps of a canary. */
export const BackgroundAnalysis = z.object({
  ...fields,
  startingStep: int32("The index of the step at which it starts, counted from 0. Default 0."),
});
export type BackgroundAnalysis = Infer<typeof BackgroundAnalysis>;
