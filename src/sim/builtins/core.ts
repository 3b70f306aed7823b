import { Buffer } from "node:buffer";
import type { KubeObject } from "../../api/object.ts";
import { type Cause, requiredValue, unsupportedValue } from "../failure.ts";
import { filled, type Json, jsonOf } from "../json.ts";
import { immutable } from "./workloads.ts";

/** A namespace with the label by which policies find it. */
export function completedNamespace(object: KubeObject): KubeObject {
  const { metadata } = object;
  const labels = { ...metadata.labels, "kubernetes.io/metadata.name": metadata.name };
  return {
    ...object,
    metadata: { ...metadata, labels },
    spec: filled(jsonOf(object["spec"]), { finalizers: ["kubernetes"] }),
  };
}

/** A Secret of a type, with its plain texts moved into the data. */
export function completedSecret(object: KubeObject): KubeObject {
  const texts = Object.entries(jsonOf(object["stringData"]));
  const { stringData: _moved, ...rest } = object;
  const encoded = texts.map(([key, text]) => [key, Buffer.from(String(text)).toString("base64")]);
  const data = { ...jsonOf(object["data"]), ...Object.fromEntries(encoded) };
  const filledIn = texts.length === 0 ? rest : { ...rest, data };
  return filled(filledIn, { type: "Opaque" }) as KubeObject;
}

/** What is wrong with a Secret or ConfigMap: one that is immutable stays as it is, and so does the type. */
export function dataCauses(object: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const typed = immutable(object["type"], old?.["type"], "type");
  if (old?.["immutable"] !== true) return typed;
  const detail = {
    reason: "FieldValueForbidden",
    message: "Forbidden: field is immutable when `immutable` is set",
  };
  const changed = ["data", "binaryData"].filter(
    (field) => immutable(jsonOf(object[field]), jsonOf(old[field]), field).length > 0,
  );
  return [...typed, ...changed.map((field) => ({ ...detail, field }))];
}

/** An Event with the fields that are always shown. */
export function completedEvent(object: KubeObject): KubeObject {
  const defaults = { source: {}, reportingComponent: "", reportingInstance: "" };
  return { ...filled(object, defaults), ...eventTimes(object) } as KubeObject;
}

function eventTimes(object: KubeObject): Json {
  const times = ["firstTimestamp", "lastTimestamp", "eventTime"];
  return Object.fromEntries(times.map((field) => [field, object[field] ?? null]));
}

/** An Event lives in the namespace of what it is about. */
export function eventCauses(object: KubeObject): readonly Cause[] {
  const { namespace } = jsonOf(object["involvedObject"]);
  const own = object.metadata.namespace;
  if (namespace === own || (namespace === undefined && own === "default")) return [];
  const message = `Invalid value: ${JSON.stringify(namespace ?? "")}: does not match event.namespace`;
  return [{ reason: "FieldValueInvalid", message, field: "involvedObject.namespace" }];
}

/** Ports of Endpoints speak TCP when they do not say. */
export function completedEndpoints(object: KubeObject): KubeObject {
  if (!Array.isArray(object["subsets"])) return object;
  const subsets = object["subsets"].map((subset) => withTcp(jsonOf(subset), {}));
  return { ...object, subsets };
}

/** Ports of an EndpointSlice speak TCP and have the empty name when they do not say. */
export function completedEndpointSlice(object: KubeObject): KubeObject {
  return withTcp(filled(object, { endpoints: null }), { name: "" }) as KubeObject;
}

function withTcp(holder: Json, more: Json): Json {
  if (!Array.isArray(holder["ports"])) return holder;
  return {
    ...holder,
    ports: holder["ports"].map((port) => filled(jsonOf(port), { protocol: "TCP", ...more })),
  };
}

/** What is wrong with an EndpointSlice. */
export function endpointSliceCauses(object: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const type = object["addressType"];
  const known = ["FQDN", "IPv4", "IPv6"];
  if (type === undefined) return [requiredValue("addressType")];
  return [
    ...(known.includes(String(type)) ? [] : [unsupportedValue("addressType", type, known)]),
    ...immutable(type, old?.["addressType"], "addressType"),
  ];
}

const rbac = "rbac.authorization.k8s.io";

/** A binding names the API group of its role and subjects. */
export function completedBinding(object: KubeObject): KubeObject {
  const roleRef = filled(jsonOf(object["roleRef"]), { apiGroup: rbac });
  if (!Array.isArray(object["subjects"])) return { ...object, roleRef };
  const subjects = object["subjects"].map((subject) => completedSubject(jsonOf(subject)));
  return { ...object, roleRef, subjects };
}

function completedSubject(subject: Json): Json {
  return subject["kind"] === "ServiceAccount" ? subject : filled(subject, { apiGroup: rbac });
}

/** A HorizontalPodAutoscaler with its defaults. */
export function completedAutoscaler(object: KubeObject): KubeObject {
  const resource = { name: "cpu", target: { type: "Utilization", averageUtilization: 80 } };
  const defaults = { minReplicas: 1, metrics: [{ type: "Resource", resource }] };
  return { ...object, spec: filled(jsonOf(object["spec"]), defaults) };
}

/** What is wrong with a HorizontalPodAutoscaler. */
export function autoscalerCauses(object: KubeObject): readonly Cause[] {
  const { maxReplicas, minReplicas, scaleTargetRef } = jsonOf(object["spec"]);
  const below =
    typeof maxReplicas === "number" && typeof minReplicas === "number" && maxReplicas < minReplicas;
  const value = `Invalid value: ${String(maxReplicas)}: must be greater than or equal to \`minReplicas\``;
  const { kind, name } = jsonOf(scaleTargetRef);
  return [
    ...(below ? [{ reason: "FieldValueInvalid", message: value, field: "spec.maxReplicas" }] : []),
    ...(kind === undefined ? [requiredValue("spec.scaleTargetRef.kind")] : []),
    ...(name === undefined ? [requiredValue("spec.scaleTargetRef.name")] : []),
  ];
}

/** What is wrong with a PodDisruptionBudget. */
export function budgetCauses(object: KubeObject): readonly Cause[] {
  const spec = jsonOf(object["spec"]);
  const both = spec["minAvailable"] !== undefined && spec["maxUnavailable"] !== undefined;
  const rule = "minAvailable and maxUnavailable cannot be both set";
  const message = `Invalid value: ${JSON.stringify(spec)}: ${rule}`;
  return both ? [{ reason: "FieldValueInvalid", message, field: "spec" }] : [];
}
