/** The phases of a Rollout (rollout-core 6.1). */
export const rolloutPhases = ["Healthy", "Progressing", "Paused", "Degraded"] as const;
export type RolloutPhase = (typeof rolloutPhases)[number];

/** The phases of an AnalysisRun, a metric and a measurement, and of an Experiment (analysis 2.7). */
export const analysisPhases = [
  "Pending",
  "Running",
  "Successful",
  "Failed",
  "Error",
  "Inconclusive",
] as const;
export type AnalysisPhase = (typeof analysisPhases)[number];

/** The states of one version of an Experiment, best first (analysis 5.1). */
export const templateStates = ["Successful", "Running", "Progressing", "Error", "Failed"] as const;
export type TemplateState = (typeof templateStates)[number];

/** Why a Rollout pauses (rollout-core 16.3). */
export const pauseReasons = [
  "CanaryPauseStep",
  "BlueGreenPause",
  "InconclusiveAnalysisRun",
  "InconclusiveExperiment",
] as const;
export type PauseReason = (typeof pauseReasons)[number];

/**
 * The types of the conditions of a Rollout (rollout-core 7.2); the last two are ours (decisions:
 * why-pods-fail, progress-deadline).
 */
export const conditionTypes = [
  "InvalidSpec",
  "Progressing",
  "Available",
  "Paused",
  "Completed",
  "Healthy",
  "ReplicaFailure",
  "PodsFailing",
  "Advanced",
] as const;
export type ConditionType = (typeof conditionTypes)[number];

/** The reasons of conditions, of Rollouts and of Experiments (rollout-core 7, analysis 5.1). */
export const conditionReason = {
  invalidSpec: "InvalidSpec",
  available: "AvailableReason",
  paused: "RolloutPaused",
  resumed: "RolloutResumed",
  retried: "RolloutRetry",
  completed: "RolloutCompleted",
  healthy: "RolloutHealthy",
  aborted: "RolloutAborted",
  deadlineExceeded: "ProgressDeadlineExceeded",
  newReplicaSetCreated: "NewReplicaSetCreated",
  newReplicaSetFound: "FoundNewReplicaSet",
  newReplicaSetAvailable: "NewReplicaSetAvailable",
  replicaSetUpdated: "ReplicaSetUpdated",
  replicaSetNotAvailable: "ReplicaSetNotAvailable",
  replicaSetCreateError: "ReplicaSetCreateError",
  experimentCompleted: "ExperimentCompleted",
} as const;

/**
 * The reasons of events on Rollouts and Experiments (rollout-core 8, analysis 7.4). Those that end in a
 * phase are put together where they are sent: `AnalysisRun<Phase>`, `Metric<Phase>`, `Experiment<Phase>`,
 * `Template<State>`.
 */
export const eventReason = {
  added: "RolloutAddedToInformer",
  deleted: "RolloutDeleted",
  updated: "RolloutUpdated",
  notCompleted: "RolloutNotCompleted",
  completed: "RolloutCompleted",
  stepCompleted: "RolloutStepCompleted",
  skipSteps: "SkipSteps",
  paused: "RolloutPaused",
  resumed: "RolloutResumed",
  aborted: "RolloutAborted",
  newReplicaSetCreated: "NewReplicaSetCreated",
  replicaSetCreateError: "ReplicaSetCreateError",
  replicaSetUpdateError: "ReplicaSetUpdateError",
  scaling: "ScalingReplicaSet",
  switchService: "SwitchService",
  weightUpdated: "TrafficWeightUpdated",
  trafficRoutingError: "TrafficRoutingError",
  weightVerifyError: "WeightVerifyError",
  targetGroupVerified: "TargetGroupVerified",
  targetGroupUnverified: "TargetGroupUnverified",
  targetGroupVerifyError: "TargetGroupVerifyError",
  loadBalancerNotFound: "LoadBalancerNotFound",
  podsFailing: "PodsFailing",
  experimentCreated: "ExperimentCreated",
  runTerminating: "AnalysisRunTerminating",
  stepPluginTransition: "StepPluginTransition",
  reconciliationError: "ReconciliationError",
} as const;
