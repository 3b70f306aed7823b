import * as z from "zod";
import { flag, type Infer, int32, maybe, needed, text, time } from "./field.ts";
import { apiVersion } from "./group.ts";
import { LabelSelector, ObjectMeta, PodTemplateSpec } from "./meta.ts";
import { RolloutStatus } from "./rolloutStatus.ts";
import { RolloutStrategy } from "./strategy.ts";

const WorkloadRef = z.object({
  apiVersion: text("Its API group and version: apps/v1, or v1 for a PodTemplate."),
  kind: text("Its kind: Deployment, ReplicaSet or PodTemplate."),
  name: text("Its name."),
  scaleDown: text(
    "What happens to the pods of a Deployment: never, onsuccess or progressively. Default never.",
  ),
});
export type WorkloadRef = Infer<typeof WorkloadRef>;

const RolloutAnalysisLimits = z.object({
  successfulRunHistoryLimit: int32("How many successful analysis runs and experiments are kept. Default 5."),
  unsuccessfulRunHistoryLimit: int32("How many others are kept: failed, errored, inconclusive. Default 5."),
});

const immutable = { rule: "self == oldSelf", message: ".spec.selector is immutable" };

/** What is to run, and how a change of it goes into production. */
export const RolloutSpec = z.object({
  replicas: int32("How many pods. Default 1."),
  selector: maybe(
    LabelSelector.meta({ "x-kubernetes-validations": [immutable] }),
    "Chooses the pods; must match the labels of the template and cannot be changed.",
  ),
  template: maybe(PodTemplateSpec, "What the pods are made from. A change of it starts an update."),
  workloadRef: maybe(WorkloadRef, "Takes the template from another object instead."),
  minReadySeconds: int32("Seconds that a pod must be ready to count as available. Default 0."),
  rollbackWindow: maybe(
    z.object({ revisions: int32("How many revisions back count as recent.") }),
    "A change back to one of the last revisions skips the steps.",
  ),
  strategy: maybe(RolloutStrategy, "How a new version replaces the old one: canary or blueGreen."),
  revisionHistoryLimit: int32("How many old ReplicaSets are kept. Default 10."),
  paused: flag("Holds everything until it is set back. Default false."),
  progressDeadlineSeconds: int32(
    "Seconds without progress after which the update counts as stuck. Default 600.",
  ),
  progressDeadlineAbort: flag("Whether an update that is stuck is aborted. Default false."),
  restartAt: time("All pods that were created before this time are replaced, few at a time."),
  analysis: maybe(RolloutAnalysisLimits, "How many finished analysis runs are kept."),
});
export type RolloutSpec = Infer<typeof RolloutSpec>;

/** A workload whose updates are released step by step. */
export const Rollout = z.object({
  apiVersion: z.literal(apiVersion),
  kind: z.literal("Rollout"),
  metadata: ObjectMeta,
  spec: needed(RolloutSpec, "What is to run, and how a change of it goes into production."),
  status: maybe(RolloutStatus, "What was seen and decided last. Written by the controller."),
});
export type Rollout = Infer<typeof Rollout>;
