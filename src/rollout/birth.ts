import { annotation, label } from "../api/labels.ts";
import { type KubeObject, refOf } from "../api/object.ts";
import { rfc3339 } from "../api/time.ts";
import type { Effect } from "../reconcile/effect.ts";
import { ownerOf } from "../reconcile/owner.ts";
import { antiAffinityFor } from "./antiAffinity.ts";
import { previewSize } from "./blueGreen.ts";
import { basicSizeAtBirth, routedSizes } from "./counts.ts";
import { copiedAnnotations, revisionEffect, revisionFor } from "./maintenance.ts";
import { metadataAtBirth } from "./metadata.ts";
import { type View, viewOf } from "./view.ts";

/**
 * The writes that give the current template its ReplicaSet and the Rollout its revision (rollout-core 9.5).
 */
export function birth(view: View): readonly Effect[] {
  const { seen } = view;
  const revision = revisionFor(view);
  const object = newReplicaSet(view, revision);
  const message = `Created ReplicaSet ${object.metadata.name} (revision ${revision})`;
  return [
    ...revisionEffect(view, revision),
    {
      do: "create",
      object,
      why: "the pod template is new",
      event: { type: "Normal", reason: "NewReplicaSetCreated", message },
    },
    ...replicasEffect(seen.object),
  ];
}

/** A Rollout without `replicas` gets 1 written into it: autoscalers need the field (rollout-core 10.1). */
export function replicasEffect(object: KubeObject): readonly Effect[] {
  const { replicas } = (object["spec"] ?? {}) as { replicas?: number };
  if (replicas !== undefined) return [];
  return [
    {
      do: "patch",
      ref: refOf(object),
      type: "merge",
      body: { spec: { replicas: 1 } },
      why: "1 replica is the default",
    },
  ];
}

/** The ReplicaSet of the current template. Its name is computed, so that it is created once only. */
export function newReplicaSet(view: View, revision: number): KubeObject {
  const { seen, name, namespace, R, hash, spec } = view;
  const template = seen.template ?? {};
  const { metadata: extra, recorded } = metadataAtBirth(view);
  const labels = { ...template.metadata?.labels, [label.podHash]: hash };
  const annotations = { ...template.metadata?.annotations, ...extra.annotations };
  return {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      annotations: {
        ...copiedAnnotations(view),
        [annotation.revision]: String(revision),
        [annotation.desiredReplicas]: String(R),
        ...recorded,
      },
      ownerReferences: [ownerOf(seen.object)],
    },
    spec: {
      replicas: firstSize(view),
      ...(spec.minReadySeconds !== undefined &&
        spec.minReadySeconds > 0 && { minReadySeconds: spec.minReadySeconds }),
      selector: { ...seen.selector, matchLabels: { ...seen.selector?.matchLabels, [label.podHash]: hash } },
      template: {
        ...template,
        metadata: {
          ...template.metadata,
          labels: { ...labels, ...extra.labels },
          ...(Object.keys(annotations).length > 0 && { annotations }),
        },
        spec: antiAffinityFor(view, template.spec ?? {}),
      },
    },
  };
}

/** Whether a ReplicaSet was there and is gone: the status has its hash already. */
export function isLost({ status, hash }: View): boolean {
  return status.currentPodHash === hash;
}

/**
 * The size at which the new ReplicaSet is born: the one that the first look after its creation would give it
 * (product: budgets); none while the rollout is held, or when it was there before (trap 68).
 */
function firstSize(view: View): number {
  const { seen, spec, hash, name } = view;
  if (spec.paused === true || isLost(view)) return 0;
  const {
    abort: _1,
    abortedAt: _2,
    promoteFull: _3,
    pauseConditions: _4,
    controllerPause: _5,
    ...kept
  } = seen.rollout.status ?? {};
  const status = { ...kept, currentPodHash: hash, currentStepIndex: 0 };
  const empty: KubeObject = {
    apiVersion: "apps/v1",
    kind: "ReplicaSet",
    metadata: {
      name: `${name}-${hash}`,
      labels: { [label.podHash]: hash },
      creationTimestamp: rfc3339(view.now),
    },
    spec: { replicas: 0 },
  };
  const next = viewOf(
    { ...seen, rollout: { ...seen.rollout, status }, replicaSets: [...seen.replicaSets, empty] },
    view.now,
  );
  if (next.blueGreen !== undefined) return previewSize(next, hash);
  return next.traffic ? routedSizes(next, false, undefined).canary : basicSizeAtBirth(next);
}
