import { controllerOf, type KubeObject } from "../../api/object.ts";
import { podTemplateHash } from "../../api/podTemplate/hash.ts";
import { type Instant, rfc3339 } from "../../api/time.ts";
import { change } from "../../reconcile/diff.ts";
import type { Effect } from "../../reconcile/effect.ts";
import { type Kind, keyParts } from "../../reconcile/kind.ts";
import type { Plan } from "../../reconcile/plan.ts";
import { read } from "../../reconcile/ports.ts";
import { type Json, jsonOf, listOf } from "../json.ts";
import { controlledBy, deploymentRef, replicaSetRef, specOf, statusWrite } from "./kinds.ts";

/** A Deployment and the ReplicaSets that it controls. */
export interface DeploymentSeen {
  readonly deployment: KubeObject;
  readonly sets: readonly KubeObject[];
}

const hashLabel = "pod-template-hash";

/**
 * The Deployment controller, as far as Rollouts that refer to a Deployment need it: one ReplicaSet for each
 * template; the current one gets all pods, and the others lose theirs as it becomes available.
 */
export const deploymentKind: Kind<DeploymentSeen> = {
  name: "deployment",
  of: deploymentRef,
  wokenBy: [{ kind: replicaSetRef, keys: deploymentsOf }],
  async observe(key, ports) {
    const deployment = await read(ports, { ...deploymentRef, ...keyParts(key) });
    if (deployment === undefined || deployment.metadata.deletionTimestamp !== undefined) return undefined;
    return { deployment, sets: ports.cache.ownedBy(replicaSetRef, deployment.metadata.uid ?? "") };
  },
  decide: decideDeployment,
};

function deploymentsOf(set: KubeObject): readonly string[] {
  const owner = controllerOf(set);
  return owner?.kind === deploymentRef.kind ? [`${set.metadata.namespace ?? ""}/${owner.name}`] : [];
}

/** What a Deployment does next. */
export function decideDeployment({ deployment, sets }: DeploymentSeen, now: Instant): Plan {
  const spec = specOf(deployment);
  const replicas = Number(spec["replicas"] ?? 1);
  const hash = podTemplateHash(jsonOf(spec["template"]));
  const current = sets.find((set) => set.metadata.labels?.[hashLabel] === hash);
  const others = sets.filter((set) => set !== current);
  const paused = spec["paused"] === true;
  const status = statusWrite(deployment, statusOf(deployment, { sets, current, replicas }, now));
  if (current === undefined) return { effects: paused ? [] : [birth(deployment, hash, replicas)], status };
  const room = Math.max(0, replicas - count(current, "availableReplicas"));
  return {
    effects: [...sized(current, replicas, "it is current"), ...(paused ? [] : shrunk(others, room))],
    status,
  };
}

function birth(deployment: KubeObject, hash: string, replicas: number): Effect {
  const { minReadySeconds, selector, template } = specOf(deployment);
  const { name, namespace } = deployment.metadata;
  const { labels, ...rest } = jsonOf(jsonOf(template)["metadata"]);
  const hashed = { ...(labels as Record<string, string>), [hashLabel]: hash };
  const matchLabels = { ...jsonOf(jsonOf(selector)["matchLabels"]), [hashLabel]: hash };
  const metadata = {
    name: `${name}-${hash}`,
    ...(namespace !== undefined && { namespace }),
    labels: hashed,
    ownerReferences: [controlledBy(deployment)],
  };
  const object = {
    ...replicaSetRef,
    metadata,
    spec: {
      replicas,
      ...(minReadySeconds !== undefined && { minReadySeconds }),
      selector: { ...jsonOf(selector), matchLabels },
      template: { ...jsonOf(template), metadata: { ...rest, labels: hashed } },
    },
  };
  return { do: "create", object, why: "its template is new" };
}

/** Old ReplicaSets share what the current one leaves, newest first. */
function shrunk(others: readonly KubeObject[], room: number): readonly Effect[] {
  let left = room;
  return [...others].reverse().flatMap((set) => {
    const size = Math.min(left, Number(specOf(set)["replicas"] ?? 0));
    left -= size;
    return sized(set, size, "the current one is available");
  });
}

function sized(set: KubeObject, replicas: number, why: string): readonly Effect[] {
  return change(set, { spec: { replicas } }, why);
}

function count(set: KubeObject, field: string): number {
  return Number(jsonOf(set["status"])[field] ?? 0);
}

interface Sets {
  readonly sets: readonly KubeObject[];
  readonly current: KubeObject | undefined;
  readonly replicas: number;
}

function statusOf(deployment: KubeObject, { sets, current, replicas }: Sets, now: Instant): Json {
  const sum = (field: string) => sets.reduce((total, set) => total + count(set, field), 0);
  const available = sum("availableReplicas");
  const counts = {
    replicas: sum("replicas"),
    updatedReplicas: current === undefined ? 0 : count(current, "replicas"),
    readyReplicas: sum("readyReplicas"),
    availableReplicas: available,
    unavailableReplicas: Math.max(0, replicas - available),
  };
  const shown = Object.entries(counts).filter(([, value]) => value > 0);
  const status = available >= replicas ? "True" : "False";
  return {
    ...Object.fromEntries(shown),
    observedGeneration: deployment.metadata.generation,
    conditions: [availability(deployment, status, now)],
  };
}

/** The condition `Available`; its times change with its status only. */
function availability(deployment: KubeObject, status: string, now: Instant): unknown {
  const conditions = listOf(jsonOf(deployment["status"])["conditions"]);
  const [old] = conditions.filter((condition) => jsonOf(condition)["type"] === "Available");
  if (jsonOf(old)["status"] === status) return old;
  const reason = status === "True" ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable";
  const message = `Deployment ${status === "True" ? "has" : "does not have"} minimum availability.`;
  const at = rfc3339(now);
  return { type: "Available", status, reason, message, lastUpdateTime: at, lastTransitionTime: at };
}
