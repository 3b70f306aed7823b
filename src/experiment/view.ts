import { isCompleted } from "../analysis/phases.ts";
import type {
  ExperimentAnalysisRef,
  ExperimentRunStatus,
  ExperimentSpec,
  ExperimentStatus,
  TemplateStatus,
} from "../api/experiment.ts";
import { Problem } from "../api/problem.ts";
import { duration, type Instant, instant, later, type Millis } from "../api/time.ts";
import { type ExperimentSnapshot, statusOf } from "./snapshot.ts";

/** The snapshot of an Experiment made easy to ask. */
export interface ExperimentView {
  readonly seen: ExperimentSnapshot;
  readonly now: Instant;
  readonly name: string;
  readonly namespace: string;
  readonly spec: ExperimentSpec;
  /** The status as it was persisted when the look began. */
  readonly status: ExperimentStatus;
  /** Whether the persisted phase is a final one. */
  readonly finished: boolean;
  /** Whether pods and analyses are to end: finished, asked to, or something has ended it. */
  readonly terminating: boolean;
  /** When its time is over; undefined before it is available and without duration. */
  readonly endsAt: Instant | undefined;
  readonly isOver: boolean;
  /** The analyses that it waits for. */
  readonly required: readonly ExperimentAnalysisRef[];
}

/** Builds the view of a snapshot at an instant. */
export function viewOf(seen: ExperimentSnapshot, now: Instant): ExperimentView {
  const { object, spec } = seen;
  const status = statusOf(object);
  const finished = isCompleted(status.phase);
  const required = (spec.analyses ?? []).filter(
    ({ requiredForCompletion }) => requiredForCompletion === true,
  );
  const endsAt = endOf(spec, status);
  return {
    seen,
    now,
    name: object.metadata.name,
    namespace: object.metadata.namespace ?? "",
    spec,
    status,
    finished,
    terminating: finished || spec.terminate === true || hasEnded(status, required),
    endsAt,
    isOver: endsAt !== undefined && now > endsAt,
    required,
  };
}

/** What the persisted status says about an analysis. */
export function runStatusIn(
  { analysisRuns = [] }: ExperimentStatus,
  analysis: string,
): ExperimentRunStatus | undefined {
  return analysisRuns.find(({ name }) => name === analysis);
}

/** What the persisted status says about a template. */
export function templateStatusIn(
  { templateStatuses = [] }: ExperimentStatus,
  template: string,
): TemplateStatus | undefined {
  return templateStatuses.find(({ name }) => name === template);
}

/** Whether these analyses, at least one, have all succeeded. */
export function allSuccessful(
  analyses: readonly ExperimentAnalysisRef[],
  statuses: readonly ExperimentRunStatus[],
): boolean {
  const succeeded = new Set(statuses.filter(({ phase }) => phase === "Successful").map(({ name }) => name));
  return analyses.length > 0 && analyses.every(({ name }) => succeeded.has(name));
}

/** Whether something in the persisted status ends the experiment (analysis 5.5). */
function hasEnded(
  { templateStatuses = [], analysisRuns = [] }: ExperimentStatus,
  required: readonly ExperimentAnalysisRef[],
): boolean {
  if (templateStatuses.some(({ status }) => status === "Failed" || status === "Error")) return true;
  if (analysisRuns.some(({ phase }) => isCompleted(phase) && phase !== "Successful")) return true;
  return allSuccessful(required, analysisRuns);
}

function endOf({ duration: text }: ExperimentSpec, { availableAt }: ExperimentStatus): Instant | undefined {
  const span = spanOf(text);
  return span === undefined || availableAt === undefined ? undefined : later(instant(availableAt), span);
}

/** How long it lasts. One that cannot be read is never over (analysis 5.1). */
function spanOf(text: string | undefined): Millis | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    return duration(text);
  } catch (error) {
    if (error instanceof Problem) return undefined;
    throw error;
  }
}
