import type { Platform } from "../../support/library.ts";
import type { Counter } from "./counters.ts";

/** What goes to one version. */
export interface Load {
  readonly requestsPerSecond: number;
  /** The share that ends in a 5xx; where it is 1 or 0 the other status has no series at all. Default 0. */
  readonly errors?: number;
  /** The share that takes 2 s, where the others take 20 ms. Default 0. */
  readonly slow?: number;
}

/** What goes to both versions of `my-api` in a namespace; undefined is one that has no series. */
export interface Traffic {
  readonly namespace: string;
  readonly canary: Load | undefined;
  readonly stable: Load | undefined;
}

/** The names that a platform has for what all of them count, and the labels of the two versions. */
interface Words {
  readonly requests: string;
  /** The label and its values for good and bad requests. */
  readonly status: readonly [label: string, good: string, bad: string];
  readonly duration: string;
  /** The upper bounds of the histogram, and how many of its units are a second. */
  readonly bounds: readonly number[];
  readonly unitsPerSecond: number;
  labels(namespace: string, side: "canary" | "stable"): Counter["labels"];
}

const milliseconds = [0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];
const seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const words: Readonly<Record<Platform, Words>> = {
  application: {
    requests: "http_requests_total",
    status: ["status", "200", "503"],
    duration: "http_request_duration_seconds",
    bounds: seconds,
    unitsPerSecond: 1,
    labels: (namespace, side) => ({
      namespace,
      service: "my-api",
      pod: `my-api-${side === "canary" ? "6d8f7c9b54" : "5c77d9f6b8"}-x2k4q`,
    }),
  },
  "ingress-nginx": {
    requests: "nginx_ingress_controller_requests",
    status: ["status", "200", "502"],
    duration: "nginx_ingress_controller_request_duration_seconds",
    bounds: seconds,
    unitsPerSecond: 1,
    labels: (namespace, side) => ({
      namespace: "ingress-nginx",
      exported_namespace: namespace,
      ingress: "my-api",
      exported_service: "my-api",
      canary: side === "canary" ? `${namespace}-my-api-canary-80` : "",
    }),
  },
  istio: {
    requests: "istio_requests_total",
    status: ["response_code", "200", "503"],
    duration: "istio_request_duration_milliseconds",
    bounds: milliseconds,
    unitsPerSecond: 1000,
    labels: (namespace, side) => ({
      reporter: "source",
      destination_service_namespace: namespace,
      destination_service_name: side === "canary" ? "my-api-canary" : "my-api",
    }),
  },
  traefik: {
    requests: "traefik_service_requests_total",
    status: ["code", "200", "500"],
    duration: "traefik_service_request_duration_seconds",
    bounds: [0.1, 0.3, 1.2, 5],
    unitsPerSecond: 1,
    labels: (namespace, side) => ({
      service:
        side === "canary"
          ? `${namespace}-my-api-canary-80@kubernetescrd`
          : `${namespace}-my-api-http-80@kubernetesgateway`,
    }),
  },
  "envoy-gateway": {
    requests: "envoy_cluster_upstream_rq_xx",
    status: ["envoy_response_code_class", "2", "5"],
    duration: "envoy_cluster_upstream_rq_time",
    bounds: milliseconds,
    unitsPerSecond: 1000,
    labels: (namespace, side) => ({
      envoy_cluster_name: `httproute/${namespace}/my-api/rule/0/backend/${side === "canary" ? 1 : 0}`,
    }),
  },
};

/** What a platform counts of the traffic. */
export function countersOf(platform: Platform, { namespace, canary, stable }: Traffic): readonly Counter[] {
  const told = words[platform];
  return [
    ...(canary === undefined ? [] : counted(told, told.labels(namespace, "canary"), canary)),
    ...(stable === undefined ? [] : counted(told, told.labels(namespace, "stable"), stable)),
  ];
}

/** What Envoy Gateway counts of a rule whose backends have no filters: one cluster for all of them. */
export function sharedCluster(namespace: string, load: Load): readonly Counter[] {
  const labels = { envoy_cluster_name: `httproute/${namespace}/my-api/rule/0` };
  return counted(words["envoy-gateway"], labels, load);
}

function counted(
  { requests, status, duration, bounds, unitsPerSecond }: Words,
  labels: Counter["labels"],
  { requestsPerSecond, errors = 0, slow = 0 }: Load,
): readonly Counter[] {
  const [label, good, bad] = status;
  const within = (bound: number): number =>
    (bound >= 0.02 * unitsPerSecond ? 1 - slow : 0) + (bound >= 2 * unitsPerSecond ? slow : 0);
  const byStatus: readonly (readonly [value: string, share: number])[] = [
    [good, 1 - errors],
    [bad, errors],
  ];
  return [
    ...byStatus
      .filter(([, share]) => share > 0)
      .map(([value, share]) => ({
        name: requests,
        labels: { ...labels, [label]: value },
        perSecond: requestsPerSecond * share,
      })),
    ...[...bounds, Number.POSITIVE_INFINITY].map((bound) => ({
      name: `${duration}_bucket`,
      labels: { ...labels, le: bound === Number.POSITIVE_INFINITY ? "+Inf" : String(bound) },
      perSecond: requestsPerSecond * within(bound),
    })),
    { name: `${duration}_count`, labels, perSecond: requestsPerSecond },
  ];
}
