import * as z from "zod";
import { AnalysisRunStatus } from "./analysisStatus.ts";
import { flag, type Infer, int32, list, maybe, needed, text } from "./field.ts";
import { apiVersion } from "./group.ts";
import { ObjectMeta } from "./meta.ts";
import { Metric } from "./metric.ts";
import { AnalysisTemplateRef, DryRun, FieldRef, MeasurementRetention } from "./rolloutAnalysis.ts";

const SecretKeyRef = z.object({
  name: needed(z.string(), "The Secret, in the namespace of the AnalysisRun."),
  key: needed(z.string(), "The key within it."),
});

const ArgumentSource = z.object({
  secretKeyRef: maybe(
    SecretKeyRef,
    "A key of a Secret; it is read when a measurement is taken and stored nowhere.",
  ),
  fieldRef: maybe(FieldRef, "Only Rollouts resolve it; here it is an error."),
});

/** A value that metrics use as {{args.name}}. */
export const Argument = z.object({
  name: needed(z.string(), "Its name."),
  value: text("Its value, or the default of a template. Numbers must be quoted."),
  valueFrom: maybe(ArgumentSource, "Where its value comes from."),
});
export type Argument = Infer<typeof Argument>;

/** Metrics, and what is needed to measure them. */
export const AnalysisTemplateSpec = z.object({
  metrics: list(Metric, "What is measured."),
  args: list(Argument, "The arguments that metrics use as {{args.name}}, with their defaults."),
  dryRun: list(DryRun, "Metrics that are measured but do not count."),
  measurementRetention: list(MeasurementRetention, "How many measurements are kept, by metric."),
  templates: list(AnalysisTemplateRef, "Other templates whose metrics are added."),
});
export type AnalysisTemplateSpec = Infer<typeof AnalysisTemplateSpec>;

/** Metrics that Rollouts and Experiments of one namespace can be judged by. */
export const AnalysisTemplate = z.object({
  apiVersion: z.literal(apiVersion),
  kind: z.literal("AnalysisTemplate"),
  metadata: ObjectMeta,
  spec: needed(AnalysisTemplateSpec, "Metrics, and what is needed to measure them."),
});
export type AnalysisTemplate = Infer<typeof AnalysisTemplate>;

/** Metrics that Rollouts and Experiments of every namespace can be judged by. */
export const ClusterAnalysisTemplate = AnalysisTemplate.extend({
  kind: z.literal("ClusterAnalysisTemplate"),
});
export type ClusterAnalysisTemplate = Infer<typeof ClusterAnalysisTemplate>;

const TtlStrategy = z.object({
  secondsAfterCompletion: int32("Seconds after any end."),
  secondsAfterFailure: int32("Seconds after an end as Failed or Error."),
  secondsAfterSuccess: int32("Seconds after an end as Successful."),
});
export type TtlStrategy = Infer<typeof TtlStrategy>;

/** What one analysis measures. */
export const AnalysisRunSpec = z.object({
  metrics: needed(z.array(Metric), "What is measured."),
  args: list(Argument, "The values of {{args.name}}."),
  terminate: flag("Ends the analysis. Set by people and by the controller."),
  dryRun: list(DryRun, "Metrics that are measured but do not count."),
  measurementRetention: list(MeasurementRetention, "How many measurements are kept, by metric."),
  ttlStrategy: maybe(TtlStrategy, "Deletes the AnalysisRun some time after its end."),
});
export type AnalysisRunSpec = Infer<typeof AnalysisRunSpec>;

/** One analysis: its measurements and its verdict. */
export const AnalysisRun = z.object({
  apiVersion: z.literal(apiVersion),
  kind: z.literal("AnalysisRun"),
  metadata: ObjectMeta,
  spec: needed(AnalysisRunSpec, "What is measured."),
  status: maybe(AnalysisRunStatus, "What was measured. Written by the controller."),
});
export type AnalysisRun = Infer<typeof AnalysisRun>;
