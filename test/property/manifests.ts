import type { KubeObject } from "../../src/api/object.ts";
import type { Setup, Step } from "./history.ts";

export const namespace = "prod";
export const rolloutRef = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", namespace, name: "web" };
export const canaryIngressRef = {
  apiVersion: "networking.k8s.io/v1",
  kind: "Ingress",
  namespace,
  name: "web-web-ingress-canary",
};

/** The image of a version; the last version of each history is `final`. */
export function imageOf(version: number | "final"): string {
  return `web:${version}`;
}

/** Everything that the Rollout of a history needs, the Rollout last. */
export function objectsOf(setup: Setup): readonly KubeObject[] {
  return [
    service("web-stable"),
    service("web-canary"),
    ingress(),
    template("quality", {}),
    template("soon", { count: 1 }),
    rollout(setup),
  ];
}

function service(name: string): KubeObject {
  const spec = { selector: { app: "web" }, ports: [{ port: 80, targetPort: 8080 }] };
  return { apiVersion: "v1", kind: "Service", metadata: { name, namespace }, spec };
}

function ingress(): KubeObject {
  const backend = { service: { name: "web-stable", port: { number: 80 } } };
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "Ingress",
    metadata: { name: "web-ingress", namespace },
    spec: { rules: [{ http: { paths: [{ path: "/", pathType: "Prefix", backend }] } }] },
  };
}

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

function rollout(setup: Setup): KubeObject {
  const { replicas, minReadySeconds, deadline, deadlineAborts } = setup;
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Rollout",
    metadata: { name: "web", namespace },
    spec: {
      replicas,
      minReadySeconds,
      progressDeadlineSeconds: deadline,
      progressDeadlineAbort: deadlineAborts,
      selector: { matchLabels: { app: "web" } },
      template: {
        metadata: { labels: { app: "web" } },
        spec: { containers: [{ name: "web", image: imageOf(0) }] },
      },
      strategy: setup.strategy === "blueGreen" ? { blueGreen: blueGreen(setup) } : { canary: canary(setup) },
    },
  };
}

function canary({ strategy, steps, maxSurge, maxUnavailable, abortDelay, background }: Setup): object {
  const routing = { trafficRouting: { nginx: { stableIngress: "web-ingress" } } };
  return {
    stableService: "web-stable",
    canaryService: "web-canary",
    steps: steps.map(stepOf),
    maxSurge,
    maxUnavailable,
    ...(background && { analysis: { templates: [{ templateName: "quality" }] } }),
    ...(strategy !== "basic" && routing),
    ...(strategy !== "basic" && abortDelay !== undefined && { abortScaleDownDelaySeconds: abortDelay }),
    ...(strategy === "dynamic" && { dynamicStableScale: true }),
  };
}

function stepOf(step: Step): object {
  if ("setWeight" in step) return step;
  if ("pause" in step) return { pause: step.pause === 0 ? {} : { duration: step.pause } };
  if ("analysis" in step) return { analysis: { templates: [{ templateName: "soon" }] } };
  return {
    setCanaryScale: step.scale === "traffic" ? { matchTrafficWeight: true } : { replicas: step.scale },
  };
}

function blueGreen({ autoPromotion, previewReplicas, abortDelay, analyses, maxUnavailable }: Setup): object {
  const soon = { templates: [{ templateName: "soon" }] };
  return {
    activeService: "web-stable",
    previewService: "web-canary",
    autoPromotionEnabled: autoPromotion,
    maxUnavailable,
    ...(previewReplicas !== undefined && { previewReplicaCount: previewReplicas }),
    ...(abortDelay !== undefined && { abortScaleDownDelaySeconds: abortDelay }),
    ...(analyses && { prePromotionAnalysis: soon, postPromotionAnalysis: soon }),
  };
}
