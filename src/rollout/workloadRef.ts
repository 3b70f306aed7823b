import { annotation } from "../api/labels.ts";
import { type KubeObject, refOf } from "../api/object.ts";
import type { Effect } from "../reconcile/effect.ts";
import type { Replicas } from "./replicaSet.ts";
import type { View } from "./view.ts";

/**
 * `status.workloadObservedGeneration`: the generation of the workload whose template this status is about;
 * undefined with a template of one's own (rollout-core 4).
 */
export function workloadGeneration({ spec, seen: { workload } }: View): string | undefined {
  return spec.workloadRef === undefined || workload === undefined ? undefined : generationOf(workload);
}

/** Notes the same generation on the Rollout: clients compare the two, so both are always written. */
export function workloadNote(view: View): readonly Effect[] {
  const { object } = view.seen;
  const generation = workloadGeneration(view);
  const key = annotation.workloadGeneration;
  if (generation === undefined || object.metadata.annotations?.[key] === generation) return [];
  return [
    {
      do: "patch",
      ref: refOf(object),
      type: "merge",
      body: { metadata: { annotations: { [key]: generation } } },
      why: `its workload is at generation ${generation}`,
    },
  ];
}

function generationOf({ metadata }: KubeObject): string {
  return String(metadata.generation ?? 0);
}

/**
 * Takes the pods of the Deployment away that the Rollout's first version replaces: all of them once it is
 * healthy (`onsuccess`), or as many as are available here (`progressively`), so that both together never have
 * fewer than either had or `spec.replicas` asks for. The number is that of the pods seen now, not of the last
 * status as in the peer; one that is at 0 is never scaled up (rollout-core 4).
 */
export function workloadScaleDown(view: View): readonly Effect[] {
  const { spec, seen, newRS } = view;
  const { workload } = seen;
  if (spec.workloadRef === undefined || workload?.kind !== "Deployment" || newRS?.revision !== 1) return [];
  const { replicas: size = 1 } = (workload["spec"] ?? {}) as { readonly replicas?: number };
  const wanted = remaining(view, newRS);
  if (wanted === undefined || size === 0 || wanted === size) return [];
  const why =
    wanted === 0
      ? `all pods of ${workload.metadata.name} are replaced`
      : `${newRS.available} pods are available in place of those of ${workload.metadata.name}`;
  return [{ do: "patch", ref: refOf(workload), type: "merge", body: { spec: { replicas: wanted } }, why }];
}

/** How many pods the Deployment should keep; undefined leaves it. */
function remaining({ spec, status, R }: View, { hash, available }: Replicas): number | undefined {
  const scaleDown = spec.workloadRef?.scaleDown;
  if (scaleDown !== "onsuccess" && scaleDown !== "progressively") return undefined;
  if (status.phase === "Healthy" && status.stableRS === hash && available >= R) return 0;
  const mayStart = scaleDown === "progressively" && spec.replicas !== undefined && available > 0;
  return mayStart ? Math.max(0, R - available) : undefined;
}
