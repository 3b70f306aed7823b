import { label } from "../api/labels.ts";
import type { KindRef, KubeObject } from "../api/object.ts";
import { selectorText } from "../api/selector.ts";
import type { Ports } from "../reconcile/ports.ts";
import { needsPods } from "./needsPods.ts";
import { podsLook } from "./overdue.ts";
import type { RolloutSnapshot } from "./snapshot.ts";
import { type View, viewOf } from "./view.ts";

const podRef: KindRef = { apiVersion: "v1", kind: "Pod" };

/**
 * The pods that the selector chooses, asked of the API server when a decision needs them; they are not
 * watched. Where pods of the current version are overdue, theirs as they were when it was time to look. Of
 * the other readings of the Rollout those named are kept.
 */
export async function neededPods(
  seen: RolloutSnapshot,
  ports: Pick<Ports, "clock" | "client" | "readings">,
  others: ReadonlySet<string> = new Set(),
): Promise<readonly KubeObject[] | undefined> {
  const { namespace } = seen.object.metadata;
  const view = viewOf(seen, ports.clock.now());
  if (needsPods(view))
    return ports.client.list(podRef, { namespace, labelSelector: selectorText(seen.selector) });
  return overduePods(view, ports, others);
}

/** A reading, so that each look lists once, whatever happens meanwhile, and nobody waits for it. */
function overduePods(
  view: View,
  { client, readings }: Pick<Ports, "client" | "readings">,
  others: ReadonlySet<string>,
): readonly KubeObject[] | undefined {
  const { key, selector, object } = view.seen;
  const due = selector === undefined || view.newRS === undefined ? undefined : podsLook(view)?.due;
  if (due === undefined) {
    readings.keep(key, others);
    return undefined;
  }
  const { hash } = view;
  const id = `pods ${hash} ${due}`;
  readings.keep(key, new Set([id, ...others]));
  const reading = readings.take(key, id, { pool: "pods" }, async () => {
    const labelSelector = selectorText({
      ...selector,
      matchLabels: { ...selector?.matchLabels, [label.podHash]: hash },
    });
    const pods = await client.list(podRef, { namespace: object.metadata.namespace, labelSelector });
    return pods.map(slim);
  });
  return reading?.is === "value" ? (reading.value as readonly KubeObject[]) : undefined;
}

/** Only what tells whose a pod is and how it is: many may be kept until the next look. */
function slim({ apiVersion, kind, metadata, status }: KubeObject): KubeObject {
  const { name, namespace, labels, deletionTimestamp, creationTimestamp, ownerReferences } = metadata;
  const kept = { name, namespace, labels, deletionTimestamp, creationTimestamp, ownerReferences };
  const { conditions, initContainerStatuses, containerStatuses } = (status ?? {}) as Record<string, unknown>;
  return {
    apiVersion,
    kind,
    metadata: kept as KubeObject["metadata"],
    status: { conditions, initContainerStatuses, containerStatuses },
  };
}
