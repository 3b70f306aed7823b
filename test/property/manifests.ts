import type { KubeObject } from "../../src/api/object.ts";
import { isRouted, type Setup, type Step, type Trial } from "./history.ts";
import { canaryService, type Routing, routings, stableService } from "./routing.ts";

export const namespace = "prod";
export const rolloutRef = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Rollout",
  namespace,
  name: "shop-ro",
};
export const deploymentRef = { apiVersion: "apps/v1", kind: "Deployment", namespace, name: "shop-old" };

const labels = { app: "shop" };

/** The image of a version; the last version of each history is `final`. */
export function imageOf(version: number | "final"): string {
  return `shop:${version}`;
}

/** The router of a setup; undefined when nothing splits its traffic. */
export function routingOf({ strategy, router }: Setup): Routing | undefined {
  return isRouted(strategy) ? routings.get(router) : undefined;
}

/** What the Rollout of a history needs. */
export function surroundingsOf(setup: Setup): readonly KubeObject[] {
  return [
    service(stableService),
    service(canaryService),
    ...(routingOf(setup)?.objects ?? []),
    template("quality", {}),
    template("soon", { count: 1 }),
    ...(setup.workload === "own" ? [] : [deployment(setup)]),
  ];
}

/** Everything that a Rollout needs, itself the last. */
export function objectsOf(setup: Setup): readonly KubeObject[] {
  return [...surroundingsOf(setup), rolloutOf(setup)];
}

function service(name: string): KubeObject {
  const spec = { selector: labels, ports: [{ port: 80, targetPort: 8080 }] };
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec };
}

function deployment({ replicas }: Setup): KubeObject {
  const { apiVersion, kind, name } = deploymentRef;
  const spec = { replicas, selector: { matchLabels: labels }, template: podTemplate };
  return { apiVersion, kind, metadata: { name, namespace }, spec };
}

const podTemplate = {
  metadata: { labels },
  spec: { containers: [{ name: "shop", image: imageOf(0), ports: [{ containerPort: 8080 }] }] },
};

function template(name: string, more: object): KubeObject {
  const metric = {
    name: "quality",
    interval: "5s",
    ...more,
    successCondition: "result[0] > 0.9",
    failureCondition: "result[0] < 0.5",
    provider: { prometheus: { address: "http://prometheus", query: "quality" } },
  };
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisTemplate",
    metadata: { name, namespace },
    spec: { metrics: [metric] },
  };
}

/** The Rollout of a history, at its first version. */
export function rolloutOf(setup: Setup): KubeObject {
  const { replicas, minReadySeconds, deadline, deadlineAborts, workload } = setup;
  const { apiVersion, kind, name } = deploymentRef;
  const own = { selector: { matchLabels: labels }, template: podTemplate };
  const reference = { apiVersion, kind, name, scaleDown: workload };
  return {
    apiVersion: rolloutRef.apiVersion,
    kind: rolloutRef.kind,
    metadata: { name: rolloutRef.name, namespace },
    spec: {
      replicas,
      minReadySeconds,
      progressDeadlineSeconds: deadline,
      progressDeadlineAbort: deadlineAborts,
      ...(workload === "own" ? own : { workloadRef: reference }),
      strategy: setup.strategy === "blueGreen" ? { blueGreen: blueGreen(setup) } : { canary: canary(setup) },
    },
  };
}

function canary(setup: Setup): object {
  const { strategy, steps, maxSurge, maxUnavailable, abortDelay, background, minPods, threshold } = setup;
  const { scaleDownDelay } = setup;
  const routing = routingOf(setup);
  const pair = { pingPong: { pingService: stableService, pongService: canaryService } };
  return {
    ...(strategy === "pingPong" ? pair : { stableService, canaryService }),
    steps: steps.map(stepOf),
    maxSurge,
    maxUnavailable,
    ...(threshold !== undefined && { replicaProgressThreshold: { type: "Percent", value: threshold } }),
    ...(background && { analysis: { templates: [{ templateName: "quality" }] } }),
    ...(routing !== undefined && {
      trafficRouting: {
        [routing.key]: routing.config,
        managedRoutes: [{ name: "beta" }, { name: "shadow" }],
      },
      ...(abortDelay !== undefined && { abortScaleDownDelaySeconds: abortDelay }),
      ...(minPods !== undefined && { minPodsPerReplicaSet: minPods }),
      ...(strategy === "dynamic" && { dynamicStableScale: true }),
      ...(strategy !== "dynamic" &&
        scaleDownDelay !== undefined && { scaleDownDelaySeconds: scaleDownDelay }),
    }),
  };
}

const headerMatch = [{ headerName: "x-beta", headerValue: { exact: "1" } }];
const mirrorMatch = [{ method: { exact: "GET" } }];

/** A step as a manifest has it. A route without a match is taken away. */
export function stepOf(step: Step): object {
  if ("setWeight" in step) return step;
  if ("pause" in step) return { pause: step.pause === 0 ? {} : { duration: step.pause } };
  if ("analysis" in step) return { analysis: { templates: [{ templateName: "soon" }] } };
  if ("route" in step) return routeStep(step);
  if ("experiment" in step) return { experiment: experiment(step.experiment) };
  const { scale } = step;
  if (scale === "traffic") return { setCanaryScale: { matchTrafficWeight: true } };
  if (typeof scale === "number") return { setCanaryScale: { replicas: scale } };
  return { setCanaryScale: { weight: Number.parseInt(scale, 10) } };
}

function routeStep({ route, on }: Extract<Step, { route: unknown }>): object {
  if (route === "header") return { setHeaderRoute: { name: "beta", ...(on && { match: headerMatch }) } };
  return { setMirrorRoute: { name: "shadow", ...(on && { match: mirrorMatch, percentage: 35 }) } };
}

function experiment({ weight, seconds, isAnalysed, delay }: Trial): object {
  const share = weight === undefined ? {} : { weight };
  const analysis = { name: "quality", templateName: "soon", requiredForCompletion: true };
  return {
    templates: (["stable", "canary"] as const).map((side) => ({ name: side, specRef: side, ...share })),
    ...(seconds > 0 && { duration: `${seconds}s` }),
    ...(isAnalysed && { analyses: [analysis] }),
    ...(delay !== undefined && { scaleDownDelaySeconds: delay }),
  };
}

function blueGreen(setup: Setup): object {
  const { autoPromotion, previewReplicas, abortDelay, scaleDownDelay, analyses, maxUnavailable } = setup;
  const soon = { templates: [{ templateName: "soon" }] };
  return {
    activeService: stableService,
    previewService: canaryService,
    autoPromotionEnabled: autoPromotion,
    maxUnavailable,
    ...(previewReplicas !== undefined && { previewReplicaCount: previewReplicas }),
    ...(abortDelay !== undefined && { abortScaleDownDelaySeconds: abortDelay }),
    ...(scaleDownDelay !== undefined && { scaleDownDelaySeconds: scaleDownDelay }),
    ...(analyses && { prePromotionAnalysis: soon, postPromotionAnalysis: soon }),
  };
}
