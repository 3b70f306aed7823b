import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { isJson } from "../../src/api/json.ts";
import { tree } from "./schemaTree.ts";

/** What must be there (rollout-core 1, analysis 1.1): path, then its required members. */
const needed: [kind: string, required: Readonly<Record<string, string>>][] = [
  [
    "Rollout",
    {
      "": "spec",
      "spec.selector.matchExpressions[]": "key operator",
      "spec.strategy.blueGreen": "activeService",
      "spec.strategy.canary.pingPong": "pingService pongService",
      "spec.strategy.canary.replicaProgressThreshold": "type value",
      "spec.strategy.canary.antiAffinity.preferredDuringSchedulingIgnoredDuringExecution": "weight",
      "spec.strategy.canary.steps[].experiment": "templates",
      "spec.strategy.canary.steps[].experiment.templates[]": "name specRef",
      "spec.strategy.canary.steps[].experiment.analyses[]": "name templateName",
      "spec.strategy.canary.steps[].setMirrorRoute": "name",
      "spec.strategy.canary.steps[].setHeaderRoute.match[]": "headerName headerValue",
      "spec.strategy.canary.steps[].plugin": "name",
      "spec.strategy.canary.trafficRouting.managedRoutes[]": "name",
      "spec.strategy.canary.trafficRouting.alb": "servicePort",
      "spec.strategy.canary.trafficRouting.alb.stickinessConfig": "enabled durationSeconds",
      "spec.strategy.canary.trafficRouting.ambassador": "mappings",
      "spec.strategy.canary.trafficRouting.apisix.route": "name",
      "spec.strategy.canary.trafficRouting.appMesh.virtualService": "name",
      "spec.strategy.canary.trafficRouting.appMesh.virtualNodeGroup":
        "canaryVirtualNodeRef stableVirtualNodeRef",
      "spec.strategy.canary.trafficRouting.appMesh.virtualNodeGroup.canaryVirtualNodeRef": "name",
      "spec.strategy.canary.trafficRouting.istio.destinationRule": "name canarySubsetName stableSubsetName",
      "spec.strategy.canary.trafficRouting.istio.virtualService": "name",
      "spec.strategy.canary.trafficRouting.istio.virtualServices[]": "name",
      "spec.strategy.canary.trafficRouting.traefik": "weightedTraefikServiceName",
      "spec.strategy.canary.trafficRouting.gatewayAPI.httpRoutes[]": "name",
      "spec.strategy.canary.analysis.args[]": "name",
      "spec.strategy.canary.analysis.args[].valueFrom.fieldRef": "fieldPath",
      "spec.strategy.canary.analysis.dryRun[]": "metricName",
      "spec.strategy.canary.analysis.measurementRetention[]": "metricName limit",
      "status.conditions[]": "type status reason message lastUpdateTime lastTransitionTime",
      "status.pauseConditions[]": "reason startTime",
      "status.canary.weights": "canary stable",
      "status.canary.weights.canary": "weight",
      "status.canary.weights.additional[]": "weight",
      "status.canary.currentStepAnalysisRunStatus": "name status",
      "status.canary.stepPluginStatuses[]": "index name operation",
      "status.alb.loadBalancer": "name arn",
    },
  ],
  [
    "AnalysisRun",
    {
      "": "spec",
      spec: "metrics",
      "spec.metrics[]": "name provider",
      "spec.args[]": "name",
      "spec.args[].valueFrom.secretKeyRef": "name key",
      "spec.measurementRetention[]": "metricName limit",
      "spec.metrics[].provider.web": "url",
      "spec.metrics[].provider.job": "spec",
      "spec.metrics[].provider.newRelic": "query",
      "status.metricResults[]": "name phase",
      "status.metricResults[].measurements[]": "phase",
    },
  ],
  ["AnalysisTemplate", { "": "spec", "spec.metrics[]": "name provider" }],
  ["ClusterAnalysisTemplate", { "": "spec", "spec.metrics[]": "name provider" }],
  [
    "Experiment",
    {
      "": "spec",
      spec: "templates",
      "spec.templates[]": "name selector template",
      "spec.analyses[]": "name templateName",
    },
  ],
];
for (const [kind, required] of needed) {
  test(`the fields that a ${kind} must have`, () => {
    const schemas = new Map(tree(kind));
    const found = Object.keys(required).map((path) => [path, schemas.get(path)?.required]);
    deepEqual(
      Object.fromEntries(found),
      Object.fromEntries(Object.entries(required).map(([path, names]) => [path, names.split(" ")])),
    );
  });
}

test("nothing else in a Rollout's spec must be there", () => {
  const ends = new Set(
    tree("Rollout")
      .filter(([path, schema]) => path.startsWith("spec") && Array.isArray(schema.required))
      .map(([path, schema]) => `${path.split(".").at(-1)} ${String(schema.required)}`),
  );
  const ours = [
    "declarative object,weights,backends",
    "object apiVersion,kind,name",
    "weights canary,stable",
  ];
  const alsoOurs = [
    "backends canary,stable",
    "headerMatch path",
    ...["http", "grpc", "tcp", "tls"].map((kind) => `${kind}Routes[] name`),
  ];
  deepEqual(
    [...ends].sort(),
    [
      ...ours,
      ...alsoOurs,
      "alb servicePort",
      "ambassador mappings",
      "analyses[] name,templateName",
      "args[] name",
      "blueGreen activeService",
      "canaryVirtualNodeRef name",
      "destinationRule name,canarySubsetName,stableSubsetName",
      "dryRun[] metricName",
      "experiment templates",
      "fieldRef fieldPath",
      "managedRoutes[] name",
      "matchExpressions[] key,operator",
      "match[] headerName,headerValue",
      "measurementRetention[] metricName,limit",
      "pingPong pingService,pongService",
      "plugin name",
      "preferredDuringSchedulingIgnoredDuringExecution weight",
      "replicaProgressThreshold type,value",
      "route name",
      "setMirrorRoute name",
      "stableVirtualNodeRef name",
      "stickinessConfig enabled,durationSeconds",
      "templates[] name,specRef",
      "traefik weightedTraefikServiceName",
      "virtualNodeGroup canaryVirtualNodeRef,stableVirtualNodeRef",
      "virtualService name",
      "virtualServices[] name",
    ].sort(),
  );
});

/** Every field by object, as the reference's tables have them; ours are marked with a plus. */
const fields: [kind: string, path: string, names: string][] = [
  [
    "Rollout",
    "spec",
    `replicas selector template workloadRef minReadySeconds rollbackWindow strategy revisionHistoryLimit
      paused progressDeadlineSeconds progressDeadlineAbort restartAt analysis`,
  ],
  ["Rollout", "spec.workloadRef", "apiVersion kind name scaleDown"],
  [
    "Rollout",
    "spec.strategy.blueGreen",
    `activeService previewService previewReplicaCount autoPromotionEnabled autoPromotionSeconds
      maxUnavailable scaleDownDelaySeconds scaleDownDelayRevisionLimit abortScaleDownDelaySeconds
      prePromotionAnalysis postPromotionAnalysis antiAffinity previewMetadata activeMetadata`,
  ],
  [
    "Rollout",
    "spec.strategy.canary",
    `canaryService stableService steps trafficRouting maxSurge maxUnavailable analysis antiAffinity
      canaryMetadata stableMetadata scaleDownDelaySeconds scaleDownDelayRevisionLimit
      abortScaleDownDelaySeconds dynamicStableScale pingPong minPodsPerReplicaSet replicaProgressThreshold`,
  ],
  [
    "Rollout",
    "spec.strategy.canary.steps[]",
    "setWeight pause experiment analysis setCanaryScale setHeaderRoute setMirrorRoute plugin",
  ],
  [
    "Rollout",
    "spec.strategy.canary.steps[].experiment",
    "templates duration analyses dryRun analysisRunMetadata scaleDownDelaySeconds",
  ],
  [
    "Rollout",
    "spec.strategy.canary.trafficRouting",
    `managedRoutes maxTrafficWeight alb ambassador apisix appMesh +declarative +gatewayAPI istio nginx
      smi traefik plugins`,
  ],
  [
    "Rollout",
    "spec.strategy.canary.trafficRouting.nginx",
    "stableIngress stableIngresses annotationPrefix additionalIngressAnnotations canaryIngressAnnotations",
  ],
  [
    "Rollout",
    "spec.strategy.canary.trafficRouting.alb",
    "ingress ingresses servicePort rootService annotationPrefix stickinessConfig",
  ],
  ["Rollout", "spec.strategy.canary.trafficRouting.istio.virtualService", "name routes tlsRoutes tcpRoutes"],
  [
    "Rollout",
    "spec.strategy.canary.trafficRouting.gatewayAPI",
    `httpRoute grpcRoute tcpRoute tlsRoute httpRoutes grpcRoutes tcpRoutes tlsRoutes httpRouteSelector
      grpcRouteSelector tcpRouteSelector tlsRouteSelector namespace disableInProgressLabel
      inProgressLabelKey inProgressLabelValue`,
  ],
  [
    "Rollout",
    "status",
    `HPAReplicas abort abortedAt alb albs availableReplicas blueGreen canary collisionCount conditions
      controllerPause currentPodHash currentStepHash currentStepIndex duration message observedGeneration
      pauseConditions phase promoteFull readyReplicas replicas restartedAt selector stableRS
      updatedReplicas workloadObservedGeneration`,
  ],
  [
    "Rollout",
    "status.canary.stepPluginStatuses[]",
    "index name operation phase message startedAt updatedAt finishedAt backoff executions disabled status",
  ],
  ["AnalysisTemplate", "spec", "metrics args dryRun measurementRetention templates"],
  ["AnalysisRun", "spec", "metrics args terminate dryRun measurementRetention ttlStrategy"],
  [
    "AnalysisRun",
    "spec.metrics[]",
    `name interval initialDelay count successCondition failureCondition failureLimit inconclusiveLimit
      consecutiveErrorLimit consecutiveSuccessLimit +onNoData +minSamples provider`,
  ],
  [
    "AnalysisRun",
    "spec.metrics[].provider",
    `prometheus +victoriaLogs web job datadog newRelic wavefront kayenta cloudWatch graphite influxdb
      skywalking plugin`,
  ],
  [
    "AnalysisRun",
    "spec.metrics[].provider.prometheus",
    "address query timeout insecure headers authentication rangeQuery",
  ],
  [
    "AnalysisRun",
    "spec.metrics[].provider.web",
    "method url headers body jsonBody timeoutSeconds jsonPath insecure authentication",
  ],
  [
    "AnalysisRun",
    "spec.metrics[].provider.datadog",
    "apiVersion interval query queries formula aggregator secretRef requestTimeout",
  ],
  [
    "AnalysisRun",
    "spec.metrics[].provider.kayenta",
    `address application canaryConfigName metricsAccountName configurationAccountName storageAccountName
      threshold scopes lookback`,
  ],
  ["AnalysisRun", "status", "phase message startedAt completedAt metricResults runSummary dryRunSummary"],
  [
    "AnalysisRun",
    "status.metricResults[]",
    `name phase measurements message count successful failed inconclusive error consecutiveError
      consecutiveSuccess dryRun metadata`,
  ],
  [
    "AnalysisRun",
    "status.metricResults[].measurements[]",
    "phase message startedAt finishedAt value metadata resumeAt",
  ],
  [
    "Experiment",
    "spec",
    `templates duration progressDeadlineSeconds terminate analyses scaleDownDelaySeconds dryRun
      measurementRetention analysisRunMetadata`,
  ],
  ["Experiment", "spec.templates[]", "name replicas minReadySeconds selector template service"],
  ["Experiment", "status", "phase message templateStatuses availableAt analysisRuns conditions"],
  [
    "Experiment",
    "status.templateStatuses[]",
    `name replicas updatedReplicas readyReplicas availableReplicas collisionCount status message
      lastTransitionTime serviceName podTemplateHash`,
  ],
];
for (const [kind, path, names] of fields) {
  test(`the fields of ${kind} ${path}`, () => {
    const [, schema] = tree(kind).find(([at]) => at === path) ?? [];
    const found = isJson(schema?.properties) ? Object.keys(schema.properties) : [];
    deepEqual([...found].sort(), names.replaceAll("+", "").split(/\s+/).sort());
  });
}

const formats: [kind: string, path: string, type: string][] = [
  ["Rollout", "spec.replicas", "integer int32"],
  ["Rollout", "spec.restartAt", "string date-time"],
  ["Rollout", "spec.strategy.canary.steps[].setWeight", "integer int32"],
  ["Rollout", "spec.strategy.canary.trafficRouting.alb.stickinessConfig.durationSeconds", "integer int64"],
  ["Rollout", "spec.strategy.canary.trafficRouting.istio.virtualService.tcpRoutes[].port", "integer int64"],
  ["Rollout", "status.observedGeneration", "string"],
  ["Rollout", "status.workloadObservedGeneration", "string"],
  ["Rollout", "status.currentStepIndex", "integer int32"],
  ["Rollout", "status.abortedAt", "string date-time"],
  ["AnalysisRun", "spec.metrics[].provider.prometheus.timeout", "integer int64"],
  ["AnalysisRun", "spec.ttlStrategy.secondsAfterSuccess", "integer int32"],
];
for (const [kind, path, type] of formats) {
  test(`${kind} ${path} is ${type}`, () => {
    const [, schema] = tree(kind).find(([at]) => at === path) ?? [];
    equal([schema?.type, schema?.format].filter((part) => part !== undefined).join(" "), type);
  });
}
