import { runName } from "../analysis/names.ts";
import { referencedTemplates } from "../analysis/references.ts";
import { measuresTheSame, type NewAnalysisRun, newAnalysisRun } from "../analysis/templates.ts";
import type { AnalysisRunSpec, Phase } from "../analysis/types.ts";
import { annotation, label, type RunType, runTypes } from "../api/labels.ts";
import type { KubeObject } from "../api/object.ts";
import type { Effect, EventNote } from "../reconcile/effect.ts";
import { ownerOf } from "../reconcile/owner.ts";
import { argumentsFor } from "./analysisArgs.ts";
import {
  type AnalysisPlace,
  abortWords,
  analysisPlaces,
  type RunStatus,
  recordedRun,
} from "./analysisPlaces.ts";
import { isSaturated } from "./saturation.ts";
import { templateFinder } from "./templates.ts";
import { isAwaited } from "./verification.ts";
import type { View } from "./view.ts";

/** What the analyses of a Rollout say, and what is to be done about their runs. */
export interface Analyses {
  /** The run of each type that the next status names. */
  readonly runs: ReadonlyMap<RunType, RunStatus>;
  readonly effects: readonly Effect[];
  readonly events: readonly EventNote[];
  /** Why the rollout is to be aborted, in the reference's words. */
  readonly abort: string | undefined;
  /** Whether a run ended without a verdict, so that a person has to decide. */
  readonly inconclusive: boolean;
}

/** A run that counts now: what the API server has of it, and whether it is to be created first. */
interface Current {
  readonly type: RunType;
  readonly run: KubeObject;
  readonly isNew: boolean;
}

/**
 * Decides about all analyses (analysis 4.5 to 4.8). `off` says that none should run: promoted, aborted,
 * skipped.
 */
export function analysesFor(view: View, off: boolean): Analyses {
  const current = off ? [] : currentRuns(view);
  const kept = off && view.blueGreen !== undefined ? recordedRuns(view) : new Map<RunType, RunStatus>();
  const runs = off ? kept : new Map(current.map(({ type, run }) => [type, statusOf(run)]));
  const judged = current.filter(({ type }) => isJudged(view, type));
  const failed = judged.filter(({ run }) => ["Failed", "Error"].includes(phaseOf(run))).at(-1);
  return {
    runs,
    effects: [...creations(current), ...terminations(view, current)],
    events: eventsOf(view, runs),
    abort: failed === undefined ? undefined : abortText(failed),
    inconclusive: judged.some(({ run }) => phaseOf(run) === "Inconclusive"),
  };
}

function recordedRuns({ status }: View): ReadonlyMap<RunType, RunStatus> {
  const recorded = new Map<RunType, RunStatus>();
  for (const type of runTypes) {
    const run = recordedRun(status, type);
    if (run !== undefined) recorded.set(type, run);
  }
  return recorded;
}

/** The runs that count now, in the order in which their verdicts override each other. */
function currentRuns(view: View): readonly Current[] {
  const places = analysisPlaces(view);
  const order: readonly RunType[] = ["Step", "Background", "PrePromotion", "PostPromotion"];
  return order.flatMap((type) => {
    const place = places.find((one) => one.type === type && (type !== "Step" || one.infix === view.index));
    const run = runOf(view, type, place);
    return run === undefined ? [] : [run];
  });
}

function runOf(view: View, type: RunType, place: AnalysisPlace | undefined): Current | undefined {
  const recorded = recordedRun(view.status, type);
  const run = view.seen.runs.find(({ metadata }) => metadata.name === recorded?.name);
  const held = run === undefined ? undefined : { type, run, isNew: false };
  if (isHeld(view, type)) return held;
  if (place === undefined || (place.analysis.templates ?? []).length === 0) return undefined;
  if (!isWanted(view, type, place, run)) return undefined;
  return run !== undefined && !needsNew(view, run) ? held : startOf(view, place);
}

/** While a person is asked, the runs stay as they are (analysis 4.6, 4.7). */
function isHeld({ status }: View, type: RunType): boolean {
  const pauses = status.pauseConditions ?? [];
  if (type === "Step") return pauses.length > 0 || status.abort === true;
  return pauses.some(({ reason }) => reason === "InconclusiveAnalysisRun");
}

/** A run that is only held has been judged already. */
function isJudged(view: View, type: RunType): boolean {
  return !isHeld(view, type);
}

function isWanted(view: View, type: RunType, place: AnalysisPlace, run: KubeObject | undefined): boolean {
  switch (type) {
    case "Step":
      return run === undefined || run.metadata.labels?.[label.stepIndex] === String(place.infix);
    case "Background":
      return hasReachedStart(view);
    case "PrePromotion":
      return isBeforeSwitch(view) && (run !== undefined || isPreviewReady(view));
    case "PostPromotion":
      return isAfterSwitch(view) && (run !== undefined || isSaturated(view.newRS, view.R));
  }
}

function hasReachedStart({ stableRS, index, canary }: View): boolean {
  return stableRS !== undefined && (index === undefined || index >= (canary?.analysis?.startingStep ?? 0));
}

function isBeforeSwitch({ status, hash }: View): boolean {
  const active = status.blueGreen?.activeSelector ?? "";
  return status.stableRS !== hash && active !== "" && active !== hash;
}

function isAfterSwitch({ status, hash, seen }: View): boolean {
  return (
    !isAwaited(seen.aws?.targets) && status.stableRS !== hash && status.blueGreen?.activeSelector === hash
  );
}

function isPreviewReady({ blueGreen, newRS, R }: View): boolean {
  const count = blueGreen?.previewReplicaCount;
  if (count === undefined) return isSaturated(newRS, R);
  return newRS?.size === count && newRS.available === count;
}

/**
 * Whether another run has to replace the recorded one: after a resume without verdict, after a retry (4.5).
 */
function needsNew({ status }: View, run: KubeObject): boolean {
  const waits = (status.pauseConditions ?? []).some(({ reason }) =>
    ["CanaryPauseStep", "BlueGreenPause"].includes(reason),
  );
  if (status.controllerPause === true && !waits) return phaseOf(run) === "Inconclusive";
  return status.abortedAt !== undefined;
}

/**
 * The run to start: one of that name that is under way already, or a new one under the first free name (4.2).
 */
function startOf(view: View, place: AnalysisPlace): Current {
  const { name, hash, revision, seen } = view;
  const taken = new Map(seen.runs.map((run) => [run.metadata.name, run]));
  const about = { rollout: name, hash, revision, infix: place.infix };
  const foreign = lastForeign(view, runName(about));
  for (let attempt = 0; ; attempt += 1) {
    const runNamed = runName({ ...about, attempt });
    const wanted = newRun(view, place, runNamed);
    const existing = taken.get(runNamed);
    if (existing !== undefined && canAdopt(existing, wanted))
      return { type: place.type, run: existing, isNew: false };
    if (existing === undefined && attempt > foreign) return { type: place.type, run: wanted, isNew: true };
  }
}

/** One that is asked to end would pass without having measured. */
function canAdopt(existing: KubeObject, wanted: NewAnalysisRun): boolean {
  const spec = existing["spec"] as AnalysisRunSpec;
  return !isCompleted(phaseOf(existing)) && spec.terminate !== true && measuresTheSame(spec, wanted.spec);
}

/**
 * The attempt whose name turned out to be somebody else's when the run was to be created: those before it
 * were taken too. -1 when there is none.
 */
function lastForeign({ seen }: View, base: string): number {
  const attempts = [...seen.takenNames].map((name) => {
    if (name === base) return 0;
    return name.startsWith(`${base}.`) ? Number(name.slice(base.length + 1)) : -1;
  });
  return Math.max(-1, ...attempts.filter(Number.isInteger));
}

function newRun(
  view: View,
  { type, analysis, infix, path }: AnalysisPlace,
  runNamed: string,
): NewAnalysisRun {
  const { seen, namespace, spec, hash, revision } = view;
  const { labels: own = {} } = seen.object.metadata;
  const instance = own[label.instanceId];
  const labels = {
    [label.podHash]: hash,
    [label.runType]: type,
    ...(type === "Step" && { [label.stepIndex]: String(infix) }),
    ...(instance !== undefined && { [label.instanceId]: instance }),
    ...analysis.analysisRunMetadata?.labels,
    ...spec.selector?.matchLabels,
  };
  const annotations = {
    [annotation.revision]: String(revision),
    ...analysis.analysisRunMetadata?.annotations,
  };
  const templates = referencedTemplates(analysis.templates ?? [], templateFinder(view.seen, namespace), path);
  return newAnalysisRun({
    metadata: { name: runNamed, namespace, labels, annotations, ownerReferences: [ownerOf(seen.object)] },
    templates: templates.map((template) => template.spec),
    args: argumentsFor(view, analysis.args),
    dryRun: analysis.dryRun,
    measurementRetention: analysis.measurementRetention,
  });
}

function creations(current: readonly Current[]): readonly Effect[] {
  return current
    .filter(({ isNew }) => isNew)
    .map(({ type, run }) => ({ do: "create", object: run, why: `start the ${type} analysis` }));
}

/** Ends every run of ours that is under way and does not count any more. */
function terminations({ seen }: View, current: readonly Current[]): readonly Effect[] {
  const counts = new Set(current.map(({ run }) => run.metadata.name));
  return seen.runs
    .filter((run) => !counts.has(run.metadata.name) && !isCompleted(phaseOf(run)))
    .filter((run) => (run["spec"] as { terminate?: boolean } | undefined)?.terminate !== true)
    .map((run) => {
      const { name, namespace = "" } = run.metadata;
      const ref = { apiVersion: run.apiVersion, kind: run.kind, namespace, name };
      return {
        do: "patch",
        ref,
        type: "merge",
        body: { spec: { terminate: true } },
        why: "this analysis is over",
      };
    });
}

function abortText({ type, run }: Current): string {
  const { message = "" } = (run["status"] ?? {}) as { message?: string };
  return `${abortWords[type]}${message === "" ? "" : `: ${message}`}`;
}

function statusOf(run: KubeObject): RunStatus {
  const { phase = "", message = "" } = (run["status"] ?? {}) as { phase?: string; message?: string };
  return { name: run.metadata.name, status: phase, ...(message === "" ? {} : { message }) };
}

/** An event for each recorded run whose phase is another one than before (analysis 7.4). */
function eventsOf({ status }: View, runs: ReadonlyMap<RunType, RunStatus>): readonly EventNote[] {
  return [...runs].flatMap(([type, run]) => {
    const before = recordedRun(status, type);
    const replaced = before !== undefined && before.name !== run.name;
    if (run.status === "" || replaced || before?.status === run.status) return [];
    const previous = before?.status ?? "NoPreviousStatus";
    return [
      {
        type: ["Failed", "Error"].includes(run.status) ? ("Warning" as const) : ("Normal" as const),
        reason: `AnalysisRun${run.status}`,
        message: `${type} Analysis Run '${run.name}' Status New: '${run.status}' Previous: '${previous}'`,
      },
    ];
  });
}

/** The phase of an AnalysisRun or Experiment; empty before its first look. */
export function phaseOf(object: KubeObject): Phase {
  return ((object["status"] as { phase?: Phase } | undefined)?.phase ?? "") as Phase;
}

/** Whether a run has ended. */
export function isCompleted(phase: Phase): boolean {
  return ["Successful", "Failed", "Error", "Inconclusive"].includes(phase);
}
