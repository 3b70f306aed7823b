import * as z from "zod";
import { anything, flag, type Infer, int32, intOrString, list, maybe, needed, text } from "./field.ts";
import { LabelSelector, LabelsAndAnnotations } from "./meta.ts";
import { DryRun, MetadataForRuns, RolloutAnalysis, RunArgument } from "./rolloutAnalysis.ts";

/** Holds the rollout for a while, or until someone promotes it. */
export const PauseStep = z.object({
  duration: intOrString(
    "How long to wait: seconds (30) or a duration (30s, 5m, 1h30m). Without it until someone promotes.",
  ),
});
export type PauseStep = Infer<typeof PauseStep>;

/** Sets the number of canary pods apart from the weight. */
export const SetCanaryScale = z.object({
  weight: int32("Canary pods as a percentage of spec.replicas."),
  replicas: int32("Canary pods as a number."),
  matchTrafficWeight: flag("Back to the default: as many canary pods as the traffic weight asks for."),
});
export type SetCanaryScale = Infer<typeof SetCanaryScale>;

/** How a text is compared; exactly one of the three must be set. */
export const StringMatch = z.object({
  exact: text("The whole value."),
  prefix: text("The beginning of the value."),
  regex: text("A regular expression in the router's own syntax."),
});
export type StringMatch = Infer<typeof StringMatch>;

const HeaderRoutingMatch = z.object({
  headerName: needed(z.string(), "The request header that is looked at."),
  headerValue: needed(StringMatch, "What its value must be."),
});
export type HeaderRoutingMatch = Infer<typeof HeaderRoutingMatch>;

/** Sends requests with certain headers to the canary, whatever the weight. */
export const SetHeaderRoute = z.object({
  name: text("The name of the route; must be listed in trafficRouting.managedRoutes."),
  match: list(HeaderRoutingMatch, "Headers that must all match. Without any the route is removed."),
});
export type SetHeaderRoute = Infer<typeof SetHeaderRoute>;

const RouteMatch = z.object({
  method: maybe(StringMatch, "The request method."),
  path: maybe(StringMatch, "The request path."),
  headers: maybe(z.record(z.string(), StringMatch), "Request headers by name."),
});
export type RouteMatch = Infer<typeof RouteMatch>;

/** Sends a copy of matching requests to the canary; their answers are thrown away. */
export const SetMirrorRoute = z.object({
  name: needed(z.string(), "The name of the route; must be listed in trafficRouting.managedRoutes."),
  match: list(RouteMatch, "Which requests are copied: any of these. Without any the route is removed."),
  percentage: int32("The share of matching requests that is copied, in percent. Default 100."),
});
export type SetMirrorRoute = Infer<typeof SetMirrorRoute>;

/** Runs a step that is not built in. */
export const PluginStep = z.object({
  name: needed(z.string(), "The plugin: namespace/name."),
  config: anything("Whatever the plugin expects; handed over as it is."),
});
export type PluginStep = Infer<typeof PluginStep>;

const TemplateService = z.object({
  name: text("The name of the Service. By default that of the ReplicaSet."),
});

const ExperimentTemplate = z.object({
  name: needed(z.string(), "A name for this version within the experiment."),
  specRef: needed(z.string(), "Which pods to run: canary or stable."),
  replicas: int32("How many pods. Default 1."),
  metadata: maybe(
    LabelsAndAnnotations,
    "Labels and annotations added to the pods; the labels also to the selector.",
  ),
  selector: maybe(
    LabelSelector,
    "Chooses the pods. By default the selector of the ReplicaSet that specRef names.",
  ),
  weight: int32("Traffic for these pods, of the router's whole; the stable version gives it up."),
  service: maybe(TemplateService, "Asks for a Service in front of these pods; implied by a weight."),
});
export type ExperimentTemplate = Infer<typeof ExperimentTemplate>;

const ExperimentAnalysis = z.object({
  name: needed(z.string(), "A name for this analysis within the experiment."),
  templateName: needed(z.string(), "The AnalysisTemplate to run."),
  clusterScope: flag("Whether it is a ClusterAnalysisTemplate. Default false."),
  args: list(RunArgument, "Values for the arguments of the template."),
  requiredForCompletion: flag("Whether the experiment waits for this analysis to end. Default false."),
});
export type ExperimentAnalysis = Infer<typeof ExperimentAnalysis>;

/** Runs versions beside each other for a while and compares them. */
export const ExperimentStep = z.object({
  templates: needed(z.array(ExperimentTemplate), "The versions to run."),
  duration: text("How long it runs once all pods are available (5m, 1h). By default until its analyses end."),
  analyses: list(ExperimentAnalysis, "The analyses that judge it."),
  dryRun: list(DryRun, "Metrics that are measured but do not count."),
  analysisRunMetadata: maybe(MetadataForRuns, "Labels and annotations for the analysis runs."),
  scaleDownDelaySeconds: int32("Seconds the pods are kept after the end. Default 30."),
});
export type ExperimentStep = Infer<typeof ExperimentStep>;

/** One step of a canary: one kind, or a setCanaryScale, header or mirror route together with another kind. */
export const CanaryStep = z.object({
  setWeight: int32(
    "Sends this share of the traffic to the canary: 0 to 100, or to trafficRouting.maxTrafficWeight.",
  ),
  pause: maybe(PauseStep, "Waits for a while, or for someone to promote."),
  experiment: maybe(
    ExperimentStep,
    "Runs an experiment; the step is done when it succeeds, the rollout aborts when it fails.",
  ),
  analysis: maybe(
    RolloutAnalysis,
    "Runs an analysis; the step is done when it succeeds, the rollout aborts when it fails.",
  ),
  setCanaryScale: maybe(
    SetCanaryScale,
    "Sets the number of canary pods apart from the weight; needs trafficRouting.",
  ),
  setHeaderRoute: maybe(
    SetHeaderRoute,
    "Sends requests with certain headers to the canary; needs trafficRouting.",
  ),
  setMirrorRoute: maybe(SetMirrorRoute, "Copies requests to the canary; needs trafficRouting."),
  plugin: maybe(PluginStep, "Runs a step that is not built in."),
});
export type CanaryStep = Infer<typeof CanaryStep>;
