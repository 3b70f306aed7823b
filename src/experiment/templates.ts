import type { TemplateSpec, TemplateStatus } from "../api/experiment.ts";
import type { TemplateState } from "../api/reasons.ts";
import { earliest, type Instant, instant, justAfter, later, rfc3339, seconds } from "../api/time.ts";
import type { Effect, EventNote } from "../reconcile/effect.ts";
import { newReplicaSet, type Pods, podsOf } from "./replicaSet.ts";
import { type Scaling, scalingOf } from "./scale.ts";
import { type ServiceDecision, serviceFor } from "./services.ts";
import { troubleWith } from "./trouble.ts";
import { defaultProgressDeadline } from "./validate.ts";
import { type ExperimentView, templateStatusIn } from "./view.ts";

/** What is to be done about one template, and what its status says. */
export interface TemplateDecision {
  /** Writes that add something, and writes that take pods or the Service away. */
  readonly grow: readonly Effect[];
  readonly shrink: readonly Effect[];
  readonly status: TemplateStatus;
  /** Whether the status is new or a count of pods has changed. */
  readonly moved: boolean;
  /** What went wrong, for people. */
  readonly events: readonly EventNote[];
  /** The first instant at which the decision would be another one. */
  readonly until: Instant | undefined;
}

/** Whether a template has reached a state that it keeps. */
function isSettled(state: string | undefined): state is Exclude<TemplateState, "Running" | "Progressing"> {
  return state === "Successful" || state === "Failed" || state === "Error";
}

/** Decides about one template: its ReplicaSet, Service and size, and how far it is (analysis 5.2 to 5.5). */
export function decideTemplate(view: ExperimentView, template: TemplateSpec): TemplateDecision {
  const before = templateStatusIn(view.status, template.name);
  const pods = podsOf(view, template.name);
  const stopped = view.terminating || isSettled(before?.status);
  const desired = stopped ? 0 : (template.replicas ?? 1);
  const service = serviceFor(view, template, pods, desired);
  const trouble = stopped ? undefined : troubleWith(view, template, pods, service);
  const work = trouble === undefined ? workFor(view, template, { pods, service, desired, stopped }) : idle;
  const counts = countsOf(pods);
  const moved = hasMoved(before, counts);
  const lastTransitionTime = moved || work.scales ? rfc3339(view.now) : before?.lastTransitionTime;
  const deadline = deadlineOf(view, lastTransitionTime);
  const says = trouble?.says ?? saysOf({ view, template, before, isReady: isReady(pods, desired), deadline });
  return {
    grow: work.grow,
    shrink: work.shrink,
    status: {
      name: template.name,
      ...counts,
      ...says,
      ...carried({ collisionCount: before?.collisionCount, lastTransitionTime }),
      ...service.status,
    },
    moved: moved || before === undefined,
    events: trouble?.events ?? [],
    until: earliest(work.until, says.status === "Progressing" ? deadline : undefined),
  };
}

function isReady(pods: Pods | undefined, desired: number): boolean {
  return pods !== undefined && !pods.going && pods.available === desired;
}

/** The members that are set. */
function carried({
  collisionCount,
  lastTransitionTime,
}: {
  readonly collisionCount: number | undefined;
  readonly lastTransitionTime: string | undefined;
}): Pick<TemplateStatus, "collisionCount" | "lastTransitionTime"> {
  return {
    ...(collisionCount !== undefined && { collisionCount }),
    ...(lastTransitionTime !== undefined && { lastTransitionTime }),
  };
}

const idle: Scaling = { grow: [], shrink: [], scales: false, until: undefined };

interface Found {
  readonly pods: Pods | undefined;
  readonly service: ServiceDecision;
  readonly desired: number;
  readonly stopped: boolean;
}

function workFor(view: ExperimentView, template: TemplateSpec, found: Found): Scaling {
  const { pods, service, desired, stopped } = found;
  if (pods === undefined) {
    if (stopped) return { ...idle, shrink: service.shrink };
    const why = `the pods of template ${template.name} need a ReplicaSet`;
    return { ...idle, grow: [{ do: "create", object: newReplicaSet(view, template), why }] };
  }
  const scaling = scalingOf(view, pods, desired);
  return {
    ...scaling,
    grow: [...service.grow, ...scaling.grow],
    shrink: [...scaling.shrink, ...service.shrink],
  };
}

type Counts = Required<
  Pick<TemplateStatus, "replicas" | "updatedReplicas" | "readyReplicas" | "availableReplicas">
>;

function countsOf(pods: Pods | undefined): Counts {
  return {
    replicas: pods?.total ?? 0,
    updatedReplicas: pods?.total ?? 0,
    readyReplicas: pods?.ready ?? 0,
    availableReplicas: pods?.available ?? 0,
  };
}

function hasMoved(before: TemplateStatus | undefined, counts: Counts): boolean {
  return (
    (before?.replicas ?? 0) !== counts.replicas ||
    (before?.readyReplicas ?? 0) !== counts.readyReplicas ||
    (before?.availableReplicas ?? 0) !== counts.availableReplicas
  );
}

/** When the pods are late: the first instant after the deadline; undefined before anything was scaled. */
function deadlineOf({ spec }: ExperimentView, lastTransitionTime: string | undefined): Instant | undefined {
  if (lastTransitionTime === undefined) return undefined;
  const allowed = seconds(spec.progressDeadlineSeconds ?? defaultProgressDeadline);
  return justAfter(later(instant(lastTransitionTime), allowed));
}

/** What a template's status is to say. */
interface Says {
  readonly status: TemplateState;
  readonly message?: string;
}

interface Situation {
  readonly view: ExperimentView;
  readonly template: TemplateSpec;
  readonly before: TemplateStatus | undefined;
  readonly isReady: boolean;
  readonly deadline: Instant | undefined;
}

function saysOf({ view, template, before, isReady, deadline }: Situation): Says {
  const { status, message: cause } = before ?? {};
  if (isSettled(status)) return { status, ...(cause !== undefined && { message: cause }) };
  if (view.terminating || (isReady && view.isOver)) return { status: "Successful" };
  if (isReady) return { status: "Running" };
  if (deadline === undefined || view.now < deadline) return { status: "Progressing" };
  const allowed = view.spec.progressDeadlineSeconds ?? defaultProgressDeadline;
  const message = `Template '${template.name}' exceeded its progressDeadlineSeconds (${allowed})`;
  return { status: "Failed", message };
}
