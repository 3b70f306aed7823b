import { isCompleted } from "../analysis/phases.ts";
import type { ExperimentStatus } from "../api/experiment.ts";
import { refOf } from "../api/object.ts";
import { earliest, type Instant, justAfter } from "../api/time.ts";
import { replace } from "../reconcile/conditions.ts";
import { isSame, mergePatch } from "../reconcile/diff.ts";
import type { EventNote } from "../reconcile/effect.ts";
import type { Plan, StatusWrite } from "../reconcile/plan.ts";
import { decideAnalysis } from "./analyses.ts";
import { eventsFor } from "./events.ts";
import { replicaSetsOf } from "./replicaSet.ts";
import type { ExperimentSnapshot } from "./snapshot.ts";
import { nextStatus } from "./status.ts";
import { decideTemplate } from "./templates.ts";
import { type ExperimentView, viewOf } from "./view.ts";

/** What one look at an Experiment decides. Pure: the same snapshot and instant give the same plan. */
export function decide(seen: ExperimentSnapshot, now: Instant): Plan {
  const view = viewOf(seen, now);
  if (seen.invalid !== undefined) return refuse(view, seen.invalid);
  const double = view.spec.templates.find(({ name }) => replicaSetsOf(view, name).length > 1);
  if (double !== undefined) {
    return { effects: [], problem: `multiple ReplicaSets match single experiment template: ${double.name}` };
  }
  const templates = view.spec.templates.map((template) => decideTemplate(view, template));
  const analyses = (view.spec.analyses ?? []).map((analysis) => decideAnalysis(view, analysis));
  const next = nextStatus(view, {
    templates: templates.map(({ status }) => status),
    analyses: analyses.flatMap(({ status }) => status ?? []),
    moved: templates.some(({ moved }) => moved),
  });
  const runs = analyses.flatMap(({ effects }) => effects);
  const events = [...templates.flatMap((template) => template.events), ...eventsFor(view, next)];
  return {
    effects: [
      ...templates.flatMap(({ grow }) => grow),
      ...runs.filter((effect) => effect.do !== "create" || !isCompleted(next.phase)),
      ...templates.flatMap(({ shrink }) => shrink),
    ],
    status: write(view, next, events),
    requeueAt: earliest(...templates.map(({ until }) => until), timeUp(view, next)),
  };
}

/** When the time of an experiment that goes on is over. */
function timeUp(
  { endsAt, isOver, terminating }: ExperimentView,
  { phase }: ExperimentStatus,
): Instant | undefined {
  if (endsAt === undefined || isOver || terminating || isCompleted(phase)) return undefined;
  return justAfter(endsAt);
}

/** Says that the spec is invalid and does nothing else; the phase stays (analysis 1.9.3). */
function refuse(view: ExperimentView, message: string): Plan {
  const { status, now } = view;
  const conditions = status.conditions ?? [];
  const told = conditions.find(({ type }) => type === "InvalidSpec");
  const saying = { type: "InvalidSpec", status: "True", reason: "InvalidSpec", message };
  const next =
    told?.message === message ? status : { ...status, conditions: replace(conditions, saying, now) };
  return { effects: [], status: write(view, next, []) };
}

/** The write of the next status. An Experiment has no status subresource. */
function write(
  { seen, status }: ExperimentView,
  next: ExperimentStatus,
  events: readonly EventNote[],
): StatusWrite {
  return {
    ref: refOf(seen.object),
    version: seen.object.metadata.resourceVersion ?? "",
    patch: mergePatch(status, next),
    urgent: !isSame(telling(status), telling(next)),
    events,
  };
}

/** What somebody waits for; counts of pods and the words of conditions can wait. */
function telling({
  phase,
  message,
  availableAt,
  templateStatuses = [],
  analysisRuns,
  conditions = [],
}: ExperimentStatus) {
  const templates = templateStatuses.map((one) => [one.name, one.status, one.message, one.serviceName]);
  const invalid = conditions.find(({ type }) => type === "InvalidSpec")?.message;
  return { phase, message, availableAt, templates, analysisRuns, invalid };
}
