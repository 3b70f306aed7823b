import type { KubeObject } from "../../api/object.ts";
import { type Cause, invalidValue, requiredValue } from "../failure.ts";
import { filled, isJson, type Json, jsonOf, listOf } from "../json.ts";
import { labelCauses } from "../names.ts";
import { oneOf, portNumberCauses } from "./podChecks.ts";

/** A Service with its defaults, its cluster IP and node ports. */
export function completedService(object: KubeObject): KubeObject {
  const given = filled(jsonOf(object["spec"]), { sessionAffinity: "None", type: "ClusterIP" });
  const { type } = given;
  const external = type === "NodePort" || type === "LoadBalancer";
  const ports = listOf(given["ports"]).map((port) => completedPort(jsonOf(port), external, object));
  const spec = { ...given, ...(ports.length === 0 ? {} : { ports }), ...affinity(given) };
  if (type === "ExternalName") return { ...object, spec };
  const ip = given["clusterIP"] ?? listOf(given["clusterIPs"])[0] ?? addressOf(object);
  const defaults = {
    clusterIP: ip,
    clusterIPs: [ip],
    ipFamilies: ["IPv4"],
    ipFamilyPolicy: "SingleStack",
    internalTrafficPolicy: "Cluster",
    ...(external ? { externalTrafficPolicy: "Cluster" } : {}),
    ...(type === "LoadBalancer" ? { allocateLoadBalancerNodePorts: true } : {}),
  };
  return { ...object, spec: filled(spec, defaults) };
}

function affinity(spec: Json): Json {
  if (spec["sessionAffinity"] !== "ClientIP" || spec["sessionAffinityConfig"] !== undefined) return {};
  return { sessionAffinityConfig: { clientIP: { timeoutSeconds: 10_800 } } };
}

function completedPort(port: Json, external: boolean, object: KubeObject): Json {
  const nodePort = 30_000 + (digestOf(`${placeOf(object)}:${String(port["port"])}`) % 2_768);
  const full = filled(port, { protocol: "TCP", targetPort: port["port"] });
  return external ? filled(full, { nodePort }) : full;
}

/** The address follows from the name, so that the same manifests always give the same cluster. */
function addressOf(object: KubeObject): string {
  const digest = digestOf(placeOf(object));
  return `10.${96 + (digest % 16)}.${(digest >>> 4) % 256}.${1 + ((digest >>> 12) % 254)}`;
}

function placeOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ""}/${metadata.name}`;
}

function digestOf(text: string): number {
  let digest = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1)
    digest = Math.imul(digest ^ text.charCodeAt(at), 0x01000193) >>> 0;
  return digest >>> 0;
}

/** An update that does not name the cluster IP and node ports keeps them. */
export function carriedService(object: KubeObject, old: KubeObject): KubeObject {
  const spec = jsonOf(object["spec"]);
  const before = jsonOf(old["spec"]);
  if ((spec["type"] ?? "ClusterIP") === "ExternalName") return object;
  const { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy } = before;
  const ports = listOf(before["ports"]).map(jsonOf);
  const kept = listOf(spec["ports"]).map((port) => {
    const twin = ports.find((one) => one["port"] === jsonOf(port)["port"]);
    return twin?.["nodePort"] === undefined || spec["type"] === "ClusterIP"
      ? port
      : filled(jsonOf(port), { nodePort: twin["nodePort"] });
  });
  const full = filled(spec, { clusterIP, clusterIPs, ipFamilies, ipFamilyPolicy });
  return { ...object, spec: kept.length === 0 ? full : { ...full, ports: kept } };
}

/** What is wrong with a Service. */
export function serviceCauses(object: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const spec = jsonOf(object["spec"]);
  const ports = listOf(spec["ports"]).map(jsonOf);
  const needsPorts = spec["type"] !== "ExternalName" && spec["clusterIP"] !== "None";
  const types = ["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"];
  return [
    ...(needsPorts && ports.length === 0 ? [requiredValue("spec.ports")] : []),
    ...ports.flatMap((port, index) => servicePortCauses(port, `spec.ports[${index}]`, ports.length > 1)),
    ...labelCauses(spec["selector"], "spec.selector"),
    ...oneOf(spec["sessionAffinity"], "spec.sessionAffinity", ["ClientIP", "None"]),
    ...oneOf(spec["type"], "spec.type", types),
    ...(spec["type"] === "ExternalName" && spec["externalName"] === undefined
      ? [requiredValue("spec.externalName")]
      : []),
    ...clusterIpCauses(spec, old),
  ];
}

function servicePortCauses(port: Json, field: string, several: boolean): readonly Cause[] {
  return [
    ...(several && port["name"] === undefined ? [requiredValue(`${field}.name`)] : []),
    ...portNumberCauses(port["port"] ?? 0, `${field}.port`),
    ...oneOf(port["protocol"], `${field}.protocol`, ["SCTP", "TCP", "UDP"]),
    ...(typeof port["targetPort"] === "number"
      ? portNumberCauses(port["targetPort"], `${field}.targetPort`)
      : []),
  ];
}

function clusterIpCauses(spec: Json, old: KubeObject | undefined): readonly Cause[] {
  const before = old === undefined ? undefined : listOf(jsonOf(old["spec"])["clusterIPs"])[0];
  const now = listOf(spec["clusterIPs"]);
  if (before === undefined || spec["type"] === "ExternalName" || now[0] === before) return [];
  return [invalidValue("spec.clusterIPs[0]", now, "may not change once set")];
}

/** What is wrong with an Ingress. */
export function ingressCauses(object: KubeObject): readonly Cause[] {
  const spec = jsonOf(object["spec"]);
  const rules = listOf(spec["rules"]).map(jsonOf);
  const needsOne = rules.length === 0 && !isJson(spec["defaultBackend"]);
  const detail = "either `defaultBackend` or `rules` must be specified";
  return [
    ...(needsOne ? [invalidValue("spec", spec["rules"], detail)] : []),
    ...rules.flatMap((rule, index) =>
      listOf(jsonOf(rule["http"])["paths"]).flatMap((path, at) =>
        pathCauses(jsonOf(path), `spec.rules[${index}].http.paths[${at}]`),
      ),
    ),
  ];
}

function pathCauses({ path, pathType, backend }: Json, field: string): readonly Cause[] {
  const service = jsonOf(jsonOf(backend)["service"]);
  const text = String(path ?? "");
  return [
    ...(pathType === undefined ? [requiredValue(`${field}.pathType`, "pathType must be specified")] : []),
    ...oneOf(pathType, `${field}.pathType`, ["Exact", "ImplementationSpecific", "Prefix"]),
    ...(text !== "" && !text.startsWith("/")
      ? [invalidValue(`${field}.path`, text, "must be an absolute path")]
      : []),
    ...(isJson(jsonOf(backend)["service"]) && service["name"] === undefined
      ? [requiredValue(`${field}.backend.service.name`)]
      : []),
  ];
}
