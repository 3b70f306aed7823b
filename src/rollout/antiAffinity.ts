import { label } from "../api/labels.ts";
import type { View } from "./view.ts";

type Fields = Readonly<Record<string, unknown>>;

/** The pod spec with the term that keeps the new version off the nodes of the stable one (rollout-core 20.3). */
export function antiAffinityFor(view: View, spec: Fields): Fields {
  const { canary, blueGreen, status, namespace, hash } = view;
  const wanted = canary?.antiAffinity ?? blueGreen?.antiAffinity;
  const { stableRS: stable = "" } = status;
  if (wanted === undefined || stable === "" || stable === hash) return spec;
  const term = {
    labelSelector: { matchExpressions: [{ key: label.podHash, operator: "In", values: [stable] }] },
    namespaces: [namespace],
    topologyKey: "kubernetes.io/hostname",
  };
  const { affinity = {} } = spec as {
    affinity?: { podAntiAffinity?: Readonly<Record<string, readonly unknown[]>> };
  };
  const { podAntiAffinity = {} } = affinity;
  const [key, entry] =
    wanted.requiredDuringSchedulingIgnoredDuringExecution === undefined
      ? [
          "preferredDuringSchedulingIgnoredDuringExecution",
          {
            weight: wanted.preferredDuringSchedulingIgnoredDuringExecution?.weight ?? 0,
            podAffinityTerm: term,
          },
        ]
      : ["requiredDuringSchedulingIgnoredDuringExecution", term];
  const list = [...(podAntiAffinity[key] ?? []), entry];
  return { ...spec, affinity: { ...affinity, podAntiAffinity: { ...podAntiAffinity, [key]: list } } };
}
