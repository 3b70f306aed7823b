import { type KubeObject, refOf } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import { SmiRouting } from "../api/trafficRouting.ts";
import { change } from "../reconcile/diff.ts";
import { listIn, numberIn } from "./fields.ts";
import { isOurs, ownerOf } from "./mark.ts";
import type { Router, Wanted } from "./router.ts";
import { shareIn, sharesOf } from "./shares.ts";

const group = "split.smi-spec.io";
const versions = ["v1alpha1", "v1alpha2", "v1alpha3"];

/** Service Mesh Interface: a TrafficSplit that the Rollout owns (2.4). */
export function smi(version = "v1alpha1"): Router<SmiRouting> {
  const kind = { apiVersion: `${group}/${version}`, kind: "TrafficSplit" };
  return {
    config: SmiRouting,
    can: {
      header: false,
      mirror: false,
      experiment: true,
      verify: false,
      tcp: true,
      maxWeight: false,
      pingPong: false,
    },
    kinds: () => [kind],
    objects: (config, { namespace, name }) => [{ ...kind, namespace, name: splitName(config, name) }],
    route(config, [object], wanted) {
      if (!versions.includes(version))
        throw new Problem(`Unsupported TrafficSplit API version \`${version}\``);
      const name = splitName(config, wanted.rollout.name);
      const spec = specOf(config, wanted, version === "v1alpha1");
      const why = `send ${wanted.weight} of ${wanted.max} to ${wanted.canaryService}`;
      if (object === undefined) {
        const metadata = { name, namespace: wanted.namespace, ownerReferences: [ownerOf(wanted)] };
        const event = {
          type: "Normal",
          reason: "TrafficSplitCreated",
          message: `TrafficSplit \`${name}\` created`,
        } as const;
        return [{ do: "create", object: { ...kind, metadata, spec }, why, event }];
      }
      if (!isOurs(object, wanted)) throw new Problem(`Rollout does not own TrafficSplit \`${name}\``);
      return change(object, { spec }, why);
    },
    carries: (_config, [object], wanted) => (object === undefined ? 0 : weightIn(object, wanted)),
    clean(_config, [object], wanted) {
      if (object === undefined || !isOurs(object, wanted)) return [];
      return [{ do: "delete", ref: refOf(object), why: "this TrafficSplit is not used any more" }];
    },
  };
}

function splitName({ trafficSplitName = "" }: SmiRouting, rollout: string): string {
  return trafficSplitName === "" ? rollout : trafficSplitName;
}

/** Weights are texts in the first version and numbers later (trap T-52). */
function specOf({ rootService = "" }: SmiRouting, wanted: Wanted, asText: boolean) {
  const { canary, stable, additional } = sharesOf(wanted, 100);
  const backend = (service: string, weight: number) => ({
    service,
    weight: asText ? String(weight) : weight,
  });
  return {
    service: rootService === "" ? wanted.stableService : rootService,
    backends: [
      backend(wanted.canaryService, canary),
      ...additional.map(({ service, weight }) => backend(service, weight)),
      backend(wanted.stableService, stable),
    ],
  };
}

function weightIn(object: KubeObject, { canaryService, max }: Wanted): number {
  const backends = listIn(object, "spec", "backends");
  const sum = (ours: boolean) =>
    backends
      .filter((backend) => (backend["service"] === canaryService) === ours)
      .reduce((total, backend) => total + (numberIn(backend, "weight") ?? 0), 0);
  return shareIn(sum(true), [sum(false)], max);
}
