import { isJson } from "../api/json.ts";
import { label } from "../api/labels.ts";
import { type KubeObject, refOf } from "../api/object.ts";
import type { Effect } from "../reconcile/effect.ts";
import { isUpdated, upkeepOf } from "./maintenance.ts";
import type { View } from "./view.ts";

type Fields = Readonly<Record<string, unknown>>;

const lists = [
  "requiredDuringSchedulingIgnoredDuringExecution",
  "preferredDuringSchedulingIgnoredDuringExecution",
] as const;

/** Where a cached ReplicaSet keeps the hash of the version that its pods avoid. */
export const avoidedField = "avoidedHash";

/**
 * The pod spec with the term that keeps the new version off the nodes of the stable one (rollout-core 20.3).
 */
export function antiAffinityFor(view: View, spec: Fields): Fields {
  const wanted = configured(view);
  const stable = avoidedBy(view);
  if (wanted === undefined || stable === undefined) return spec;
  const term = {
    labelSelector: { matchExpressions: [{ key: label.podHash, operator: "In", values: [stable] }] },
    namespaces: [view.namespace],
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

function configured({ canary, blueGreen }: View) {
  return canary?.antiAffinity ?? blueGreen?.antiAffinity;
}

/** The hash of the version that new pods of the current one are to avoid. */
function avoidedBy(view: View): string | undefined {
  const { stableRS: stable = "" } = view.status;
  return configured(view) === undefined || stable === "" || stable === view.hash ? undefined : stable;
}

/** The hash in the term that we put into the specification of a ReplicaSet's pods; undefined without one. */
export function avoidedIn(podSpec: unknown): string | undefined {
  const rules = memberOf(memberOf(podSpec, "affinity"), "podAntiAffinity");
  for (const term of lists.flatMap((list) => entriesOf(rules, list))) {
    const { labelSelector } = isJson(term.podAffinityTerm) ? term.podAffinityTerm : term;
    const [only, ...others] = entriesOf(labelSelector, "matchExpressions");
    if (others.length > 0 || only?.key !== label.podHash || !Array.isArray(only.values)) continue;
    return String(only.values[0]);
  }
  return undefined;
}

function memberOf(holder: unknown, name: string): unknown {
  return isJson(holder) ? holder[name] : undefined;
}

function entriesOf(holder: unknown, name: string): readonly Fields[] {
  const list = memberOf(holder, name);
  return Array.isArray(list) ? list.filter(isJson) : [];
}

/**
 * Keeps that term of an existing ReplicaSet in step: at once where it names a version that is not stable any
 * more or the field was removed, else whenever the ReplicaSet is updated for another reason. So it stays
 * after the promotion until then; pods that run keep theirs (rollout-core 20.3).
 */
export function antiAffinityEffect(view: View): readonly Effect[] {
  const { newRS, seen } = view;
  if (newRS === undefined) return [];
  const has = avoided(newRS.object);
  const wanted = avoidedBy(view);
  const isOver = has !== undefined && (wanted !== undefined || configured(view) === undefined);
  if (has === wanted || !(isOver || isUpdated(upkeepOf(view, newRS)))) return [];
  const { affinity } = antiAffinityFor(view, seen.template?.spec ?? {});
  const body = { spec: { template: { spec: { affinity: replaced(affinity) } } } };
  const why =
    wanted === undefined ? "pods may share their nodes again" : `pods keep off the nodes of ${wanted}`;
  return [{ do: "patch", ref: refOf(newRS.object), type: "merge", body, why }];
}

function avoided(object: KubeObject): string | undefined {
  const kept = memberOf(object["spec"], avoidedField);
  return typeof kept === "string" ? kept : avoidedIn(memberOf(memberOf(object["spec"], "template"), "spec"));
}

/** The merge patch that leaves exactly these lists. */
function replaced(affinity: unknown): Fields | null {
  if (!isJson(affinity)) return null;
  const { podAntiAffinity } = affinity;
  if (!isJson(podAntiAffinity)) return { ...affinity, podAntiAffinity: null };
  const both = Object.fromEntries(lists.map((list) => [list, podAntiAffinity[list] ?? null]));
  return { ...affinity, podAntiAffinity: { ...podAntiAffinity, ...both } };
}
