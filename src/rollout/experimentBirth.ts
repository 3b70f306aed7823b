import type { ExperimentSpec } from "../api/experiment.ts";
import { annotation, label } from "../api/labels.ts";
import type { LabelSelector, PodTemplateSpec } from "../api/meta.ts";
import type { KubeObject } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import type { ExperimentStep, ExperimentTemplate } from "../api/steps.ts";
import { isSame } from "../reconcile/diff.ts";
import { ownerOf } from "../reconcile/owner.ts";
import { argumentsFor } from "./analysisArgs.ts";
import { isCompleted, phaseOf } from "./analysisRuns.ts";
import type { View } from "./view.ts";

/** The experiment of a step: one that is there, or one to be created under the first free name. */
export interface StartedExperiment {
  readonly experiment: KubeObject;
  readonly isNew: boolean;
}

/** The name of the experiment of a step: `web-abc-7-3` (analysis 5.7, 10.3). */
export function experimentName({ name, hash, revision }: View, index: number): string {
  return `${name}-${hash}-${revision}-${index}`;
}

/** Which attempt of that name a name is: 0 for the name itself, 1 for `-1`; undefined for other names. */
export function attemptOf(base: string, name: string): number | undefined {
  if (name === base) return 0;
  const number = name.startsWith(`${base}-`) ? name.slice(base.length + 1) : "";
  return /^\d+$/.test(number) ? Number(number) : undefined;
}

/** Whether an experiment has been asked to end. */
export function isAsked(experiment: KubeObject): boolean {
  return (experiment["spec"] as { terminate?: boolean } | undefined)?.terminate === true;
}

/**
 * The experiment to start: one of that name that goes on and asks for the same, or a new one under the first
 * free name. One that is being ended would succeed without having compared anything, so it is left alone.
 * Throws a `Problem` for a version that is neither canary nor stable.
 */
export function experimentToStart(view: View, step: ExperimentStep): StartedExperiment {
  const base = experimentName(view, view.index ?? 0);
  const spec = specFor(view, step);
  for (let attempt = firstAttempt(view, base); ; attempt += 1) {
    const name = attempt === 0 ? base : `${base}-${attempt}`;
    const existing = view.seen.experiments.find(({ metadata }) => metadata.name === name);
    if (existing === undefined) return { experiment: newExperiment(view, name, spec), isNew: true };
    if (canAdopt(existing, spec)) return { experiment: existing, isNew: false };
  }
}

/** The attempt after the one whose name turned out to be somebody else's. */
function firstAttempt({ seen }: View, base: string): number {
  return Math.max(-1, ...[...seen.takenNames].map((name) => attemptOf(base, name) ?? -1)) + 1;
}

function canAdopt(existing: KubeObject, wanted: ExperimentSpec): boolean {
  if (isCompleted(phaseOf(existing)) || isAsked(existing)) return false;
  const { terminate: _, ...spec } = (existing["spec"] ?? {}) as ExperimentSpec;
  return existing.metadata.deletionTimestamp === undefined && isSame(spec, wanted);
}

function newExperiment(
  { seen, namespace, hash, revision }: View,
  name: string,
  spec: ExperimentSpec,
): KubeObject {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Experiment",
    metadata: {
      name,
      namespace,
      labels: { ...seen.object.metadata.labels, [label.podHash]: hash },
      annotations: { [annotation.revision]: String(revision) },
      ownerReferences: [ownerOf(seen.object)],
    },
    spec,
  };
}

function specFor(view: View, step: ExperimentStep): ExperimentSpec {
  const { duration, dryRun, analysisRunMetadata, scaleDownDelaySeconds, analyses } = step;
  return defined({
    templates: step.templates.map((template) => templateFor(view, template)),
    duration,
    progressDeadlineSeconds: view.spec.progressDeadlineSeconds,
    scaleDownDelaySeconds,
    analyses: analyses?.map(({ args, ...analysis }) =>
      defined({ ...analysis, args: args === undefined ? undefined : argumentsFor(view, args) }),
    ),
    dryRun,
    analysisRunMetadata,
  });
}

type Loose<T> = { readonly [Key in keyof T]: T[Key] | undefined };

/** The object without the members that are not set. */
function defined<T extends object>(object: Loose<T>): T {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined)) as T;
}

/** What is read of a ReplicaSet as the API server has it. */
interface WholeSpec {
  readonly selector?: LabelSelector;
  readonly minReadySeconds?: number;
  readonly template?: PodTemplateSpec;
}

/**
 * A version of the experiment: the pods of a ReplicaSet as the API server has them, with the step's metadata.
 */
function templateFor(view: View, given: ExperimentTemplate): ExperimentSpec["templates"][number] {
  const { name, replicas, weight, service, metadata } = given;
  const { selector = {}, minReadySeconds = 0, template = {} } = specOf(view, given);
  const { labels, annotations, ...rest } = template.metadata ?? {};
  const added = { ...annotations, ...metadata?.annotations };
  const chosen = given.selector ?? selector;
  return defined({
    name,
    replicas,
    minReadySeconds: minReadySeconds > 0 ? minReadySeconds : undefined,
    selector: { ...chosen, matchLabels: { ...chosen.matchLabels, ...metadata?.labels } },
    template: {
      ...template,
      metadata: {
        ...rest,
        labels: { ...labels, ...metadata?.labels },
        ...(Object.keys(added).length > 0 && { annotations: added }),
      },
    },
    service: service ?? (weight === undefined ? undefined : {}),
  });
}

function specOf({ seen, newRS, stableRS }: View, { specRef }: ExperimentTemplate): WholeSpec {
  if (specRef !== "canary" && specRef !== "stable") {
    throw new Problem("Invalid template step SpecRef: must be canary or stable");
  }
  const set = specRef === "canary" ? newRS : stableRS;
  return (seen.fullReplicaSets?.get(set?.name ?? "")?.["spec"] ?? {}) as WholeSpec;
}
