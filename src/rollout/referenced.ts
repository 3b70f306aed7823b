import type { Replicas } from "./replicaSet.ts";
import { selectedBy } from "./services.ts";
import type { View } from "./view.ts";

/**
 * Whether traffic may still go to a ReplicaSet: by the persisted status or a Service's selector (rollout-core
 * 18.4).
 */
export function isReferenced(view: View, { hash }: Replicas): boolean {
  const { status, seen, canary, blueGreen } = view;
  const { weights } = status.canary ?? {};
  const recorded = [
    status.stableRS,
    status.currentPodHash,
    status.blueGreen?.activeSelector,
    status.blueGreen?.previewSelector,
    weights?.canary.podTemplateHash,
    weights?.stable.podTemplateHash,
  ];
  const names = [
    canary?.canaryService,
    canary?.stableService,
    blueGreen?.activeService,
    blueGreen?.previewService,
  ];
  const selected = names.map((name) => selectedBy(seen.services.get(name ?? "")));
  return recorded.includes(hash) || selected.includes(hash);
}
