import { replaced } from "../analysis/args.ts";
import { isCompleted } from "../analysis/phases.ts";
import { finderIn } from "../analysis/reach.ts";
import { referencedTemplates } from "../analysis/references.ts";
import { measuresTheSame, newAnalysisRun } from "../analysis/templates.ts";
import type { AnalysisRunSpec, Argument } from "../analysis/types.ts";
import type { ExperimentAnalysisRef } from "../api/experiment.ts";
import { label } from "../api/labels.ts";
import type { KindRef, KubeObject } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { rfc3339 } from "../api/time.ts";
import { ownerOf } from "../reconcile/owner.ts";
import { podsOf } from "./replicaSet.ts";
import type { ExperimentView } from "./view.ts";

export const runRef: KindRef = { apiVersion: "argoproj.io/v1alpha1", kind: "AnalysisRun" };

/** What is read of an AnalysisRun. */
interface Run extends KubeObject {
  readonly spec?: AnalysisRunSpec;
  readonly status?: { readonly phase?: string; readonly message?: string };
}

/** The phase of a run, empty before its first look, and its message. */
export function phaseOf(run: KubeObject): { readonly phase: string; readonly message: string } {
  const { phase = "", message = "" } = (run as Run).status ?? {};
  return { phase, message };
}

/** Whether a run goes on and has not been asked to end. */
export function isGoingOn(run: KubeObject): boolean {
  return !isCompleted(phaseOf(run).phase) && (run as Run).spec?.terminate !== true;
}

/** The run of an analysis: one that is there, or one to be created under the first free name. */
export interface StartedRun {
  readonly run: KubeObject;
  readonly isNew: boolean;
}

/**
 * The run to start for an analysis. One that was created after the versions became available, or goes on and
 * measures the same, is taken over; names of others get `.1`, `.2` (analysis 4.2, 5.5). Throws a `Problem`
 * where templates or arguments make no run.
 */
export function runFor(view: ExperimentView, analysis: ExperimentAnalysisRef): StartedRun {
  const base = `${view.name}-${analysis.name}`;
  for (let attempt = firstAttempt(view, base); ; attempt += 1) {
    const name = attempt === 0 ? base : `${base}.${attempt}`;
    const wanted = newRun(view, analysis, name);
    const existing = view.seen.runs.find(({ metadata }) => metadata.name === name);
    if (existing === undefined) return { run: wanted, isNew: true };
    if (canAdopt(view, existing, wanted.spec)) return { run: existing, isNew: false };
  }
}

/** The runs that were started for an analysis, in the status or not. */
export function runsOf(view: ExperimentView, { name }: ExperimentAnalysisRef): readonly KubeObject[] {
  const base = `${view.name}-${name}`;
  return view.seen.runs.filter(({ metadata }) => attemptOf(base, metadata.name) !== undefined);
}

function canAdopt({ status }: ExperimentView, existing: KubeObject, wanted: AnalysisRunSpec): boolean {
  const { spec } = existing as Run;
  if (spec === undefined || !measuresTheSame(spec, wanted)) return false;
  const { creationTimestamp = "" } = existing.metadata;
  return isGoingOn(existing) || Date.parse(creationTimestamp) >= Date.parse(status.availableAt ?? "");
}

/** The attempt after the one whose name turned out to be somebody else's. */
function firstAttempt({ seen }: ExperimentView, base: string): number {
  const failed = seen.last?.failed;
  if (failed === undefined || failed.effect === "status" || failed.effect.do !== "create") return 0;
  const { kind, metadata } = failed.effect.object;
  if (failed.error.reason !== "AlreadyExists" || kind !== runRef.kind) return 0;
  return (attemptOf(base, metadata.name) ?? -1) + 1;
}

function attemptOf(base: string, name: string): number | undefined {
  if (name === base) return 0;
  const number = name.startsWith(`${base}.`) ? name.slice(base.length + 1) : "";
  return /^\d+$/.test(number) ? Number(number) : undefined;
}

function newRun(view: ExperimentView, analysis: ExperimentAnalysisRef, name: string) {
  const { seen, spec, namespace } = view;
  const { labels, annotations = {} } = spec.analysisRunMetadata ?? {};
  const instance = seen.object.metadata.labels?.[label.instanceId];
  const find = finderIn(seen.templates, namespace);
  const { templateName, clusterScope = false } = analysis;
  if (find(templateName, clusterScope) === undefined) throw new Problem(notFound(analysis));
  const refs = [{ templateName, clusterScope }];
  const templates = referencedTemplates(refs, find, "spec.analyses");
  return newAnalysisRun({
    metadata: {
      name,
      namespace,
      labels: { ...labels, ...(instance !== undefined && { [label.instanceId]: instance }) },
      annotations,
      ownerReferences: [ownerOf(seen.object)],
    },
    templates: templates.map((template) => template.spec),
    args: (analysis.args ?? []).map((arg) => resolved(view, arg)),
    dryRun: spec.dryRun,
    measurementRetention: spec.measurementRetention,
  });
}

/** The words of the API server for a template that is not there. */
export function notFound({ templateName, clusterScope = false }: ExperimentAnalysisRef): string {
  const resource = clusterScope ? "clusteranalysistemplate" : "analysistemplate";
  return `${resource}.argoproj.io "${templateName}" not found`;
}

/** An argument with its placeholders filled in; only values are handed on (analysis 5.6). */
function resolved(view: ExperimentView, { name, value }: Argument): Argument {
  return value === undefined
    ? { name }
    : { name, value: replaced(value, (tag) => variable(view, tag.trim())) };
}

function variable(view: ExperimentView, tag: string): string | undefined {
  if (tag === "experiment.availableAt") return view.status.availableAt;
  if (tag === "experiment.finishedAt") return view.endsAt === undefined ? undefined : rfc3339(view.endsAt);
  for (const { name } of view.spec.templates) {
    if (tag === `templates.${name}.podTemplateHash`) return podsOf(view, name)?.hash;
    if (tag === `templates.${name}.replicaset.name`) return podsOf(view, name)?.name;
  }
  return undefined;
}
