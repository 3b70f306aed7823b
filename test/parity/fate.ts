import type { KubeObject } from "../../src/api/object.ts";
import type { Millis } from "../../src/api/time.ts";

/** How the pods of a ReplicaSet come up: how many of the wanted are available, and after how long. */
export interface Fate {
  readonly available?: number;
  readonly after?: Millis;
}

/** The fate of a ReplicaSet by its image and size. */
export type Fates = (image: string, size: number) => Fate;

interface Spec {
  readonly replicas?: number;
  readonly template?: { readonly spec?: { readonly containers?: readonly { readonly image?: string }[] } };
}

/** The status that a ReplicaSet should have, undefined when it has it, and after how long it gets it. */
export function destiny(set: KubeObject, fates: Fates) {
  const { replicas = 0, template } = (set["spec"] ?? {}) as Spec;
  const { available = replicas, after } = fates(template?.spec?.containers?.[0]?.image ?? "", replicas);
  const status = {
    replicas,
    readyReplicas: Math.min(available, replicas),
    availableReplicas: Math.min(available, replicas),
    observedGeneration: set.metadata.generation ?? 0,
  };
  const has = (set["status"] ?? {}) as Partial<typeof status>;
  const keys = Object.keys(status) as (keyof typeof status)[];
  const isThere = keys.every((key) => (has[key] ?? 0) === status[key]);
  return { status: isThere ? undefined : status, after };
}
