import { annotation } from "../api/labels.ts";
import { refOf } from "../api/object.ts";
import type { RolloutStatus } from "../api/rolloutStatus.ts";
import { type Instant, instant, later, rfc3339, seconds } from "../api/time.ts";
import type { Effect, EventNote } from "../reconcile/effect.ts";
import type { Pods } from "./replicaSet.ts";
import type { ExperimentView } from "./view.ts";

/** What is to be done about the size of a ReplicaSet. */
export interface Scaling {
  readonly grow: readonly Effect[];
  readonly shrink: readonly Effect[];
  /** Whether the size changes now. */
  readonly scales: boolean;
  /** When the pods may go. */
  readonly until: Instant | undefined;
}

const still: Scaling = { grow: [], shrink: [], scales: false, until: undefined };

/** Seconds that pods are kept after the end, unless the spec says otherwise. */
const defaultDelay = 30;

/** Gives a ReplicaSet the size that is desired; the last pods go after a delay (analysis 5.3). */
export function scalingOf(view: ExperimentView, pods: Pods, desired: number): Scaling {
  if (pods.going) return still;
  if (desired === 0 && pods.size > 0) return ending(view, pods);
  if (desired === 0 || (pods.size === desired && pods.deadline === undefined)) return still;
  return resized(
    pods,
    desired,
    desired > pods.size ? "the template wants these pods" : "the template wants fewer",
  );
}

function ending(view: ExperimentView, pods: Pods): Scaling {
  const delay = view.spec.scaleDownDelaySeconds ?? defaultDelay;
  if (delay > 0 && pods.deadline === undefined) {
    const deadline = rfc3339(later(view.now, seconds(delay)));
    const metadata = { annotations: { [annotation.scaleDownDeadline]: deadline } };
    const why = `the experiment is over for these pods; they are kept for ${delay} s`;
    return { ...still, shrink: [patch(pods, { metadata }, why)], until: instant(deadline) };
  }
  const deadline = delay > 0 ? Date.parse(pods.deadline ?? "") : Number.NaN;
  if (deadline > view.now) return { ...still, until: deadline as Instant };
  if (mayHaveTraffic(view, pods)) return still;
  return resized(pods, 0, "the experiment is over for these pods");
}

/** A size, and no deadline any more unless it is what ended the pods. */
function resized(pods: Pods, to: number, why: string): Scaling {
  const keepsDeadline = pods.deadline === undefined || to === 0;
  const body = {
    ...(!keepsDeadline && { metadata: { annotations: { [annotation.scaleDownDeadline]: null } } }),
    ...(to !== pods.size && { spec: { replicas: to } }),
  };
  if (to === pods.size) return { ...still, grow: [patch(pods, body, why)] };
  const direction = to > pods.size ? "up" : "down";
  const message = `Scaled ${direction} ReplicaSet ${pods.name} from ${pods.size} to ${to}`;
  const effect = patch(pods, body, why, { type: "Normal", reason: "ScalingReplicaSet", message });
  const grows = to > pods.size;
  return { grow: grows ? [effect] : [], shrink: grows ? [] : [effect], scales: true, until: undefined };
}

function patch(pods: Pods, body: unknown, why: string, event?: EventNote): Effect {
  return {
    do: "patch",
    ref: refOf(pods.object),
    type: "merge",
    body,
    why,
    ...(event !== undefined && { event }),
  };
}

/**
 * Whether the routers of the Rollout may send traffic to these pods: they were last seen to, or the Rollout
 * still names the experiment, so that they may have got a share that is not recorded yet. While a person is
 * asked about an analysis, the name says nothing: it stays.
 */
function mayHaveTraffic({ seen, status, name }: ExperimentView, { hash }: Pods): boolean {
  const { canary, pauseConditions = [] } = (seen.rollout?.["status"] ?? {}) as RolloutStatus;
  const hasService = (status.templateStatuses ?? []).some(({ podTemplateHash }) => podTemplateHash === hash);
  const isAsked = pauseConditions.some(({ reason }) => reason === "InconclusiveAnalysisRun");
  if (canary?.currentExperiment === name && hasService && !isAsked) return true;
  return (canary?.weights?.additional ?? []).some(
    ({ podTemplateHash, weight }) => podTemplateHash === hash && weight > 0,
  );
}
