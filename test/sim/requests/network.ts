import type { Case } from "./case.ts";
import { ingress, ingresses, merge, patch, post, put, service, services } from "./steps.ts";

/** Services, Ingresses and the small built-in kinds. */
export const network: readonly Case[] = [
  { name: "a Service gets its defaults", ask: post(services, service("web")), code: 201 },
  {
    name: "a headless Service",
    ask: post(services, service("web", { clusterIP: "None", ports: [{ port: 80, name: "http" }] })),
    code: 201,
  },
  { name: "a Service of node ports", ask: post(services, service("web", { type: "NodePort" })), code: 201 },
  { name: "a load balancer", ask: post(services, service("web", { type: "LoadBalancer" })), code: 201 },
  {
    name: "an external Service",
    ask: post(
      services,
      service("web", {
        type: "ExternalName",
        externalName: "a.example.com",
        ports: undefined,
        selector: undefined,
      }),
    ),
    code: 201,
  },
  { name: "a Service without ports", ask: post(services, service("web", { ports: undefined })), code: 422 },
  {
    name: "a Service with a wrong port and two without names",
    ask: post(services, service("web", { ports: [{ port: 0 }, { port: 81 }] })),
    code: 422,
  },
  { name: "a Service's name", ask: post(services, service("1web")), code: 422 },
  {
    name: "a Service's selector is patched",
    before: [post(services, service("web"))],
    ask: patch(`${services}/web`, merge, { spec: { selector: { hash: "abc" } } }),
    code: 200,
    watch: services,
  },
  {
    name: "a Service is replaced and keeps its address",
    before: [post(services, service("web"))],
    ask: put(`${services}/web`, service("web", { selector: { app: "api" } })),
    code: 200,
  },
  { name: "an Ingress", ask: post(ingresses, ingress("web")), code: 201 },
  {
    name: "an Ingress path without type",
    ask: post(ingresses, ingress("web", { pathType: undefined })),
    code: 422,
  },
  {
    name: "an Ingress without rules",
    ask: post(ingresses, {
      apiVersion: "networking.k8s.io/v1",
      kind: "Ingress",
      metadata: { name: "a" },
      spec: {},
    }),
    code: 422,
  },
  {
    name: "an EndpointSlice",
    ask: post("/apis/discovery.k8s.io/v1/namespaces/NS/endpointslices", {
      apiVersion: "discovery.k8s.io/v1",
      kind: "EndpointSlice",
      metadata: { name: "a" },
      addressType: "IPv4",
      endpoints: [{ addresses: ["10.0.0.1"], conditions: { ready: true } }],
      ports: [{ port: 80 }],
    }),
    code: 201,
  },
  {
    name: "Endpoints",
    ask: post("/api/v1/namespaces/NS/endpoints", {
      apiVersion: "v1",
      kind: "Endpoints",
      metadata: { name: "a" },
      subsets: [{ addresses: [{ ip: "10.0.0.1" }], ports: [{ port: 80 }] }],
    }),
    code: 201,
  },
  {
    name: "a Lease",
    ask: post("/apis/coordination.k8s.io/v1/namespaces/NS/leases", {
      apiVersion: "coordination.k8s.io/v1",
      kind: "Lease",
      metadata: { name: "a" },
      spec: {
        holderIdentity: "me",
        leaseDurationSeconds: 15,
        leaseTransitions: 0,
        renewTime: "2024-05-01T12:00:00.000000Z",
      },
    }),
    code: 201,
  },
  {
    name: "an Event",
    ask: post("/api/v1/namespaces/NS/events", {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "a.1" },
      involvedObject: { kind: "Pod", namespace: "NS", name: "a" },
      reason: "Tried",
      message: "it was tried",
      type: "Normal",
      count: 1,
      firstTimestamp: "2024-05-01T12:00:00Z",
      lastTimestamp: "2024-05-01T12:00:00Z",
      source: { component: "lotse" },
    }),
    code: 201,
  },
  {
    name: "an autoscaler",
    ask: post("/apis/autoscaling/v2/namespaces/NS/horizontalpodautoscalers", {
      apiVersion: "autoscaling/v2",
      kind: "HorizontalPodAutoscaler",
      metadata: { name: "a" },
      spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: "apps/v1", kind: "Deployment", name: "web" } },
    }),
    code: 201,
  },
  {
    name: "a disruption budget",
    ask: post("/apis/policy/v1/namespaces/NS/poddisruptionbudgets", {
      apiVersion: "policy/v1",
      kind: "PodDisruptionBudget",
      metadata: { name: "a" },
      spec: { maxUnavailable: 1, selector: { matchLabels: { app: "web" } } },
    }),
    code: 201,
  },
  {
    name: "a role binding",
    ask: post("/apis/rbac.authorization.k8s.io/v1/namespaces/NS/rolebindings", {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "a" },
      roleRef: { kind: "ClusterRole", name: "view" },
      subjects: [{ kind: "User", name: "jane" }],
    }),
    code: 201,
  },
];
