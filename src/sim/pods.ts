import { controllerOf, type KubeObject, refOf } from "../api/object.ts";
import { type Instant, instant, later, type Millis } from "../api/time.ts";
import { type Kind, keyParts } from "../reconcile/kind.ts";
import type { Plan } from "../reconcile/plan.ts";
import { read } from "../reconcile/ports.ts";
import { podRef, specOf, statusWrite } from "./controllers/kinds.ts";
import { jsonOf, listOf } from "./json.ts";
import { type Fate, lookOf } from "./podFate.ts";

/** How the pods of a cluster without nodes behave. */
export interface PodModel {
  /** What becomes of a pod. It may answer differently later: wake the pod's key then. */
  fate(pod: KubeObject): Fate;
  /** How long a pod on a node takes to end once it is deleted; at most its grace period. */
  readonly stopAfter?: Millis | undefined;
}

/** A pod, and what the model has in store for it. */
export interface PodSeen {
  readonly pod: KubeObject;
  readonly fate: Fate;
  readonly stopAfter: Millis;
}

/**
 * Stands in for scheduler and kubelet: pods run, become ready, crash and end as the model says. It speaks
 * through the client port only, so it does the same on a real API server without nodes.
 */
export function podKind({ fate, stopAfter = 0 as Millis }: PodModel): Kind<PodSeen> {
  return {
    name: "pod",
    of: podRef,
    wokenBy: [],
    async observe(key, ports) {
      const pod = await read(ports, { ...podRef, ...keyParts(key) });
      return pod === undefined ? undefined : { pod, fate: fate(pod), stopAfter };
    },
    decide: decidePod,
  };
}

/** What a pod does next. */
export function decidePod({ pod, fate, stopAfter }: PodSeen, now: Instant): Plan {
  const { phase } = jsonOf(pod["status"]);
  if (pod.metadata.deletionTimestamp !== undefined)
    return ending(pod, pod.metadata.deletionTimestamp, stopAfter, now);
  if (phase === "Succeeded" || phase === "Failed") return { effects: [] };
  const { status, until } = lookOf(pod, fate, now);
  return { effects: [], status: statusWrite(pod, status), requeueAt: until };
}

/** The grace period ends at the deletion timestamp; a pod that is done earlier goes earlier. */
function ending(pod: KubeObject, deletionTimestamp: string, stopAfter: Millis, now: Instant): Plan {
  const deadline = instant(deletionTimestamp);
  const grace = Number(pod.metadata["deletionGracePeriodSeconds"] ?? 0) * 1000;
  const gone = Math.min(deadline, later(deadline, (stopAfter - grace) as Millis)) as Instant;
  if (now < gone) return { effects: [], requeueAt: gone };
  const { uid } = pod.metadata;
  const why = "its containers have ended";
  const effect = { do: "delete", ref: refOf(pod), gracePeriodSeconds: 0, why } as const;
  return { effects: [{ ...effect, ...(uid !== undefined && { ifUid: uid }) }] };
}

/** What is wrong with the pods of an image. */
export type Ailment = Exclude<Fate["is"], "ready" | "ends">;

/**
 * The fate of pods by their images: ready after a while unless an image is named; the pods of Jobs end well.
 */
export function fatesByImage(
  ailments: ReadonlyMap<string, Ailment>,
  readyAfter: Millis,
): (pod: KubeObject) => Fate {
  return (pod) => {
    const images = listOf(specOf(pod)["containers"]).map((container) =>
      String(jsonOf(container)["image"] ?? ""),
    );
    const [ailment] = images.flatMap((image) => ailments.get(image) ?? []);
    if (controllerOf(pod)?.kind === "Job")
      return { is: "ends", after: readyAfter, well: ailment === undefined };
    return ailment === undefined ? { is: "ready", after: readyAfter } : { is: ailment };
  };
}
