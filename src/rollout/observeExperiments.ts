import type { KindRef, KubeObject } from "../api/object.ts";
import type { Rollout } from "../api/rollout.ts";
import type { Ports } from "../reconcile/ports.ts";
import { wantsExperiment } from "./experiments.ts";
import type { RolloutSnapshot } from "./snapshot.ts";
import { viewOf } from "./view.ts";

export const experimentRef: KindRef = { apiVersion: "argoproj.io/v1alpha1", kind: "Experiment" };

/** The experiments of a Rollout; one that the status names and no watch has delivered yet is asked for. */
export async function experimentsOf(
  { status }: Rollout,
  { metadata }: KubeObject,
  ports: Ports,
): Promise<readonly KubeObject[]> {
  const { uid = "", namespace = "" } = metadata;
  const experiments = ports.cache.ownedBy(experimentRef, uid);
  const name = status?.canary?.currentExperiment;
  if (name === undefined || experiments.some((one) => one.metadata.name === name)) return experiments;
  const fetched = await ports.client.get({ ...experimentRef, namespace, name });
  return fetched === undefined ? experiments : [...experiments, fetched];
}

/**
 * New and stable ReplicaSet as the API server has them, when an experiment is about to be created from their
 * templates: the cache keeps only digests of those.
 */
export async function fullReplicaSets(
  seen: RolloutSnapshot,
  ports: Ports,
): Promise<ReadonlyMap<string, KubeObject>> {
  const found = new Map<string, KubeObject>();
  const { steps = [] } = seen.rollout.spec.strategy?.canary ?? {};
  if (steps.every(({ experiment }) => experiment === undefined)) return found;
  const view = viewOf(seen, ports.clock.now());
  if (view.changed || !wantsExperiment(view)) return found;
  for (const set of [view.newRS, view.stableRS]) {
    if (set === undefined) continue;
    const { apiVersion, kind } = set.object;
    const full = await ports.client.get({ apiVersion, kind, namespace: view.namespace, name: set.name });
    if (full !== undefined) found.set(set.name, full);
  }
  return found;
}
