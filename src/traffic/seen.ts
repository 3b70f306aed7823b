import { type KubeObject, type ObjectRef, refOf } from "../api/object.ts";
import { matches, selectorText } from "../api/selector.ts";
import { type Ports, read, unlessMissing } from "../reconcile/ports.ts";
import type { ConfiguredRouter } from "./index.ts";
import type { RoutedRollout, Selected } from "./router.ts";

type Readers = Pick<Ports, "cache" | "client">;

/** The objects of a router in its order, and the reference to each. */
export interface ObjectsSeen {
  readonly refs: readonly ObjectRef[];
  readonly objects: readonly (KubeObject | undefined)[];
}

/**
 * Reads what a router wants to see: its named objects, those that its selectors find, and what these lead
 * to. A kind whose CRD is not installed reads as missing.
 */
export async function objectsSeen(
  { router, config }: ConfiguredRouter,
  rollout: RoutedRollout,
  ports: Readers,
): Promise<ObjectsSeen> {
  const named = router.objects(config, rollout);
  const objects = await readAll(named, ports);
  const lists = (router.selects?.(config, rollout) ?? []).map((one) => listed(one, ports));
  const selected = (await Promise.all(lists)).flat();
  const first = [...objects, ...selected];
  const further = router.leadsTo?.(config, first, rollout) ?? [];
  return {
    refs: [...named, ...selected.map(refOf), ...further],
    objects: [...first, ...(await readAll(further, ports))],
  };
}

function readAll(refs: readonly ObjectRef[], ports: Readers): Promise<readonly (KubeObject | undefined)[]> {
  return Promise.all(refs.map((ref) => unlessMissing(read(ports, ref), undefined)));
}

async function listed({ kind, namespace, selector }: Selected, { cache, client }: Readers) {
  if (!cache.watches(kind)) {
    const labelSelector = selectorText(selector);
    return unlessMissing(client.list(kind, { namespace, labelSelector }), []);
  }
  return cache.list(kind, namespace).filter(({ metadata }) => matches(selector, metadata.labels));
}
