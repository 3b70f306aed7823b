import type { ExperimentSpec, ExperimentStatus } from "../api/experiment.ts";
import { type KubeObject, refOf } from "../api/object.ts";
import type { ExperimentStep } from "../api/steps.ts";
import { portsOf } from "../experiment/services.ts";
import type { Effect, EventNote } from "../reconcile/effect.ts";
import type { AdditionalDestination } from "../traffic/router.ts";
import { isCompleted, phaseOf } from "./analysisRuns.ts";
import {
  attemptOf,
  experimentName,
  experimentToStart,
  isAsked,
  type StartedExperiment,
} from "./experimentBirth.ts";
import type { View } from "./view.ts";

/** What the experiment of a step says, and what is to be done about experiments. */
export interface ExperimentState {
  /** `status.canary.currentExperiment`. */
  readonly current: string | undefined;
  readonly succeeded: boolean;
  readonly inconclusive: boolean;
  /** Why the rollout is to be aborted, in the reference's words. */
  readonly abort: string | undefined;
  readonly effects: readonly Effect[];
  readonly events: readonly EventNote[];
}

const silent: ExperimentState = {
  current: undefined,
  succeeded: false,
  inconclusive: false,
  abort: undefined,
  effects: [],
  events: [],
};

/**
 * Decides about experiments (analysis 5.7): the one of the current step is started and heard, all others are
 * ended. `off` says that none should run: promoted, aborted, skipped. While a person is asked about an
 * analysis, nothing is done. An inconclusive experiment is forgotten, so that another one starts when the
 * person lets the rollout go on.
 */
export function experimentFor(view: View, off: boolean): ExperimentState {
  const recorded = recordedExperiment(view);
  if (!off && isPausedFor(view, "InconclusiveAnalysisRun")) {
    return { ...silent, current: recorded?.metadata.name };
  }
  const isMissing = !off && wantsExperiment(view) && templatesMissing(view);
  if (isMissing) return silent;
  const current = off ? undefined : currentOf(view, recorded);
  const phase = current === undefined || current.isNew ? "" : phaseOf(current.experiment);
  const inconclusive = phase === "Inconclusive";
  const name = current?.experiment.metadata.name;
  return {
    current: inconclusive ? undefined : name,
    succeeded: phase === "Successful",
    inconclusive,
    abort: current === undefined || !isBad(phase) ? undefined : abortText(current.experiment),
    effects: [...creation(current), ...terminations(view, name)],
    events: [],
  };
}

/**
 * Whether the current step wants an experiment that is not there yet: then the templates of the ReplicaSets
 * are needed. None is started while a person is asked about the previous one, nor for an update that is over.
 */
export function wantsExperiment(view: View): boolean {
  const { status, stableRS, newRS, promoted, fastRollback, inWindow } = view;
  if (stepOf(view) === undefined || stableRS === undefined || newRS === undefined) return false;
  if (status.abort === true || status.promoteFull === true || promoted || fastRollback || inWindow)
    return false;
  const pauses = ["InconclusiveAnalysisRun", "InconclusiveExperiment"];
  return !pauses.some((reason) => isPausedFor(view, reason)) && recordedExperiment(view) === undefined;
}

function templatesMissing({ seen, newRS, stableRS }: View): boolean {
  return [newRS, stableRS].some(
    (set) => set !== undefined && seen.fullReplicaSets?.get(set.name) === undefined,
  );
}

function stepOf({ steps, index }: View): ExperimentStep | undefined {
  return index === undefined ? undefined : steps[index]?.experiment;
}

function isPausedFor({ status }: View, reason: string): boolean {
  return (status.pauseConditions ?? []).some((pause) => pause.reason === reason);
}

/**
 * The experiment that the status names, if it belongs to the current step and not to a try before a retry.
 */
function recordedExperiment(view: View): KubeObject | undefined {
  const { status, index, seen } = view;
  const name = status.canary?.currentExperiment ?? "";
  const isRetried = status.abortedAt !== undefined;
  if (index === undefined || isRetried || stepOf(view) === undefined) return undefined;
  if (attemptOf(experimentName(view, index), name) === undefined) return undefined;
  return seen.experiments.find(
    ({ metadata }) => metadata.name === name && metadata.deletionTimestamp === undefined,
  );
}

function currentOf(view: View, recorded: KubeObject | undefined): StartedExperiment | undefined {
  if (recorded !== undefined) return { experiment: recorded, isNew: false };
  const step = stepOf(view);
  return step === undefined || !wantsExperiment(view) ? undefined : experimentToStart(view, step);
}

function creation(current: StartedExperiment | undefined): readonly Effect[] {
  if (current === undefined || !current.isNew) return [];
  const { experiment } = current;
  const message = `Created Experiment '${experiment.metadata.name}'`;
  const event: EventNote = { type: "Normal", reason: "ExperimentCreated", message };
  return [{ do: "create", object: experiment, why: "start the experiment of this step", event }];
}

/** Ends every experiment of ours that goes on and does not count any more. */
function terminations({ seen }: View, current: string | undefined): readonly Effect[] {
  return seen.experiments
    .filter((one) => one.metadata.name !== current && one.metadata.deletionTimestamp === undefined)
    .filter((one) => !isCompleted(phaseOf(one)) && !isAsked(one))
    .map((one) => ({
      do: "patch",
      ref: refOf(one),
      type: "merge",
      body: { spec: { terminate: true } },
      why: "this experiment is over",
    }));
}

function isBad(phase: string): boolean {
  return phase === "Failed" || phase === "Error";
}

function abortText(experiment: KubeObject): string {
  const { message = "" } = (experiment["status"] ?? {}) as ExperimentStatus;
  return `Experiment analysis phase is error/failed${message === "" ? "" : `: ${message}`}`;
}

/**
 * The shares of the running experiment's versions, as the current step sets them. Where a person has moved on
 * from it, or it is asked to end, it gets no traffic any more (analysis 5.7 goes by the last such step: with
 * the weight of a later one the shares can come to more than all). Versions without pods get none.
 */
export function experimentDestinations(view: View): readonly AdditionalDestination[] {
  const step = stepOf(view);
  const current = recordedExperiment(view);
  if (step === undefined || current === undefined || isAsked(current)) return [];
  const { phase, templateStatuses = [] } = (current["status"] ?? {}) as ExperimentStatus;
  if (phase !== "Running") return [];
  return templateStatuses.flatMap(
    ({ name, availableReplicas = 0, serviceName = "", podTemplateHash = "" }) => {
      const weight = step.templates.find((template) => template.name === name)?.weight;
      if (weight === undefined || availableReplicas === 0) return [];
      const port = portOf(current, name);
      return [{ serviceName, podTemplateHash, weight, ...(port !== undefined && { port }) }];
    },
  );
}

/** The port of a version's Service: the one named `http`, else the first. */
function portOf(experiment: KubeObject, version: string): number | undefined {
  const { templates = [] } = (experiment["spec"] ?? {}) as Partial<ExperimentSpec>;
  const template = templates.find(({ name }) => name === version);
  const ports = template === undefined ? [] : portsOf(template);
  return (ports.find(({ name }) => name === "http") ?? ports[0])?.port;
}
