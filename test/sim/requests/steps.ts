import { podTemplate, widgets } from "../builders.ts";
import type { Step } from "./case.ts";

/** What has to be there before the first case: the definition of Widgets. */
export const definition: Step = post("/apis/apiextensions.k8s.io/v1/customresourcedefinitions", widgets);

export const maps = "/api/v1/namespaces/NS/configmaps";
export const services = "/api/v1/namespaces/NS/services";
export const pods = "/api/v1/namespaces/NS/pods";
export const sets = "/apis/apps/v1/namespaces/NS/replicasets";
export const deployments = "/apis/apps/v1/namespaces/NS/deployments";
export const jobs = "/apis/batch/v1/namespaces/NS/jobs";
export const ingresses = "/apis/networking.k8s.io/v1/namespaces/NS/ingresses";
export const things = "/apis/example.com/v1/namespaces/NS/widgets";

export const merge = "application/merge-patch+json";
export const json = "application/json-patch+json";
export const strategic = "application/strategic-merge-patch+json";
export const apply = "application/apply-patch+yaml";
export const table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

export function get(path: string, accept?: string): Step {
  return { method: "GET", path, ...(accept === undefined ? {} : { accept }) };
}

export function post(path: string, body: unknown): Step {
  return { method: "POST", path, body };
}

export function put(path: string, body: unknown): Step {
  return { method: "PUT", path, body };
}

export function patch(path: string, type: string, body: unknown): Step {
  return { method: "PATCH", path, type, body };
}

export function remove(path: string, body?: object): Step {
  return { method: "DELETE", path, ...(body === undefined ? {} : { body }) };
}

export function map(name: string, more: object = {}, metadata: object = {}): object {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    metadata: { name, ...metadata },
    data: { key: "value" },
    ...more,
  };
}

export function thing(name: string, spec: object = {}, more: object = {}): object {
  return {
    apiVersion: "example.com/v1",
    kind: "Widget",
    metadata: { name },
    spec: { size: "small", ...spec },
    ...more,
  };
}

export function set(name: string, spec: object = {}, metadata: object = {}): object {
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: { name, ...metadata },
    spec: { replicas: 0, selector: { matchLabels: { app: "web" } }, template: podTemplate("web"), ...spec },
  };
}

export function deployment(name: string, spec: object = {}): object {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name },
    spec: { selector: { matchLabels: { app: "web" } }, template: podTemplate("web"), ...spec },
  };
}

export function service(name: string, spec: object = {}): object {
  const ports = [{ port: 80, targetPort: 8080 }];
  return {
    apiVersion: "v1",
    kind: "Service",
    metadata: { name },
    spec: { selector: { app: "web" }, ports, ...spec },
  };
}

export function pod(name: string, spec: object = {}, metadata: object = {}): object {
  const containers = [{ name: "web", image: "web:1" }];
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, labels: { app: "web" }, ...metadata },
    spec: { containers, ...spec },
  };
}

export function job(name: string, spec: object = {}): object {
  const containers = [{ name: "main", image: "job:1" }];
  const template = { spec: { restartPolicy: "Never", containers } };
  return { apiVersion: "batch/v1", kind: "Job", metadata: { name }, spec: { template, ...spec } };
}

export function ingress(name: string, path: object = {}): object {
  const backend = { service: { name: "web", port: { number: 80 } } };
  const rules = [
    { host: "web.example.com", http: { paths: [{ path: "/", pathType: "Prefix", backend, ...path }] } },
  ];
  return { apiVersion: "networking.k8s.io/v1", kind: "Ingress", metadata: { name }, spec: { rules } };
}

/** A container that uses what has defaults. */
export const rich = {
  name: "web",
  image: "web",
  ports: [{ containerPort: 80 }],
  env: [
    { name: "A", value: "1" },
    { name: "B", valueFrom: { fieldRef: { fieldPath: "metadata.name" } } },
  ],
  resources: { limits: { cpu: "1000m", memory: "1024Mi" }, requests: { cpu: 0.5 } },
  readinessProbe: { httpGet: { port: 80 } },
  volumeMounts: [{ name: "v", mountPath: "/v" }],
};

export const richPod = {
  containers: [rich],
  initContainers: [
    { name: "init", image: "init:1@sha256:0123456789012345678901234567890123456789012345678901234567890123" },
  ],
  volumes: [{ name: "v" }, { name: "c", configMap: { name: "a" } }],
  hostNetwork: false,
  serviceAccountName: "runner",
};
