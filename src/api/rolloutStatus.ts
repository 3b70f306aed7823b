import * as z from "zod";
import { anything, flag, type Infer, int32, int64, list, maybe, needed, Time, text, time } from "./field.ts";

/** One thing that holds, or does not, about an object. */
export const Condition = z.object({
  type: needed(z.string(), "What it is about."),
  status: needed(z.string(), "True, False or Unknown."),
  reason: needed(z.string(), "One word why."),
  message: needed(z.string(), "In words."),
  lastUpdateTime: needed(Time, "When it was last written."),
  lastTransitionTime: needed(Time, "When its status last changed."),
});
export type Condition = Infer<typeof Condition>;

const PauseCondition = z.object({
  reason: needed(
    z.string(),
    "Why: CanaryPauseStep, BlueGreenPause, InconclusiveAnalysisRun or InconclusiveExperiment.",
  ),
  startTime: needed(Time, "Since when."),
});
export type PauseCondition = Infer<typeof PauseCondition>;

const RunStatus = z.object({
  name: needed(z.string(), "The AnalysisRun."),
  status: needed(z.string(), "Its phase."),
  message: text("Its message."),
});
export type RunStatus = Infer<typeof RunStatus>;

const BlueGreenStatus = z.object({
  previewSelector: text("The pod hash that the preview service selects."),
  activeSelector: text("The pod hash that the active service selects."),
  scaleUpPreviewCheckPoint: flag("Whether the preview has been ready at its smaller size and may grow."),
  prePromotionAnalysisRunStatus: maybe(RunStatus, "The analysis before the promotion."),
  postPromotionAnalysisRunStatus: maybe(RunStatus, "The analysis after the promotion."),
});
export type BlueGreenStatus = Infer<typeof BlueGreenStatus>;

const WeightDestination = z.object({
  weight: needed(z.int32(), "Its share of the traffic."),
  serviceName: text("Its Service."),
  podTemplateHash: text("The pod hash of its version."),
});
export type WeightDestination = Infer<typeof WeightDestination>;

const TrafficWeights = z.object({
  canary: needed(WeightDestination, "The canary's share."),
  stable: needed(WeightDestination, "The stable version's share."),
  additional: list(WeightDestination, "The shares of an experiment's versions."),
  verified: flag("Whether the router is known to hold these weights; absent when it cannot be asked."),
});
export type TrafficWeights = Infer<typeof TrafficWeights>;

const StepPluginStatus = z.object({
  index: needed(z.int32(), "The index of the step."),
  name: needed(z.string(), "The plugin."),
  operation: needed(z.string(), "Run, Terminate or Abort."),
  phase: text("Running, Successful, Failed or Error."),
  message: text("In words."),
  startedAt: time("When it began."),
  updatedAt: time("When it was last asked."),
  finishedAt: time("When it ended."),
  backoff: text("How long to wait before it is asked again."),
  executions: int32("How often it has been asked."),
  disabled: flag("Whether it was skipped because it is switched off."),
  status: anything("What the plugin remembers."),
});
export type StepPluginStatus = Infer<typeof StepPluginStatus>;

const CanaryStatus = z.object({
  currentStepAnalysisRunStatus: maybe(RunStatus, "The analysis of the current step."),
  currentBackgroundAnalysisRunStatus: maybe(RunStatus, "The analysis beside the steps."),
  currentExperiment: text("The Experiment of the current step."),
  weights: maybe(TrafficWeights, "What the router carries; only with trafficRouting."),
  stablePingPong: text("Which Service of the pair is stable: ping or pong."),
  stepPluginStatuses: list(StepPluginStatus, "What became of the plugin steps."),
});
export type CanaryStatus = Infer<typeof CanaryStatus>;

const AwsResource = z.object({
  name: needed(z.string(), "Its name."),
  arn: needed(z.string(), "Its ARN."),
  fullName: text("The last part of its ARN."),
});

const AlbStatus = z.object({
  ingress: text("The Ingress."),
  loadBalancer: maybe(AwsResource, "The load balancer."),
  canaryTargetGroup: maybe(AwsResource, "The target group of the canary pods."),
  stableTargetGroup: maybe(AwsResource, "The target group of the stable pods."),
});
export type AlbStatus = Infer<typeof AlbStatus>;

const RolloutDuration = z.object({
  rolloutStartedAt: time("When this update began."),
  manualPauseStartedAt: time("Since when it waits for a person."),
  totalManualPauseDurationSeconds: int64("Seconds it has waited for people."),
  finishedAt: time("When it ended."),
  completionStatus: text("How: Promoted, FastPromoted, Aborted, RolledBack, FastRolledBack or Superseded."),
});
export type RolloutDuration = Infer<typeof RolloutDuration>;

/** What was seen and decided last. What is absent is 0, false or empty. */
export const RolloutStatus = z.object({
  observedGeneration: text("The metadata.generation that this status is about."),
  phase: text("Healthy, Progressing, Paused or Degraded."),
  message: text("Why, when it is not healthy."),
  conditions: list(Condition, "What holds about this Rollout."),
  currentPodHash: text("The pod hash of the version in spec.template."),
  currentStepHash: text("A hash of the steps; a change starts them again."),
  currentStepIndex: int32(
    "The step that is under way, counted from 0; the number of steps when all are done.",
  ),
  stableRS: text("The pod hash of the version that was promoted last."),
  replicas: int32("Pods of all versions."),
  updatedReplicas: int32("Pods of the newest version."),
  readyReplicas: int32("Pods that are ready."),
  availableReplicas: int32("Pods that have been ready for minReadySeconds."),
  HPAReplicas: int32("Pods that an autoscaler counts."),
  selector: text("Chooses the pods that an autoscaler counts."),
  collisionCount: int32("How often the name of a ReplicaSet was taken."),
  pauseConditions: list(PauseCondition, "Why it is paused; removing them resumes it."),
  controllerPause: flag("Whether the controller paused it."),
  abort: flag("Stops the update and sends all traffic back to stable. Set by people and by failed analyses."),
  abortedAt: time("Since when it is aborted."),
  promoteFull: flag("Skips all steps, pauses and analyses. Set by people."),
  restartedAt: time("The spec.restartAt that was carried out last."),
  workloadObservedGeneration: text("The generation of the referenced workload that this status is about."),
  blueGreen: maybe(BlueGreenStatus, "What only blueGreen has."),
  canary: maybe(CanaryStatus, "What only canary has."),
  alb: maybe(AlbStatus, "The AWS load balancer that was looked at last."),
  albs: list(AlbStatus, "The AWS load balancers, one for each Ingress."),
  duration: maybe(RolloutDuration, "How long this update takes."),
});
export type RolloutStatus = Infer<typeof RolloutStatus>;
