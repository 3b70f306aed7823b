import type { TemplateSpec } from "../api/experiment.ts";
import { annotation, label } from "../api/labels.ts";
import type { KindRef, KubeObject } from "../api/object.ts";
import { podTemplateHash } from "../api/podTemplate/hash.ts";
import { ownerOf } from "../reconcile/owner.ts";
import { type ExperimentView, templateStatusIn } from "./view.ts";

export const replicaSetRef: KindRef = { apiVersion: "apps/v1", kind: "ReplicaSet" };

/** The ReplicaSet of a template, as decisions read it. */
export interface Pods {
  readonly object: KubeObject;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The pod hash in its labels. */
  readonly hash: string;
  /** `spec.replicas`. */
  readonly size: number;
  readonly total: number;
  readonly ready: number;
  readonly available: number;
  /** The text of its scale-down deadline. */
  readonly deadline: string | undefined;
  /** Whether it is being deleted; its name is free after that. */
  readonly going: boolean;
}

/** The name of a template's ReplicaSet; it has no hash (analysis 5.2). */
export function replicaSetName(experiment: string, template: string): string {
  return `${experiment}-${template}`;
}

/** The annotations that tie ReplicaSets and Services to a template. */
export function annotationsFor(experiment: string, template: string): Readonly<Record<string, string>> {
  return { [annotation.experimentName]: experiment, [annotation.experimentTemplate]: template };
}

/**
 * The ReplicaSets of a template: those annotated so, or, when the annotations were taken off, the one named
 * so.
 */
export function replicaSetsOf({ seen, name }: ExperimentView, template: string): readonly KubeObject[] {
  return seen.replicaSets.filter(({ metadata }) => {
    const own = metadata.annotations?.[annotation.experimentTemplate];
    if (own === undefined) return metadata.name === replicaSetName(name, template);
    return own === template && metadata.annotations?.[annotation.experimentName] === name;
  });
}

/** The ReplicaSet of a template; what its controller has not reported yet counts as 0. */
export function podsOf(view: ExperimentView, template: string): Pods | undefined {
  const [object] = replicaSetsOf(view, template);
  if (object === undefined) return undefined;
  const { name, labels = {}, annotations = {}, deletionTimestamp } = object.metadata;
  const { replicas = 0 } = (object["spec"] ?? {}) as { replicas?: number };
  const status = (object["status"] ?? {}) as Readonly<Record<string, number | undefined>>;
  return {
    object,
    name,
    labels,
    hash: labels[label.podHash] ?? "",
    size: replicas,
    total: status["replicas"] ?? 0,
    ready: status["readyReplicas"] ?? 0,
    available: status["availableReplicas"] ?? 0,
    deadline: annotations[annotation.scaleDownDeadline],
    going: deletionTimestamp !== undefined,
  };
}

/**
 * The ReplicaSet to create for a template. It has no pods yet, so that its Service comes first (analysis
 * 5.2). Pods that are copied from a ReplicaSet have a hash of their own: else Services and queries could not
 * tell them from those, nor from the same pods of another experiment.
 */
export function newReplicaSet(
  { seen, name, namespace, status }: ExperimentView,
  given: TemplateSpec,
): KubeObject {
  const { [label.podHash]: former, ...own } = given.template.metadata?.labels ?? {};
  const template = { ...given.template, metadata: { ...given.template.metadata, labels: own } };
  const setName = replicaSetName(name, given.name);
  const told = former === undefined ? own : { ...own, [label.podHash]: setName };
  const hashed = { ...template, metadata: { ...template.metadata, labels: told } };
  const hash = podTemplateHash(hashed, templateStatusIn(status, given.name)?.collisionCount);
  const labels = { ...own, [label.podHash]: hash };
  return {
    ...replicaSetRef,
    metadata: {
      name: setName,
      namespace,
      labels,
      annotations: annotationsFor(name, given.name),
      ownerReferences: [ownerOf(seen.object)],
    },
    spec: {
      replicas: 0,
      ...((given.minReadySeconds ?? 0) > 0 && { minReadySeconds: given.minReadySeconds }),
      selector: {
        ...given.selector,
        matchLabels: { ...given.selector.matchLabels, [label.podHash]: hash },
      },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
}
