import type { KubeObject } from "../../api/object.ts";
import { change } from "../../reconcile/diff.ts";
import type { Effect } from "../../reconcile/effect.ts";
import { type Kind, keyOf, keyParts } from "../../reconcile/kind.ts";
import type { Plan } from "../../reconcile/plan.ts";
import { type CacheReader, read } from "../../reconcile/ports.ts";
import { type Json, jsonOf, listOf } from "../json.ts";
import { controlledBy, endpointSliceRef, podRef, serviceRef, specOf, suffixOf } from "./kinds.ts";
import { podStatus, readySince } from "./podFacts.ts";

/** A Service, the pods that it selects and its slice. */
export interface ServiceSeen {
  readonly service: KubeObject;
  readonly pods: readonly KubeObject[];
  readonly slice: KubeObject | undefined;
}

/**
 * The EndpointSlice controller: one slice for each Service with a selector, with the addresses of its pods.
 */
export const endpointSliceKind: Kind<ServiceSeen> = {
  name: "endpointslice",
  of: serviceRef,
  wokenBy: [{ kind: podRef, keys: servicesOf }],
  async observe(key, ports) {
    const service = await read(ports, { ...serviceRef, ...keyParts(key) });
    if (service === undefined || service.metadata.deletionTimestamp !== undefined) return undefined;
    const { namespace } = service.metadata;
    const pods = ports.cache.list(podRef, namespace).filter((pod) => selects(service, pod));
    const ref = { ...endpointSliceRef, ...keyParts(key), name: sliceName(service) };
    return { service, pods, slice: ports.cache.get(ref) };
  },
  decide: decideEndpoints,
};

function servicesOf(pod: KubeObject, cache: CacheReader): readonly string[] {
  const services = cache.list(serviceRef, pod.metadata.namespace);
  return services.filter((service) => selects(service, pod)).map(keyOf);
}

function selects(service: KubeObject, pod: KubeObject): boolean {
  const labels = Object.entries(jsonOf(specOf(service)["selector"]));
  return labels.length > 0 && labels.every(([key, value]) => pod.metadata.labels?.[key] === value);
}

function sliceName({ metadata }: KubeObject): string {
  return `${metadata.name}-${suffixOf(metadata.uid ?? "")}`;
}

/** What the slice of a Service should say. */
export function decideEndpoints({ service, pods, slice }: ServiceSeen): Plan {
  const spec = specOf(service);
  if (Object.keys(jsonOf(spec["selector"])).length === 0) return { effects: [] };
  const endpoints = [...pods]
    .sort((one, other) => (one.metadata.name < other.metadata.name ? -1 : 1))
    .flatMap(endpoint);
  const ports = listOf(spec["ports"]).map((port) => portOf(jsonOf(port), pods[0]));
  if (slice !== undefined) return { effects: change(slice, { endpoints, ports }, "its pods have changed") };
  return { effects: [birth(service, { endpoints, ports })] };
}

function birth(service: KubeObject, content: Json): Effect {
  const { name, namespace } = service.metadata;
  const labels = {
    "kubernetes.io/service-name": name,
    "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
  };
  const metadata = {
    name: sliceName(service),
    ...(namespace !== undefined && { namespace }),
    labels,
    ownerReferences: [controlledBy(service)],
  };
  return {
    do: "create",
    object: { ...endpointSliceRef, metadata, addressType: "IPv4", ...content },
    why: `Service ${name} has no slice`,
  };
}

/** A pod without an address is no endpoint yet. */
function endpoint(pod: KubeObject): readonly Json[] {
  const { podIP, phase } = podStatus(pod);
  if (podIP === undefined || phase === "Succeeded" || phase === "Failed") return [];
  const { name, namespace, uid, deletionTimestamp } = pod.metadata;
  const serving = readySince(pod) !== undefined;
  const terminating = deletionTimestamp !== undefined;
  const { nodeName } = specOf(pod);
  return [
    {
      addresses: [podIP],
      conditions: { ready: serving && !terminating, serving, terminating },
      ...(nodeName !== undefined && { nodeName }),
      targetRef: { kind: "Pod", namespace, name, uid },
    },
  ];
}

/** A port of the slice; a target port by name is looked up in a pod. */
function portOf(
  { name = "", port, targetPort = port, protocol = "TCP" }: Json,
  pod: KubeObject | undefined,
): Json {
  const containers = pod === undefined ? [] : listOf(specOf(pod)["containers"]).map(jsonOf);
  const named = containers
    .flatMap((container) => listOf(container["ports"]).map(jsonOf))
    .find((one) => one["name"] === targetPort);
  return { name, port: typeof targetPort === "number" ? targetPort : named?.["containerPort"], protocol };
}
