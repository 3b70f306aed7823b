import { type KubeObject, refOf } from "../api/object.ts";
import { type Instant, instant, justAfter, later, seconds } from "../api/time.ts";
import type { Effect, Patch } from "../reconcile/effect.ts";
import type { Plan } from "../reconcile/plan.ts";
import type { View } from "./view.ts";
import { workloadScaleDown } from "./workloadRef.ts";

/**
 * The finalizer of a Rollout that has taken some of the pods of its Deployment and not yet become healthy:
 * were it deleted now, its own pods would go, and nobody would bring back those of the Deployment.
 */
export const workloadFinalizer = "argo-rollouts.argoproj.io/workload-capacity";

/** The deadline of a Rollout that names none, in seconds. */
const usualDeadline = 600;

/** Whether a Rollout is being deleted and still has to give pods back. */
export function isLeaving({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined && isHeld(metadata);
}

/**
 * Keeps the Rollout from vanishing while `progressively` moves pods over: from before the first pod is taken
 * from the Deployment until none is left there and the Rollout is healthy.
 */
export function workloadHold(view: View): readonly Effect[] {
  const { seen, status } = view;
  const isProgressive = view.spec.workloadRef?.scaleDown === "progressively";
  const size = isProgressive ? sizeOf(seen.workload) : undefined;
  if (isHeld(seen.object.metadata)) {
    const isDone = size === undefined || (size === 0 && status.phase === "Healthy");
    return isDone ? [finalizers(seen.object, "its workload has given all its pods away")] : [];
  }
  if (size === undefined || status.phase === "Healthy" || view.spec.replicas === undefined) return [];
  const isUnderWay = size > 0 && size < view.R && view.newRS?.revision === 1;
  if (!isUnderWay && workloadScaleDown(view).length === 0) return [];
  return [finalizers(seen.object, "its workload gives pods away", workloadFinalizer)];
}

/**
 * What is left to do for a Rollout that is being deleted midway: the Deployment gets its pods back, and the
 * Rollout may go with its own when those are available. It goes at once when there is no Deployment any more,
 * and when they have not come within `progressDeadlineSeconds`.
 */
export function leave({ seen, spec, R, now }: View): Plan {
  const { object, workload } = seen;
  const size = sizeOf(workload);
  const until = deadlineOf(object, spec.progressDeadlineSeconds);
  if (workload === undefined || size === undefined || now > until || isBack(workload, size, R)) {
    const version = object.metadata.resourceVersion;
    const effect = finalizers(object, "its workload has its pods back");
    return { effects: [{ ...effect, ...(version !== undefined && { ifVersion: version }) }] };
  }
  if (size >= R) return { effects: [], requeueAt: justAfter(until) };
  const why = "the Rollout is being deleted: its workload gets its pods back";
  const patch: Patch = {
    do: "patch",
    ref: refOf(workload),
    type: "merge",
    body: { spec: { replicas: R } },
    why,
  };
  return { effects: [patch], requeueAt: justAfter(until) };
}

/** The size of a Deployment; undefined of anything else, and of one that is being deleted itself. */
function sizeOf(workload: KubeObject | undefined): number | undefined {
  if (workload?.kind !== "Deployment" || workload.metadata.deletionTimestamp !== undefined) return undefined;
  const { replicas = 1 } = (workload["spec"] ?? {}) as { readonly replicas?: number };
  return replicas;
}

function isBack({ metadata, ...workload }: KubeObject, size: number, R: number): boolean {
  const { availableReplicas = 0, observedGeneration = 0 } = (workload["status"] ?? {}) as {
    readonly availableReplicas?: number;
    readonly observedGeneration?: number;
  };
  return size >= R && availableReplicas >= R && observedGeneration >= (metadata.generation ?? 0);
}

function deadlineOf({ metadata }: KubeObject, deadline = usualDeadline): Instant {
  return later(instant(metadata.deletionTimestamp ?? ""), seconds(deadline));
}

function isHeld({ finalizers: names = [] }: KubeObject["metadata"]): boolean {
  return names.includes(workloadFinalizer);
}

/** Puts our finalizer onto the Rollout, or takes it off. */
function finalizers(object: KubeObject, why: string, ...ours: readonly string[]): Patch {
  const others = (object.metadata.finalizers ?? []).filter((name) => name !== workloadFinalizer);
  const body = { metadata: { finalizers: [...others, ...ours] } };
  return { do: "patch", ref: refOf(object), type: "merge", body, why };
}
