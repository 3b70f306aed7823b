import { isCompleted } from "../analysis/phases.ts";
import { reachableTemplates, type Templates } from "../analysis/reach.ts";
import { ExperimentSpec } from "../api/experiment.ts";
import { controllerOf, type KindRef, type KubeObject } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { read as parse } from "../api/read.ts";
import { targetOf } from "../reconcile/effect.ts";
import { keyParts } from "../reconcile/kind.ts";
import type { Outcome } from "../reconcile/plan.ts";
import { type Ports, read } from "../reconcile/ports.ts";
import { replicaSetName, replicaSetRef } from "./replicaSet.ts";
import { runRef } from "./runs.ts";
import { serviceNameOf, serviceRef } from "./services.ts";
import { type ExperimentSnapshot, statusOf } from "./snapshot.ts";
import { wrongSpec } from "./validate.ts";

export const experimentRef: KindRef = { apiVersion: "argoproj.io/v1alpha1", kind: "Experiment" };

/** Reads all that a decision about an Experiment needs; undefined when it is gone or being deleted. */
export async function observe(key: string, ports: Ports): Promise<ExperimentSnapshot | undefined> {
  const object = await read(ports, { ...experimentRef, ...keyParts(key) });
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return undefined;
  const last = ports.last(key);
  const { spec, invalid } = parsed(object);
  if (invalid !== undefined) return { ...nothing, object, spec, invalid, last };
  return {
    object,
    spec,
    invalid,
    replicaSets: await owned(replicaSetRef, object, ports, last, createdSets(object)),
    runs: await owned(runRef, object, ports, last, recordedRuns(object)),
    services: await servicesOf(object, spec, ports),
    templates: await templatesOf(object, spec, ports),
    rollout: await rolloutOf(object, ports),
    obstacle: await obstacleOf(last, ports),
    last,
  };
}

const nothing = {
  replicaSets: [],
  runs: [],
  services: new Map<string, KubeObject>(),
  templates: new Map<string, KubeObject>(),
  rollout: undefined,
  obstacle: undefined,
};

function parsed(object: KubeObject): Pick<ExperimentSnapshot, "spec" | "invalid"> {
  const invalid = wrongSpec(object.metadata.name, object["spec"]);
  if (invalid !== undefined) return { spec: { templates: [] }, invalid };
  try {
    return { spec: parse(ExperimentSpec, object["spec"]), invalid: undefined };
  } catch (error) {
    if (error instanceof Problem) return { spec: { templates: [] }, invalid: error.message };
    throw error;
  }
}

/**
 * The objects of a kind that it controls. Those that the previous pass wrote, or that are named, and that no
 * watch has delivered yet are asked for.
 */
async function owned(
  kind: KindRef,
  { metadata: { namespace = "", uid = "" } }: KubeObject,
  ports: Ports,
  last: Outcome | undefined,
  names: readonly string[],
): Promise<readonly KubeObject[]> {
  const cached = ports.cache.ownedBy(kind, uid);
  const written = (last?.done ?? [])
    .filter((effect) => effect.do !== "delete")
    .map(targetOf)
    .filter((ref) => ref.apiVersion === kind.apiVersion && ref.kind === kind.kind)
    .map(({ name }) => name);
  const missing = new Set([...names, ...written]);
  for (const { metadata } of cached) missing.delete(metadata.name);
  const fetched = await Promise.all(
    [...missing].map((name) => ports.client.get({ ...kind, namespace, name })),
  );
  const found = fetched.filter((object) => object !== undefined);
  return [...cached, ...found.filter((object) => controllerOf(object)?.uid === uid)];
}

/** The ReplicaSets of the templates that have been looked at before. */
function createdSets(object: KubeObject): readonly string[] {
  const { templateStatuses = [] } = statusOf(object);
  return templateStatuses.map(({ name }) => replicaSetName(object.metadata.name, name));
}

/** The runs that the status names and that have not ended. */
function recordedRuns(object: KubeObject): readonly string[] {
  const { analysisRuns = [] } = statusOf(object);
  return analysisRuns
    .filter(({ phase, analysisRun }) => !isCompleted(phase) && analysisRun !== "")
    .map(({ analysisRun }) => analysisRun);
}

async function servicesOf(
  { metadata: { name: experiment, namespace = "" } }: KubeObject,
  { templates }: ExperimentSpec,
  ports: Ports,
): Promise<ReadonlyMap<string, KubeObject>> {
  const found = new Map<string, KubeObject>();
  for (const template of templates) {
    const name = serviceNameOf(experiment, template);
    if (name === undefined) continue;
    const service = await read(ports, { ...serviceRef, namespace, name });
    if (service !== undefined) found.set(name, service);
  }
  return found;
}

/** The analysis templates, as long as an analysis may be started. */
async function templatesOf(
  object: KubeObject,
  { analyses = [] }: ExperimentSpec,
  ports: Ports,
): Promise<Templates> {
  if (isCompleted(statusOf(object).phase)) return nothing.templates;
  return reachableTemplates(analyses, object.metadata.namespace ?? "", ports);
}

/** The Rollout that it belongs to: its routers may send traffic here, and events about analyses reach it. */
async function rolloutOf(object: KubeObject, ports: Ports): Promise<KubeObject | undefined> {
  const owner = controllerOf(object);
  if (owner?.kind !== "Rollout") return undefined;
  const { apiVersion, kind, name, uid } = owner;
  const rollout = await read(ports, { apiVersion, kind, namespace: object.metadata.namespace ?? "", name });
  return rollout?.metadata.uid === uid ? rollout : undefined;
}

/** What stands where something was to be created in the previous pass. */
async function obstacleOf(last: Outcome | undefined, ports: Ports): Promise<KubeObject | undefined> {
  const failed = last?.failed;
  if (failed === undefined || failed.effect === "status" || failed.effect.do !== "create") return undefined;
  return failed.error.reason === "AlreadyExists" ? ports.client.get(targetOf(failed.effect)) : undefined;
}
