import { runShape } from "../analysis/index.ts";
import { clusterTemplateRef, templateRef } from "../analysis/reach.ts";
import { label } from "../api/labels.ts";
import { controllerOf, type KindRef, type KubeObject } from "../api/object.ts";
import { type Kind, keyOf, type Shape, type Wake } from "../reconcile/kind.ts";
import type { CacheReader } from "../reconcile/ports.ts";
import { type Routers, routers } from "../traffic/index.ts";
import { markedBy } from "../traffic/mark.ts";
import { decide } from "./decide.ts";
import {
  Observer,
  orphanIndex,
  replicaSetRef,
  rolloutRef,
  runRef,
  serviceNames,
  serviceRef,
  usesIndex,
} from "./observe.ts";
import { experimentRef } from "./observeExperiments.ts";
import { routerKinds, routerObjects } from "./routed.ts";
import { slimReplicaSet } from "./slim.ts";
import type { RolloutSnapshot } from "./snapshot.ts";
import { Verifier, type VerifierOptions } from "./verifier.ts";

/** How the kinds that a Rollout needs are kept in the cache, with these routers. */
export function rolloutShapesFor(table: Routers): readonly Shape[] {
  return [
    { kind: rolloutRef, indices: { [usesIndex]: (object) => usedBy(object, table) } },
    {
      kind: replicaSetRef,
      slim: slimReplicaSet,
      labelSelector: label.podHash,
      indices: {
        [orphanIndex]: (set) => (controllerOf(set) === undefined ? [set.metadata.namespace ?? ""] : []),
      },
    },
    { kind: serviceRef },
    runShape,
    { kind: experimentRef },
    { kind: templateRef },
    { kind: clusterTemplateRef },
  ];
}

/** The same with the routers of default API versions. */
export const rolloutShapes: readonly Shape[] = rolloutShapesFor(routers);

/**
 * Rollouts, and which changes of other objects wake them (rollout-core 23.3, traffic-cli-ops 4.1). AWS is
 * asked to confirm weights and targets only where `verifying` says how.
 */
export function rolloutKind(
  table: Routers = routers,
  verifying?: VerifierOptions | undefined,
): Kind<RolloutSnapshot> {
  const observer = new Observer(table, verifying && new Verifier(verifying));
  return {
    name: "rollout",
    of: rolloutRef,
    wokenBy: [
      { kind: replicaSetRef, keys: ownersOf },
      { kind: runRef, keys: ownersOf },
      { kind: experimentRef, keys: ownersOf },
      ...[serviceRef, templateRef, clusterTemplateRef].map(namedBy),
    ],
    uses: (object) => usedKinds(object, table),
    wokenByUsed: namedBy,
    observe: (key, ports) => observer.observe(key, ports),
    decide,
  };
}

/** The Rollout that controls the object; for a ReplicaSet that nobody controls, those of its namespace. */
function ownersOf(object: KubeObject, cache: CacheReader): readonly string[] {
  const owner = controllerOf(object);
  const namespace = object.metadata.namespace ?? "";
  if (owner?.kind === rolloutRef.kind) return [`${namespace}/${owner.name}`];
  return owner === undefined && object.kind === replicaSetRef.kind
    ? cache.list(rolloutRef, namespace).map(keyOf)
    : [];
}

/** Wakes the Rollouts that name an object, and those of its namespace that it says write to it. */
export function namedBy(kind: KindRef): Wake {
  return {
    kind,
    keys: (object, cache) => {
      const { namespace = "", name } = object.metadata;
      const found = cache.indexed(rolloutRef, usesIndex, `${kind.kind}/${namespace}/${name}`);
      const writers = markedBy(object).map((rollout) => `${namespace}/${rollout}`);
      return [...new Set([...found.map(keyOf), ...writers])];
    },
  };
}

interface LooseSpec {
  readonly strategy?: {
    readonly canary?: Readonly<Record<string, unknown>>;
    readonly blueGreen?: Readonly<Record<string, unknown>>;
  };
  readonly workloadRef?: { readonly apiVersion?: string; readonly kind?: string; readonly name?: string };
}

/** Everything that a Rollout names, for the index. What cannot be read names nothing. */
function usedBy(object: KubeObject, table: Routers): readonly string[] {
  const spec = (object["spec"] ?? {}) as LooseSpec;
  const { namespace = "", name } = object.metadata;
  const services = serviceNames({ spec } as never).map((service) => `Service/${namespace}/${service}`);
  const { workloadRef: workload } = spec;
  const workloads = workload === undefined ? [] : [`${workload.kind}/${namespace}/${workload.name}`];
  const routed = routerObjects(object, table).map((ref) => `${ref.kind}/${ref.namespace ?? ""}/${ref.name}`);
  return [...services, ...workloads, ...routed, ...templatesOf(spec, namespace), `self/${namespace}/${name}`];
}

function templatesOf(spec: LooseSpec, namespace: string): readonly string[] {
  const { canary = {}, blueGreen = {} } = spec.strategy ?? {};
  const steps = Array.isArray(canary["steps"]) ? (canary["steps"] as { analysis?: unknown }[]) : [];
  const analyses = [
    canary["analysis"],
    blueGreen["prePromotionAnalysis"],
    blueGreen["postPromotionAnalysis"],
    ...steps.map((step) => step.analysis),
  ] as ({ templates?: readonly { templateName?: string; clusterScope?: boolean }[] } | undefined)[];
  return analyses
    .flatMap((analysis) => analysis?.templates ?? [])
    .map(({ templateName, clusterScope }) =>
      clusterScope === true
        ? `ClusterAnalysisTemplate//${templateName}`
        : `AnalysisTemplate/${namespace}/${templateName}`,
    );
}

/** The kinds of routers and workloads that a Rollout needs watched. */
function usedKinds(object: KubeObject, table: Routers): readonly KindRef[] {
  const { workloadRef: workload } = (object["spec"] ?? {}) as LooseSpec;
  const routed = routerKinds(object, table);
  if (workload?.kind !== "Deployment" && workload?.kind !== "PodTemplate") return routed;
  return [...routed, { apiVersion: workload.apiVersion ?? "", kind: workload.kind }];
}
