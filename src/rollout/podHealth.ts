import type { KubeObject } from "../api/object.ts";
import { type Instant, instant, later, seconds } from "../api/time.ts";

interface PodStatus {
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly lastTransitionTime?: string | null;
  }[];
}

/** Whether a pod has been ready for so many seconds: available, as ReplicaSets count. */
export function isAvailable(pod: KubeObject, minReadySeconds: number, now: Instant): boolean {
  const { conditions = [] } = (pod["status"] ?? {}) as PodStatus;
  const ready = conditions.find(({ type }) => type === "Ready");
  if (ready?.status !== "True") return false;
  if (minReadySeconds === 0) return true;
  const since = ready.lastTransitionTime ?? undefined;
  return since !== undefined && later(instant(since), seconds(minReadySeconds)) <= now;
}
