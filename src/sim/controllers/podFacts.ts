import type { KubeObject } from "../../api/object.ts";
import { type Instant, instant, later, seconds } from "../../api/time.ts";
import { type Json, jsonOf, listOf } from "../json.ts";
import { controlledBy, podRef, specOf } from "./kinds.ts";

/** The status of a pod. */
export function podStatus(pod: KubeObject): Json {
  return jsonOf(pod["status"]);
}

/** Whether a pod neither has ended nor is being deleted. */
export function isActive(pod: KubeObject): boolean {
  const { phase } = podStatus(pod);
  return phase !== "Succeeded" && phase !== "Failed" && pod.metadata.deletionTimestamp === undefined;
}

/** Since when a pod is ready; undefined when it is not. */
export function readySince(pod: KubeObject): Instant | undefined {
  const ready = listOf(podStatus(pod)["conditions"])
    .map(jsonOf)
    .find(({ type }) => type === "Ready");
  if (ready?.["status"] !== "True") return undefined;
  const at = ready["lastTransitionTime"];
  return typeof at === "string" ? instant(at) : (0 as Instant);
}

/** From when on a ready pod counts as available; undefined when it is not ready. */
export function availableFrom(pod: KubeObject, minReadySeconds: number): Instant | undefined {
  const since = readySince(pod);
  return since === undefined ? undefined : later(since, seconds(minReadySeconds));
}

/** A pod made from the template of its owner. */
export function podFrom(owner: KubeObject, name: string, more: Json = {}): KubeObject {
  const template = jsonOf(specOf(owner)["template"]);
  const { labels, annotations } = jsonOf(template["metadata"]) as {
    labels?: Record<string, string>;
    annotations?: Record<string, string>;
  };
  const { namespace } = owner.metadata;
  return {
    ...podRef,
    metadata: {
      name,
      ...(namespace !== undefined && { namespace }),
      ...(labels !== undefined && { labels }),
      ...(annotations !== undefined && { annotations }),
      ownerReferences: [controlledBy(owner)],
    },
    spec: { ...jsonOf(template["spec"]), ...more },
  };
}

const deletionCost = "controller.kubernetes.io/pod-deletion-cost";

/**
 * Which of two pods goes first: placed, running, ready, dear, long ready, seldom restarted and old ones stay.
 */
export function goesFirst(one: KubeObject, other: KubeObject): number {
  const [a, b] = [rankOf(one), rankOf(other)];
  for (const [at, value] of a.entries()) {
    const difference = value - (b[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return one.metadata.name < other.metadata.name ? -1 : 1;
}

/** The lower, the sooner it goes; compared one after the other. */
function rankOf(pod: KubeObject): readonly number[] {
  const { phase, containerStatuses } = podStatus(pod);
  const since = readySince(pod);
  const restarts = listOf(containerStatuses).map((status) => Number(jsonOf(status)["restartCount"] ?? 0));
  const { annotations, creationTimestamp } = pod.metadata;
  return [
    phase === "Running" ? 1 : 0,
    since === undefined ? 0 : 1,
    Number(annotations?.[deletionCost] ?? 0),
    -(since ?? 0),
    -Math.max(0, ...restarts),
    -(creationTimestamp === undefined ? 0 : instant(creationTimestamp)),
  ];
}
