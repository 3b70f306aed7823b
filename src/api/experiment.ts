import * as z from "zod";
import { Argument } from "./analysis.ts";
import { flag, type Infer, int32, list, maybe, needed, text, time } from "./field.ts";
import { apiVersion } from "./group.ts";
import { LabelSelector, LabelsAndAnnotations, ObjectMeta, PodTemplateSpec } from "./meta.ts";
import { DryRun, MeasurementRetention } from "./rolloutAnalysis.ts";
import { Condition } from "./rolloutStatus.ts";

const TemplateService = z.object({
  name: text("The name of the Service. By default that of the ReplicaSet."),
});

/** One version that an Experiment runs. */
export const TemplateSpec = z.object({
  name: needed(z.string(), "Its name, unique within the experiment."),
  replicas: int32("How many pods. Default 1."),
  minReadySeconds: int32("Seconds that a pod must be ready to count as available. Default 0."),
  selector: needed(LabelSelector, "Chooses the pods; must match the labels of the template."),
  template: needed(PodTemplateSpec, "What the pods are made from."),
  service: maybe(TemplateService, "Asks for a Service in front of these pods."),
});
export type TemplateSpec = Infer<typeof TemplateSpec>;

const ExperimentAnalysisRef = z.object({
  name: needed(z.string(), "A name for this analysis within the experiment."),
  templateName: needed(z.string(), "The AnalysisTemplate to run."),
  clusterScope: flag("Whether it is a ClusterAnalysisTemplate. Default false."),
  args: list(
    Argument,
    "Values for the arguments of the template; {{templates.NAME.podTemplateHash}} is filled in.",
  ),
  requiredForCompletion: flag("Whether the experiment waits for this analysis to end. Default false."),
});
export type ExperimentAnalysisRef = Infer<typeof ExperimentAnalysisRef>;

/** Versions that run beside each other, and what judges them. */
export const ExperimentSpec = z.object({
  templates: needed(z.array(TemplateSpec), "The versions to run."),
  duration: text("How long it runs once all pods are available: 5m, 1h. By default until its analyses end."),
  progressDeadlineSeconds: int32(
    "Seconds in which the pods of a version must become available. Default 600.",
  ),
  terminate: flag("Ends the experiment. Set by people and by the controller."),
  analyses: list(ExperimentAnalysisRef, "The analyses that judge it."),
  scaleDownDelaySeconds: int32("Seconds the pods are kept after the end. Default 30."),
  dryRun: list(DryRun, "Metrics that are measured but do not count."),
  measurementRetention: list(MeasurementRetention, "How many measurements are kept, by metric."),
  analysisRunMetadata: maybe(LabelsAndAnnotations, "Labels and annotations for the analysis runs."),
});
export type ExperimentSpec = Infer<typeof ExperimentSpec>;

const TemplateStatus = z.object({
  name: needed(z.string(), "The version."),
  replicas: int32("Its pods."),
  updatedReplicas: int32("Its pods; the same number."),
  readyReplicas: int32("Its pods that are ready."),
  availableReplicas: int32("Its pods that have been ready for minReadySeconds."),
  collisionCount: int32("How often the name of its ReplicaSet was taken."),
  status: text("Progressing, Running, Successful, Failed or Error."),
  message: text("Why, when it is not good."),
  lastTransitionTime: time("When it last changed."),
  serviceName: text("Its Service."),
  podTemplateHash: text("Its pod hash."),
});
export type TemplateStatus = Infer<typeof TemplateStatus>;

const ExperimentRunStatus = z.object({
  name: needed(z.string(), "The analysis."),
  analysisRun: needed(z.string(), "Its AnalysisRun."),
  phase: needed(z.string(), "The phase of the AnalysisRun."),
  message: text("Why, when it is not good."),
});
export type ExperimentRunStatus = Infer<typeof ExperimentRunStatus>;

/** How far an Experiment has come. */
export const ExperimentStatus = z.object({
  phase: text("Pending, Running, Successful, Failed, Error or Inconclusive."),
  message: text("Why, when it is not good."),
  templateStatuses: list(TemplateStatus, "What became of each version."),
  availableAt: time("When all versions were available for the first time; the duration counts from then."),
  analysisRuns: list(ExperimentRunStatus, "What became of each analysis."),
  conditions: list(Condition, "What holds about this Experiment."),
});
export type ExperimentStatus = Infer<typeof ExperimentStatus>;

/** Versions that run beside each other for a while and are compared. */
export const Experiment = z.object({
  apiVersion: z.literal(apiVersion),
  kind: z.literal("Experiment"),
  metadata: ObjectMeta,
  spec: needed(ExperimentSpec, "Versions that run beside each other, and what judges them."),
  status: maybe(ExperimentStatus, "How far it has come. Written by the controller."),
});
export type Experiment = Infer<typeof Experiment>;
