/** The label that ties pods, ReplicaSets and Services to a version; its value is the pod hash. */
export const hashLabel = "rollouts-pod-template-hash";

/** Every label that is read or written (rollout-core 9.1, analysis 0). */
export const label = {
  /**
   * The pod hash: on ReplicaSets, their selectors and pods, in Service selectors, on AnalysisRuns and
   * Experiments.
   */
  podHash: hashLabel,
  /** The controller that looks after an object, when several share a cluster. */
  instanceId: "argo-rollouts.argoproj.io/controller-instance-id",
  /** What an AnalysisRun is for: one of `runTypes`. */
  runType: "rollout-type",
  /** The step that an AnalysisRun of type Step belongs to, decimal. */
  stepIndex: "step-index",
  /** The uid of the AnalysisRun that a Job, and its pods, measure for. */
  runUid: "analysisrun.argoproj.io/uid",
  /** `true` on the Secret whose kubeconfig leads to the cluster with Istio's objects. */
  primaryCluster: "istio.argoproj.io/primary-cluster",
} as const;

/** Every annotation that is read or written (rollout-core 9.1, analysis 0, traffic-cli-ops 2). */
export const annotation = {
  /** The revision of a Rollout, ReplicaSet, AnalysisRun or Experiment, decimal. */
  revision: "rollout.argoproj.io/revision",
  /** Earlier revisions of a ReplicaSet, separated by commas. */
  revisionHistory: "rollout.argoproj.io/revision-history",
  /** `spec.replicas` of the Rollout when its ReplicaSets were last scaled. */
  desiredReplicas: "rollout.argoproj.io/desired-replicas",
  /** `metadata.generation` of the workload that a Rollout refers to. */
  workloadGeneration: "rollout.argoproj.io/workload-generation",
  /** The labels and annotations last given to the pods of a ReplicaSet by its role, as JSON. */
  ephemeralMetadata: "rollout.argoproj.io/ephemeral-metadata",
  /** When an old ReplicaSet may go, RFC 3339; it has no prefix. */
  scaleDownDeadline: "scale-down-deadline",
  /** The Rollout that manages a Service. */
  managedBy: "argo-rollouts.argoproj.io/managed-by-rollouts",
  /** What takes back the routing of an object when it ends, as JSON by Rollout. */
  routing: "argo-rollouts.argoproj.io/managed-routing",
  /** The annotations of an Ingress that Rollouts have set, as JSON by Rollout. */
  managedAlb: "rollouts.argoproj.io/managed-alb-annotations",
  /** The Experiment that a ReplicaSet or Service belongs to, and the template within it. */
  experimentName: "experiment.argoproj.io/name",
  experimentTemplate: "experiment.argoproj.io/template-name",
  /** The AnalysisRun and metric that a Job measures for. */
  runName: "analysisrun.argoproj.io/name",
  runNamespace: "analysisrun.argoproj.io/namespace",
  runMetric: "analysisrun.argoproj.io/metric-name",
  /** Which notifications have been sent; never copied to other objects. */
  notified: "notified.notifications.argoproj.io",
  /** What `kubectl apply` remembers; never copied to other objects. */
  lastApplied: "kubectl.kubernetes.io/last-applied-configuration",
} as const;

/** The values of `label.runType`. */
export const runTypes = ["Step", "Background", "PrePromotion", "PostPromotion"] as const;
export type RunType = (typeof runTypes)[number];
