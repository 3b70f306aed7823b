import type { KindRef, KubeObject } from "../api/object.ts";
import { selectorText } from "../api/selector.ts";
import type { Ports } from "../reconcile/ports.ts";
import { needsPods } from "./needsPods.ts";
import type { RolloutSnapshot } from "./snapshot.ts";

const podRef: KindRef = { apiVersion: "v1", kind: "Pod" };

/**
 * The pods that the selector chooses, asked of the API server when a decision needs them; they are not
 * watched.
 */
export async function neededPods(
  seen: RolloutSnapshot,
  ports: Pick<Ports, "clock" | "client">,
): Promise<readonly KubeObject[] | undefined> {
  if (!needsPods(seen, ports.clock.now())) return undefined;
  const { namespace } = seen.object.metadata;
  return ports.client.list(podRef, { namespace, labelSelector: selectorText(seen.selector) });
}
