import { conditionOf } from "../reconcile/conditions.ts";
import { isBehind } from "./advance.ts";
import { type Analyses, analysesFor } from "./analysisRuns.ts";
import { countsOf } from "./counters.ts";
import { type ExperimentState, experimentFor } from "./experiments.ts";
import { deadlineApplies, madeProgress, subjectOf, timedOut } from "./progressing.ts";
import type { Status } from "./status.ts";
import type { View } from "./view.ts";

/** What is known about whether this update may go on, before anything is decided about pods and traffic. */
export interface Verdict {
  /** Whether the update is aborted: by a person, earlier, or by what was found now. */
  readonly aborted: boolean;
  /** Why it was aborted in this look; undefined for an older abort or that of a person. */
  readonly detail: string | undefined;
  /** Whether the abort is due to the progress deadline, which has an event of its own. */
  readonly timedOut: boolean;
  /** Whether a person asked to skip everything. */
  readonly promoteFull: boolean;
  /** Whether all pauses are dropped: on full promotion and within the rollback window. */
  readonly clears: boolean;
  /** Reasons for new pauses: a run or an experiment ended without a verdict. */
  readonly pauses: readonly string[];
  readonly analyses: Analyses;
  readonly experiment: ExperimentState;
}

/** Hears analyses, experiments, the deadline and people (rollout-core 13.3, 16.4, 17.2, 21). */
export function verdictOf(view: View): Verdict {
  const { status, promoted, inWindow, fastRollback } = view;
  const promoteFull = status.promoteFull === true;
  const overruled = promoted || promoteFull || inWindow;
  const stands = status.abort === true && !overruled;
  const off = overruled || stands || fastRollback || (status.stableRS ?? "") === "";
  const experiment = experimentFor(view, off);
  const analyses = analysesFor(view, off);
  const found = analyses.abort ?? experiment.abort;
  const deadline = off || found !== undefined ? undefined : deadlineAbort(view);
  const detail = found ?? deadline;
  return {
    aborted: stands || detail !== undefined,
    detail,
    timedOut: deadline !== undefined,
    promoteFull,
    clears: promoteFull || inWindow,
    pauses: detail === undefined ? unanswered(status, analyses, experiment) : [],
    analyses,
    experiment,
  };
}

/** Reasons to ask a person that the status does not hold yet. */
function unanswered({ pauseConditions = [] }: Status, analyses: Analyses, experiment: ExperimentState) {
  const open = [
    experiment.inconclusive ? "InconclusiveExperiment" : undefined,
    analyses.inconclusive ? "InconclusiveAnalysisRun" : undefined,
  ];
  return open.flatMap((reason) =>
    reason === undefined || pauseConditions.some((pause) => pause.reason === reason) ? [] : [reason],
  );
}

/**
 * The detail of an abort because nothing has moved for too long, where the user wants that (rollout-core
 * 17.2), or because pods only come and go (decisions: progress-deadline).
 */
function deadlineAbort(view: View): string | undefined {
  const { spec, status } = view;
  if (spec.progressDeadlineAbort !== true) return undefined;
  const conditions = status.conditions ?? [];
  const next: Status = { ...status, ...countsOf(view) };
  const late = (!madeProgress(view, next) && timedOut(view, conditions)) || isBehind(view);
  const aborted = conditionOf(conditions, "Progressing")?.reason === "RolloutAborted";
  return late && !aborted && deadlineApplies(view, status, conditions)
    ? `${subjectOf(view)} has timed out progressing.`
    : undefined;
}
