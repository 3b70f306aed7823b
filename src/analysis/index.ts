import { annotation, label } from "../api/labels.ts";
import { controllerOf, type KindRef, type KubeObject } from "../api/object.ts";
import type { Kind, Shape } from "../reconcile/kind.ts";
import type { Measure } from "../reconcile/measure.ts";
import { decide } from "./decide.ts";
import { isUrgent, observe } from "./observe.ts";
import { sharedRun } from "./shared.ts";
import type { RunSnapshot } from "./snapshot.ts";

/** What an AnalysisRun is. */
export const analysisRunRef: KindRef = { apiVersion: "argoproj.io/v1alpha1", kind: "AnalysisRun" };

/** How runs are kept in the cache. */
export const runShape: Shape = { kind: analysisRunRef, slim: sharedRun };

/** Only Jobs that measure are watched. */
export const measuringJobs: Shape = {
  kind: { apiVersion: "batch/v1", kind: "Job" },
  labelSelector: label.runUid,
};

/**
 * AnalysisRuns, measured through this port. A change of a Job wakes the run that it measures for (analysis
 * 2.1).
 */
export function analysisRunKind({ measure }: { readonly measure: Measure }): Kind<RunSnapshot> {
  return {
    name: "analysisrun",
    of: analysisRunRef,
    wokenBy: [{ kind: measuringJobs.kind, keys: runsOfJob }],
    isUrgent,
    observe: (key, ports) => observe(key, ports, measure),
    decide,
  };
}

function runsOfJob(job: KubeObject): readonly string[] {
  const owner = controllerOf(job);
  if (owner?.kind === analysisRunRef.kind) return [`${job.metadata.namespace ?? ""}/${owner.name}`];
  const { [annotation.runNamespace]: namespace, [annotation.runName]: name } = job.metadata.annotations ?? {};
  return namespace === undefined || name === undefined ? [] : [`${namespace}/${name}`];
}
