import type { KubeObject } from "../../api/object.ts";
import type { Instant } from "../../api/time.ts";
import { instant } from "../../api/time.ts";
import { type Json, jsonOf, listOf, valueAt } from "../json.ts";
import { ageOf, spanText } from "./age.ts";
import {
  addressesOf,
  endpointsText,
  hostsOf,
  portsText,
  sliceEndpoints,
  slicePorts,
} from "./networkCells.ts";
import { podCells } from "./podCells.ts";

/** One column of a table of a built-in kind. */
export interface BuiltInColumn {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  /** 0 is always shown, 1 with `-o wide`. */
  readonly priority: number;
  cell(object: KubeObject, now: Instant): unknown;
}

type Cell = (object: KubeObject, now: Instant) => unknown;

function column(name: string, cell: Cell, type = "string", priority = 0): BuiltInColumn {
  return { name, type, format: name === "Name" ? "name" : "", priority, cell };
}

function wide(name: string, cell: Cell): BuiltInColumn {
  return column(name, cell, "string", 1);
}

function at(...path: readonly string[]): (object: KubeObject) => unknown {
  return (object) => valueAt(object, path);
}

function count(...path: readonly string[]): Cell {
  return (object) => valueAt(object, path) ?? 0;
}

const name = column("Name", ({ metadata }) => metadata.name);
const age = column("Age", ({ metadata }, now) => ageOf(metadata.creationTimestamp, now));
const created = column("Created At", ({ metadata }) => metadata.creationTimestamp, "date");

const containers = (spec: readonly string[]) => [
  wide("Containers", (object) => joined(valueAt(object, [...spec, "containers"]), "name")),
  wide("Images", (object) => joined(valueAt(object, [...spec, "containers"]), "image")),
];
const templateContainers = containers(["spec", "template", "spec"]);

function joined(list: unknown, field: string): string {
  return listOf(list)
    .map((item) => String(jsonOf(item)[field]))
    .join(",");
}

/** A selector as text, with `<none>` for one that selects nothing. */
function selectorOf(...path: readonly string[]): Cell {
  return (object) => {
    const selector = jsonOf(valueAt(object, path));
    const text = pairs(jsonOf(selector["matchLabels"] ?? selector));
    return text === "" ? "<none>" : text;
  };
}

function pairs(labels: Json): string {
  return Object.entries(labels)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${String(value)}`)
    .join(",");
}

function size(...fields: readonly string[]): Cell {
  return (object) => fields.reduce((sum, field) => sum + Object.keys(jsonOf(object[field])).length, 0);
}

function duration(object: KubeObject, now: Instant): string {
  const { startTime, completionTime } = jsonOf(object["status"]);
  if (typeof startTime !== "string") return "";
  const end = typeof completionTime === "string" ? instant(completionTime) : now;
  return spanText(Math.floor((end - instant(startTime)) / 1_000));
}

function jobStatus(object: KubeObject): string {
  const conditions = listOf(valueAt(object, ["status", "conditions"])).map(jsonOf);
  const has = (type: string) => conditions.some((one) => one["type"] === type && one["status"] === "True");
  if (has("Complete")) return "Complete";
  if (has("Failed")) return "Failed";
  if (object.metadata.deletionTimestamp !== undefined) return "Terminating";
  if (has("Suspended")) return "Suspended";
  if (has("FailureTarget")) return "FailureTarget";
  return has("SuccessCriteriaMet") ? "SuccessCriteriaMet" : "Running";
}

function completions(object: KubeObject): string {
  const { completions: wanted, parallelism } = jsonOf(object["spec"]);
  const done = String(valueAt(object, ["status", "succeeded"]) ?? 0);
  if (wanted !== undefined) return `${done}/${String(wanted)}`;
  return Number(parallelism ?? 0) > 1 ? `${done}/1 of ${String(parallelism)}` : `${done}/1`;
}

function lastSeen(object: KubeObject, now: Instant): string {
  return ageOf(object["lastTimestamp"] ?? object["eventTime"] ?? object["firstTimestamp"], now);
}

/** `Kind/name`. */
function named(reference: unknown): string {
  const { kind, name: what } = jsonOf(reference);
  return `${String(kind)}/${String(what)}`;
}

function readyOf(object: KubeObject): string {
  return String(valueAt(object, ["status", "readyReplicas"]) ?? 0);
}

function subject(object: KubeObject): string {
  const { kind, name: about } = jsonOf(object["involvedObject"]);
  return `${String(kind).toLowerCase()}/${String(about)}`;
}

function source(object: KubeObject): string {
  const { component, host } = jsonOf(object["source"]);
  const from = component ?? object["reportingComponent"] ?? "";
  return host === undefined ? String(from) : `${String(from)}, ${String(host)}`;
}

function subjects(kind: string): Cell {
  return (object) =>
    listOf(object["subjects"])
      .map(jsonOf)
      .filter((one) => one["kind"] === kind)
      .map((one) =>
        kind === "ServiceAccount"
          ? `${String(one["namespace"])}/${String(one["name"])}`
          : String(one["name"]),
      )
      .join(", ");
}

const binding = [
  name,
  column("Role", (object) => named(object["roleRef"])),
  age,
  wide("Users", subjects("User")),
  wide("Groups", subjects("Group")),
  wide("ServiceAccounts", subjects("ServiceAccount")),
];

function orNone(...path: readonly string[]): Cell {
  return (object) => String(valueAt(object, path) ?? "<none>");
}

function available(field: string): Cell {
  return (object) => String(valueAt(object, ["spec", field]) ?? "N/A");
}

function targets(object: KubeObject): string {
  const metrics = listOf(valueAt(object, ["spec", "metrics"])).map(jsonOf);
  const shown = metrics.map((metric) => {
    const { name: what, target } = jsonOf(metric["resource"]);
    const { averageUtilization, averageValue } = jsonOf(target);
    const wanted =
      averageUtilization === undefined ? String(averageValue ?? "<auto>") : `${String(averageUtilization)}%`;
    return `${String(what)}: <unknown>/${wanted}`;
  });
  return shown.length === 0 ? "<none>" : shown.join(", ");
}

/** The columns of each built-in kind, by its name. Kinds without an entry have a name and an age. */
const columns: Readonly<Record<string, readonly BuiltInColumn[]>> = {
  Pod: [
    name,
    column("Ready", (pod, now) => podCells(pod, now).ready),
    column("Status", (pod, now) => podCells(pod, now).status),
    column("Restarts", (pod, now) => podCells(pod, now).restarts),
    age,
    wide("IP", orNone("status", "podIP")),
    wide("Node", orNone("spec", "nodeName")),
    wide("Nominated Node", orNone("status", "nominatedNodeName")),
    wide("Readiness Gates", () => "<none>"),
  ],
  Deployment: [
    name,
    column("Ready", (object) => `${readyOf(object)}/${String(valueAt(object, ["spec", "replicas"]))}`),
    column("Up-to-date", count("status", "updatedReplicas")),
    column("Available", count("status", "availableReplicas")),
    age,
    ...templateContainers,
    wide("Selector", selectorOf("spec", "selector")),
  ],
  ReplicaSet: [
    name,
    column("Desired", count("spec", "replicas"), "integer"),
    column("Current", count("status", "replicas"), "integer"),
    column("Ready", count("status", "readyReplicas"), "integer"),
    age,
    ...templateContainers,
    wide("Selector", selectorOf("spec", "selector")),
  ],
  Job: [
    name,
    column("Status", jobStatus),
    column("Completions", completions),
    column("Duration", duration),
    age,
    ...templateContainers,
    wide("Selector", selectorOf("spec", "selector")),
  ],
  Service: [
    name,
    column("Type", at("spec", "type")),
    column("Cluster-IP", orNone("spec", "clusterIP")),
    column("External-IP", addressesOf),
    column("Port(s)", portsText),
    age,
    wide("Selector", selectorOf("spec", "selector")),
  ],
  Endpoints: [name, column("Endpoints", endpointsText), age],
  EndpointSlice: [
    name,
    column("AddressType", at("addressType")),
    column("Ports", slicePorts),
    column("Endpoints", sliceEndpoints),
    age,
  ],
  Ingress: [
    name,
    column("Class", orNone("spec", "ingressClassName")),
    column("Hosts", hostsOf),
    column("Address", (object) =>
      listOf(valueAt(object, ["status", "loadBalancer", "ingress"]))
        .map((one) => String(jsonOf(one)["ip"] ?? jsonOf(one)["hostname"]))
        .join(","),
    ),
    column("Ports", (object) => (listOf(valueAt(object, ["spec", "tls"])).length > 0 ? "80, 443" : "80")),
    age,
  ],
  ConfigMap: [name, column("Data", size("data", "binaryData")), age],
  Secret: [name, column("Type", at("type")), column("Data", size("data"), "integer"), age],
  ServiceAccount: [name, column("Secrets", (object) => listOf(object["secrets"]).length), age],
  Namespace: [name, column("Status", at("status", "phase")), age],
  Event: [
    column("Last Seen", lastSeen),
    column("Type", at("type")),
    column("Reason", at("reason")),
    column("Object", subject),
    wide("Subobject", (object) => valueAt(object, ["involvedObject", "fieldPath"]) ?? ""),
    wide("Source", source),
    column("Message", (object) => String(object["message"] ?? "").trim()),
    wide("First Seen", (object, now) => ageOf(object["firstTimestamp"] ?? object["eventTime"], now)),
    wide("Count", (object) => object["count"] ?? 1),
    wide("Name", ({ metadata }) => metadata.name),
  ],
  Lease: [name, column("Holder", (object) => valueAt(object, ["spec", "holderIdentity"]) ?? ""), age],
  HorizontalPodAutoscaler: [
    name,
    column("Reference", (object) => named(valueAt(object, ["spec", "scaleTargetRef"]))),
    column("Targets", targets),
    column("MinPods", (object) => String(valueAt(object, ["spec", "minReplicas"]) ?? "<unset>")),
    column("MaxPods", at("spec", "maxReplicas"), "integer"),
    column("Replicas", count("status", "currentReplicas"), "integer"),
    age,
  ],
  PodDisruptionBudget: [
    name,
    column("Min Available", available("minAvailable")),
    column("Max Unavailable", available("maxUnavailable")),
    column("Allowed Disruptions", count("status", "disruptionsAllowed"), "integer"),
    age,
  ],
  PodTemplate: [
    name,
    ...containers(["template", "spec"]).map((one) => ({ ...one, priority: 0 })),
    column(
      "Pod Labels",
      (object) => pairs(jsonOf(valueAt(object, ["template", "metadata", "labels"]))) || "<none>",
    ),
  ],
  CustomResourceDefinition: [name, created],
  Role: [name, created],
  ClusterRole: [name, created],
  RoleBinding: binding,
  ClusterRoleBinding: binding,
};

/** The columns of a built-in kind. */
export function builtInColumns(kind: string): readonly BuiltInColumn[] {
  return columns[kind] ?? [name, age];
}
