import { controllerOf, type KubeObject, refOf } from "../../api/object.ts";
import { earliest, type Instant } from "../../api/time.ts";
import type { Effect } from "../../reconcile/effect.ts";
import { type Kind, keyParts } from "../../reconcile/kind.ts";
import type { Plan } from "../../reconcile/plan.ts";
import { read } from "../../reconcile/ports.ts";
import { type Json, jsonOf } from "../json.ts";
import { freeNames, podRef, replicaSetRef, specOf, statusWrite } from "./kinds.ts";
import { availableFrom, goesFirst, isActive, podFrom, readySince } from "./podFacts.ts";

/** A ReplicaSet and the pods that it controls. */
export interface ReplicaSetSeen {
  readonly set: KubeObject;
  readonly pods: readonly KubeObject[];
  /** The node that new pods are placed on; without one they are on none. */
  readonly node: string | undefined;
}

/**
 * The ReplicaSet controller: keeps as many pods as asked for and counts them. With a node, new pods are
 * placed on it at once, so that they end with grace; otherwise they vanish when deleted.
 */
export function replicaSetKind({ node }: { readonly node?: string | undefined } = {}): Kind<ReplicaSetSeen> {
  return {
    name: "replicaset",
    of: replicaSetRef,
    wokenBy: [{ kind: podRef, keys: setsOfPod }],
    async observe(key, ports) {
      const set = await read(ports, { ...replicaSetRef, ...keyParts(key) });
      if (set === undefined || set.metadata.deletionTimestamp !== undefined) return undefined;
      return { set, pods: ports.cache.ownedBy(podRef, set.metadata.uid ?? ""), node };
    },
    decide: decideReplicaSet,
  };
}

function setsOfPod(pod: KubeObject): readonly string[] {
  const owner = controllerOf(pod);
  return owner?.kind === replicaSetRef.kind ? [`${pod.metadata.namespace ?? ""}/${owner.name}`] : [];
}

/** What a ReplicaSet does next: pods come or go, and the status says what is there. */
export function decideReplicaSet({ set, pods, node }: ReplicaSetSeen, now: Instant): Plan {
  const active = pods.filter(isActive);
  const { replicas = 1, minReadySeconds = 0 } = specOf(set) as {
    replicas?: number;
    minReadySeconds?: number;
  };
  const missing = replicas - active.length;
  const from = active.map((pod) => availableFrom(pod, minReadySeconds));
  return {
    effects: missing > 0 ? births(set, pods, missing, node) : deaths(active, -missing),
    status: statusWrite(set, statusOf(set, active, from, now)),
    requeueAt: earliest(...from.filter((at) => at !== undefined && at > now)),
  };
}

function births(
  set: KubeObject,
  pods: readonly KubeObject[],
  count: number,
  node: string | undefined,
): Effect[] {
  const { name, uid = "", resourceVersion = "" } = set.metadata;
  const taken = new Set(pods.map((pod) => pod.metadata.name));
  const placed: Json = node === undefined ? {} : { nodeName: node };
  return freeNames(name, `${uid}/${resourceVersion}`, count, taken).map((free) => ({
    do: "create",
    object: podFrom(set, free, placed),
    why: `${name} has fewer pods than it should`,
  }));
}

function deaths(active: readonly KubeObject[], count: number): Effect[] {
  if (count === 0) return [];
  const why = "its ReplicaSet has more pods than it should";
  return [...active]
    .sort(goesFirst)
    .slice(0, count)
    .map((pod) => ({ do: "delete", ref: refOf(pod), why }));
}

function statusOf(
  set: KubeObject,
  active: readonly KubeObject[],
  from: readonly (Instant | undefined)[],
  now: Instant,
): Json {
  const labels = jsonOf(jsonOf(jsonOf(specOf(set)["template"])["metadata"])["labels"]);
  const labelled = active.filter((pod) =>
    Object.entries(labels).every(([key, value]) => pod.metadata.labels?.[key] === value),
  );
  const counts = {
    fullyLabeledReplicas: labelled.length,
    readyReplicas: active.filter((pod) => readySince(pod) !== undefined).length,
    availableReplicas: from.filter((at) => at !== undefined && at <= now).length,
  };
  const { conditions } = jsonOf(set["status"]);
  return {
    replicas: active.length,
    ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)),
    observedGeneration: set.metadata.generation,
    ...(conditions !== undefined && { conditions }),
  };
}
