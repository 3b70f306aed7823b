import { isCompleted, isWorse } from "../analysis/phases.ts";
import type { ExperimentRunStatus, TemplateStatus } from "../api/experiment.ts";
import { templateStates } from "../api/reasons.ts";
import { allSuccessful, type ExperimentView } from "./view.ts";

/** A phase and why. */
export interface Phased {
  readonly phase: string;
  readonly message?: string | undefined;
}

const running: Phased = { phase: "Running" };
const successful: Phased = { phase: "Successful" };

/** The phase of the versions together: that of the worst one (analysis 5.5). */
export function phaseOfTemplates(view: ExperimentView, statuses: readonly TemplateStatus[]): Phased {
  const order: readonly string[] = templateStates;
  const [first, ...others] = statuses;
  if (first === undefined) return view.terminating || view.isOver ? successful : running;
  const rank = ({ status = "" }: TemplateStatus) => order.indexOf(status);
  const { status = "", message } = others.reduce(
    (worst, one) => (rank(one) > rank(worst) ? one : worst),
    first,
  );
  return { phase: status === "Progressing" ? "Pending" : status, message };
}

/** The phase of the analyses together: that of the worst one; none yet counts as successful. */
function phaseOfAnalyses(view: ExperimentView, statuses: readonly ExperimentRunStatus[]): Phased {
  const started = new Set(statuses.map(({ name }) => name));
  const waits = !view.terminating && view.required.some(({ name }) => !started.has(name));
  const phases = statuses.map(({ phase, message }) => (isCompleted(phase) ? { phase, message } : running));
  const worst = phases.reduce((one, other) => (isWorse(other.phase, one.phase) ? other : one), successful);
  return worst.phase === "Successful" && waits ? running : worst;
}

/**
 * The phase of an experiment that is under way. Required analyses that have all succeeded end it, whatever
 * else is still measured, and so does a request to end that found nothing wrong (analysis 5.5; traps 63 and
 * 66).
 */
export function phaseFor(
  view: ExperimentView,
  templates: readonly TemplateStatus[],
  analyses: readonly ExperimentRunStatus[],
): Phased {
  const pods = phaseOfTemplates(view, templates);
  const measured = phaseOfAnalyses(view, analyses);
  const isBad = isCompleted(measured.phase) && measured.phase !== "Successful";
  if (pods.phase === "Failed" || pods.phase === "Error") return pods;
  if (isBad) return measured;
  if (allSuccessful(view.required, analyses)) {
    return { phase: "Successful", message: "Required AnalysisRuns completed" };
  }
  if (pods.phase !== "Successful") return pods;
  return view.required.length > 0 && view.spec.terminate !== true ? measured : successful;
}
