import { isCompleted } from "../analysis/phases.ts";
import type { ExperimentRunStatus, ExperimentStatus, TemplateStatus } from "../api/experiment.ts";
import { rfc3339 } from "../api/time.ts";
import { type Conditions, set, without } from "../reconcile/conditions.ts";
import { type Phased, phaseFor, phaseOfTemplates } from "./phase.ts";
import type { ExperimentView } from "./view.ts";

/** What was found out about templates and analyses in one look. */
export interface Found {
  readonly templates: readonly TemplateStatus[];
  readonly analyses: readonly ExperimentRunStatus[];
  /** Whether a template is new or a count of pods has changed. */
  readonly moved: boolean;
}

/** The next status of an Experiment (analysis 5.1, 5.5). */
export function nextStatus(view: ExperimentView, found: Found): ExperimentStatus {
  const { status: old } = view;
  const { phase, message } = nextPhase(view, found);
  const availableAt = old.availableAt ?? availableNow(view, found);
  const conditions = conditionsFor(view, phase, found.moved);
  return {
    phase,
    ...(message !== undefined && message !== "" && { message }),
    ...(found.templates.length > 0 && { templateStatuses: found.templates }),
    ...(availableAt !== undefined && { availableAt }),
    ...(found.analyses.length > 0 && { analysisRuns: found.analyses }),
    ...(conditions.length > 0 && { conditions }),
  };
}

function nextPhase(view: ExperimentView, { templates, analyses }: Found): Phased {
  const { phase = "", message } = view.status;
  if (phase === "") return { phase: "Pending" };
  return view.finished ? { phase, message } : phaseFor(view, templates, analyses);
}

/** The first time that all versions run at once. */
function availableNow(view: ExperimentView, { templates }: Found): string | undefined {
  const { phase = "" } = view.status;
  const isRunning = phase !== "" && !view.finished && phaseOfTemplates(view, templates).phase === "Running";
  return isRunning ? rfc3339(view.now) : undefined;
}

/** An experiment that has ended badly keeps what was said last. */
function conditionsFor(view: ExperimentView, phase: string, moved: boolean): Conditions {
  const { name, status, isOver, now } = view;
  const valid = without(status.conditions ?? [], "InvalidSpec");
  const say = (value: "True" | "False", reason: string, rest: string): Conditions => {
    const message = `Experiment "${name}" ${rest}`;
    return set(valid, { type: "Progressing", status: value, reason, message }, now);
  };
  if (phase === "Successful")
    return say("False", "ExperimentCompleted", "has successfully ran and completed.");
  if (isCompleted(phase)) return valid;
  if (moved) return say("True", "ReplicaSetUpdated", "is progressing.");
  const isUp = status.availableAt !== undefined && !isOver;
  return isUp ? say("True", "NewReplicaSetAvailable", "is running.") : valid;
}
