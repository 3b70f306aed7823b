import { controllerOf, type KindRef, type KubeObject } from "../api/object.ts";
import { type Kind, keyOf } from "../reconcile/kind.ts";
import type { CacheReader } from "../reconcile/ports.ts";
import { decide } from "./decide.ts";
import { experimentRef, observe } from "./observe.ts";
import { replicaSetRef } from "./replicaSet.ts";
import { runRef } from "./runs.ts";
import { serviceRef } from "./services.ts";
import { type ExperimentSnapshot, statusOf } from "./snapshot.ts";

const rolloutRef: KindRef = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };

/**
 * Experiments, and which changes of other objects wake them (analysis 5.5). Every kind that they need is kept
 * in the cache as Rollouts keep it.
 */
export function experimentKind(): Kind<ExperimentSnapshot> {
  return {
    name: "experiment",
    of: experimentRef,
    wokenBy: [
      ...[replicaSetRef, runRef, serviceRef].map((kind) => ({ kind, keys: ownerOf })),
      { kind: rolloutRef, keys: withPods },
    ],
    observe,
    decide,
  };
}

function ownerOf(object: KubeObject): readonly string[] {
  const owner = controllerOf(object);
  return owner?.kind === experimentRef.kind ? [`${object.metadata.namespace ?? ""}/${owner.name}`] : [];
}

/** The experiments of a Rollout that still have pods: when its traffic has left them they may go. */
function withPods({ metadata }: KubeObject, cache: CacheReader): readonly string[] {
  return cache
    .ownedBy(experimentRef, metadata.uid ?? "")
    .filter((one) => (statusOf(one).templateStatuses ?? []).some(({ replicas = 0 }) => replicas > 0))
    .map(keyOf);
}
