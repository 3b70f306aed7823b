import type { KubeObject } from "../../api/object.ts";
import { type Cause, forbiddenField } from "../failure.ts";
import { filled, type Json, jsonOf, listOf, same, without } from "../json.ts";
import { podSpecCauses } from "./podChecks.ts";
import { completedPodSpec, qosClass } from "./podSpec.ts";

/** A new pod waits to be placed on a node. */
export function begunPod(object: KubeObject): KubeObject {
  return {
    ...object,
    status: { phase: "Pending", qosClass: qosClass(completedPodSpec(jsonOf(object["spec"]))) },
  };
}

/** A pod with its defaults, and what the admission of a usual cluster adds. */
export function completedPod(object: KubeObject): KubeObject {
  const spec = completedPodSpec(jsonOf(object["spec"]));
  const defaults = { enableServiceLinks: true, priority: 0, preemptionPolicy: "PreemptLowerPriority" };
  const containers = listOf(spec["containers"]).map((container) => withRequests(jsonOf(container)));
  return { ...object, spec: { ...filled(spec, defaults), containers, tolerations: tolerations(spec) } };
}

/** Limits are also requests where there are none. */
function withRequests(container: Json): Json {
  const resources = jsonOf(container["resources"]);
  const limits = jsonOf(resources["limits"]);
  if (Object.keys(limits).length === 0) return container;
  return {
    ...container,
    resources: { ...resources, requests: filled(jsonOf(resources["requests"]), limits) },
  };
}

const notReady = "node.kubernetes.io/not-ready";
const unreachable = "node.kubernetes.io/unreachable";

/** A pod may stay for five minutes on a node that is in trouble. */
function tolerations(spec: Json): readonly unknown[] {
  const own = listOf(spec["tolerations"]);
  const missing = [notReady, unreachable].filter((key) => !own.some((one) => jsonOf(one)["key"] === key));
  const added = missing.map((key) => ({
    key,
    operator: "Exists",
    effect: "NoExecute",
    tolerationSeconds: 300,
  }));
  return added.length === 0 ? own : [...own, ...added];
}

/** What is wrong with a pod; most of its spec stays as it was created. */
export function podCauses(object: KubeObject, old: KubeObject | undefined): readonly Cause[] {
  const spec = jsonOf(object["spec"]);
  const causes = podSpecCauses(spec, "spec");
  if (old === undefined || same(lasting(spec), lasting(jsonOf(old["spec"])))) return causes;
  return [...causes, forbiddenField("spec", fixedDetail)];
}

const fixedDetail =
  "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`," +
  "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations)," +
  "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

/** Placing a pod on a node is the work of the scheduler, which here writes the spec itself. */
function lasting(spec: Json): Json {
  const imageless = (containers: unknown) =>
    listOf(containers).map((container) => without(jsonOf(container), "image"));
  return {
    ...without(spec, "activeDeadlineSeconds", "tolerations", "nodeName", "terminationGracePeriodSeconds"),
    containers: imageless(spec["containers"]),
    initContainers: imageless(spec["initContainers"]),
  };
}
