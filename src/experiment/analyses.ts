import { isCompleted } from "../analysis/phases.ts";
import { finderIn } from "../analysis/reach.ts";
import type { ExperimentAnalysisRef, ExperimentRunStatus } from "../api/experiment.ts";
import { type KubeObject, type ObjectRef, refOf } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import type { Effect } from "../reconcile/effect.ts";
import { refusalOf } from "./refusals.ts";
import { isGoingOn, notFound, phaseOf, runFor, runRef, runsOf } from "./runs.ts";
import { type ExperimentView, runStatusIn } from "./view.ts";

/** What is to be done about one analysis, and what its status says; nothing before its run is seen. */
export interface AnalysisDecision {
  readonly effects: readonly Effect[];
  readonly status: ExperimentRunStatus | undefined;
}

/** Decides about one analysis: its template, its run, the run's phase (analysis 5.5). */
export function decideAnalysis(view: ExperimentView, analysis: ExperimentAnalysisRef): AnalysisDecision {
  const before = runStatusIn(view.status, analysis.name);
  if (isCompleted(before?.phase)) return keep(before);
  if (view.terminating)
    return { effects: endOf(view, analysis), status: missingTemplate(view, analysis) ?? before };
  if (view.status.availableAt === undefined) return keep(missingTemplate(view, analysis) ?? before);
  if (before === undefined || before.analysisRun === "") return start(view, analysis);
  const run = namedRun(view, before);
  return keep(run === undefined ? gone(before) : followed(analysis.name, run));
}

function keep(status: ExperimentRunStatus | undefined): AnalysisDecision {
  return { effects: [], status };
}

/** A template that is missing ends the experiment even before its pods are up. */
function missingTemplate(
  { seen, namespace, status, finished }: ExperimentView,
  analysis: ExperimentAnalysisRef,
): ExperimentRunStatus | undefined {
  const { name, templateName, clusterScope = false } = analysis;
  if (finished || status.availableAt !== undefined) return undefined;
  if (finderIn(seen.templates, namespace)(templateName, clusterScope) !== undefined) return undefined;
  const kind = clusterScope ? "ClusterAnalysisTemplate" : "AnalysisTemplate";
  return failed(name, `${kind} verification failed for analysis '${name}': ${notFound(analysis)}`);
}

function failed(name: string, message: string, run = ""): ExperimentRunStatus {
  return { name, analysisRun: run, phase: "Error", message };
}

function start(view: ExperimentView, analysis: ExperimentAnalysisRef): AnalysisDecision {
  try {
    const { run, isNew } = runFor(view, analysis);
    if (!isNew) return keep(pending(analysis.name, run.metadata.name));
    const refused = refusalOf(view.seen, refOf(run));
    if (refused !== undefined) throw new Problem(refused.message);
    return {
      effects: [{ do: "create", object: run, why: `start the analysis ${analysis.name}` }],
      status: undefined,
    };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return keep(
      failed(analysis.name, `Failed to create AnalysisRun for analysis '${analysis.name}': ${error.message}`),
    );
  }
}

function namedRun({ seen }: ExperimentView, { analysisRun }: ExperimentRunStatus): KubeObject | undefined {
  return seen.runs.find(({ metadata }) => metadata.name === analysisRun);
}

function gone({ name, analysisRun }: ExperimentRunStatus): ExperimentRunStatus {
  return failed(name, `analysisruns.argoproj.io "${analysisRun}" not found`, analysisRun);
}

/** What is said of a run first, however far it is already: so its events tell every phase in order. */
function pending(name: string, analysisRun: string): ExperimentRunStatus {
  return { name, analysisRun, phase: "Pending" };
}

/** The status of an analysis as its run has it; a run that nobody has looked at yet is pending. */
function followed(name: string, run: KubeObject): ExperimentRunStatus {
  const { phase, message } = phaseOf(run);
  return {
    name,
    analysisRun: run.metadata.name,
    phase: phase === "" ? "Pending" : phase,
    ...(message !== "" && { message }),
  };
}

/** Asks the runs of an analysis to end, each once. */
function endOf(view: ExperimentView, analysis: ExperimentAnalysisRef): readonly Effect[] {
  return runsOf(view, analysis)
    .filter(isGoingOn)
    .map((run) => {
      const { name } = run.metadata;
      const ref: ObjectRef = { ...runRef, namespace: view.namespace, name };
      const message = `Terminating ${analysis.name} (${name})`;
      return {
        do: "patch",
        ref,
        type: "merge",
        body: { spec: { terminate: true } },
        why: "the experiment is over",
        event: { type: "Normal", reason: "AnalysisRunTerminating", message },
      };
    });
}
