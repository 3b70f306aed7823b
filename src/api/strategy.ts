import * as z from "zod";
import { flag, type Infer, int32, intOrString, list, maybe, needed, text } from "./field.ts";
import { LabelsAndAnnotations } from "./meta.ts";
import { BackgroundAnalysis, RolloutAnalysis } from "./rolloutAnalysis.ts";
import { CanaryStep } from "./steps.ts";
import { TrafficRouting } from "./trafficRouting.ts";

const AntiAffinity = z.object({
  preferredDuringSchedulingIgnoredDuringExecution: maybe(
    z.object({ weight: needed(z.int32(), "How strongly: 1 to 100.") }),
    "Pods of the two versions rather not on the same node.",
  ),
  requiredDuringSchedulingIgnoredDuringExecution: maybe(
    z.object({}),
    "Pods of the two versions never on the same node.",
  ),
});
export type AntiAffinity = Infer<typeof AntiAffinity>;

/** Two complete versions; all traffic is switched at once from the active to the new one. */
export const BlueGreenStrategy = z.object({
  activeService: needed(z.string(), "The Service of the users; its selector is switched on promotion."),
  previewService: text("A Service that always points to the new version."),
  previewReplicaCount: int32("How many pods the new version has before promotion. Default spec.replicas."),
  autoPromotionEnabled: flag("Whether the new version is promoted by itself. Default true."),
  autoPromotionSeconds: int32(
    "Seconds that an automatic promotion waits once the pods are ready. Default 0.",
  ),
  maxUnavailable: intOrString(
    "How many pods may be missing during a restart: a number or a percentage. Default 25%.",
  ),
  scaleDownDelaySeconds: int32("Seconds the old pods are kept after promotion. Default 30."),
  scaleDownDelayRevisionLimit: int32(
    "How many old ReplicaSets may wait for that delay at once. Default all.",
  ),
  abortScaleDownDelaySeconds: int32(
    "Seconds the new pods are kept after an abort; 0 keeps them. Default 30.",
  ),
  prePromotionAnalysis: maybe(RolloutAnalysis, "Must succeed before traffic is switched."),
  postPromotionAnalysis: maybe(RolloutAnalysis, "Switches traffic back when it fails after the promotion."),
  antiAffinity: maybe(AntiAffinity, "Keeps the two versions on different nodes."),
  previewMetadata: maybe(
    LabelsAndAnnotations,
    "Labels and annotations of the pods while their version is new.",
  ),
  activeMetadata: maybe(
    LabelsAndAnnotations,
    "Labels and annotations of the pods while their version is active.",
  ),
});
export type BlueGreenStrategy = Infer<typeof BlueGreenStrategy>;

const PingPong = z.object({
  pingService: needed(z.string(), "One of the two Services."),
  pongService: needed(z.string(), "The other one."),
});
export type PingPong = Infer<typeof PingPong>;

const ReplicaProgressThreshold = z.object({
  type: needed(z.string(), "Percent or Pods."),
  value: needed(
    z.int32(),
    "So many percent, or pods, of the new version must be available for a step to be done.",
  ),
});
export type ReplicaProgressThreshold = Infer<typeof ReplicaProgressThreshold>;

/** The new version gets the traffic step by step. */
export const CanaryStrategy = z.object({
  canaryService: text("The Service of the canary pods; its selector is managed."),
  stableService: text("The Service of the stable pods; its selector is managed."),
  steps: list(CanaryStep, "What happens, in order. Without steps the update is a rolling one."),
  trafficRouting: maybe(
    TrafficRouting,
    "Splits the traffic at a router. Without it the weight is the share of pods.",
  ),
  maxSurge: intOrString(
    "How many pods there may be above spec.replicas: a number or a percentage. Default 25%.",
  ),
  maxUnavailable: intOrString("How many pods may be missing: a number or a percentage. Default 25%."),
  analysis: maybe(BackgroundAnalysis, "Runs beside the steps; the rollout aborts when it fails."),
  antiAffinity: maybe(AntiAffinity, "Keeps the two versions on different nodes."),
  canaryMetadata: maybe(
    LabelsAndAnnotations,
    "Labels and annotations of the pods while their version is the canary.",
  ),
  stableMetadata: maybe(
    LabelsAndAnnotations,
    "Labels and annotations of the pods while their version is stable.",
  ),
  scaleDownDelaySeconds: int32(
    "Seconds the previous stable pods are kept after promotion. Default 30; only with trafficRouting.",
  ),
  scaleDownDelayRevisionLimit: int32(
    "How many old ReplicaSets may wait for that delay at once. Default all.",
  ),
  abortScaleDownDelaySeconds: int32(
    "Seconds the canary pods are kept after an abort; 0 keeps them. Default 30 with trafficRouting.",
  ),
  dynamicStableScale: flag(
    "Whether the stable version shrinks as the canary grows; needs trafficRouting. Default false.",
  ),
  pingPong: maybe(
    PingPong,
    "Two Services that take turns at being stable, instead of canaryService and stableService.",
  ),
  minPodsPerReplicaSet: int32(
    "The least number of pods of a version that has any; only with trafficRouting.",
  ),
  replicaProgressThreshold: maybe(
    ReplicaProgressThreshold,
    "How many canary pods must be available. Default all.",
  ),
});
export type CanaryStrategy = Infer<typeof CanaryStrategy>;

/** How a new version replaces the old one: exactly one of the two. */
export const RolloutStrategy = z.object({
  blueGreen: maybe(BlueGreenStrategy, "Two complete versions; all traffic is switched at once."),
  canary: maybe(CanaryStrategy, "The new version gets the traffic step by step."),
});
export type RolloutStrategy = Infer<typeof RolloutStrategy>;
