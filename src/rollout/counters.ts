import { selectorText } from "../api/selector.ts";
import { total } from "./replicaSet.ts";
import type { Status } from "./status.ts";
import type { View } from "./view.ts";

type Counts = Pick<
  Status,
  "replicas" | "updatedReplicas" | "readyReplicas" | "availableReplicas" | "HPAReplicas" | "selector"
>;

/**
 * The pods of a Rollout as its status counts them, and the selector for autoscalers (rollout-core 5).
 * Blue-green counts only the ReplicaSet that the active Service selects, once it selects one.
 */
export function countsOf(view: View, activeHash?: string): Counts {
  const { allRSs, newRS, seen } = view;
  const active =
    activeHash === undefined || activeHash === "" ? undefined : allRSs.find((set) => set.hash === activeHash);
  const counted = active === undefined ? allRSs : [active];
  const selector = active === undefined ? seen.selector : activeSelector(active.object);
  return {
    replicas: total(allRSs, "total"),
    updatedReplicas: newRS?.total ?? 0,
    readyReplicas: total(counted, "ready"),
    availableReplicas: total(counted, "reported"),
    HPAReplicas: total(counted, "total"),
    selector: selectorText(selector),
  };
}

function activeSelector(object: { readonly [field: string]: unknown }) {
  return ((object["spec"] ?? {}) as { selector?: Parameters<typeof selectorText>[0] }).selector;
}
