import { isJson } from "../api/json.ts";
import { annotation } from "../api/labels.ts";
import type { LabelsAndAnnotations } from "../api/meta.ts";
import { controllerOf, type KubeObject, refOf } from "../api/object.ts";
import { isSame } from "../reconcile/diff.ts";
import type { Effect } from "../reconcile/effect.ts";
import { difference, keysOf, type Metadata, merged, metadataOf } from "./metadataPatch.ts";
import type { Replicas } from "./replicaSet.ts";
import type { View } from "./view.ts";

type Texts = Readonly<Record<string, string>>;

/** The labels and annotations that a version has by its role (rollout-core 20.1). */
export function roleMetadata({ canary, blueGreen }: View, role: "new" | "stable"): LabelsAndAnnotations {
  const found =
    role === "stable"
      ? (canary?.stableMetadata ?? blueGreen?.activeMetadata)
      : (canary?.canaryMetadata ?? blueGreen?.previewMetadata);
  return found ?? {};
}

/** What a new ReplicaSet's pods get by their role, and the annotation that remembers it. */
export function metadataAtBirth(view: View): { metadata: Metadata; recorded: Texts } {
  const metadata = metadataOf(roleMetadata(view, view.stableRS === undefined ? "stable" : "new"));
  const text = recordOf(metadata);
  return { metadata, recorded: text === undefined ? {} : { [annotation.ephemeralMetadata]: text } };
}

/** The annotation's text for what was injected; undefined when nothing was. */
export function recordOf({ labels = {}, annotations = {} }: LabelsAndAnnotations): string | undefined {
  const record = {
    ...(Object.keys(labels).length > 0 && { labels: byKey(labels) }),
    ...(Object.keys(annotations).length > 0 && { annotations: byKey(annotations) }),
  };
  return Object.keys(record).length === 0 ? undefined : JSON.stringify(record);
}

function byKey(texts: Texts): Texts {
  return Object.fromEntries(Object.entries(texts).sort(([one], [other]) => (one < other ? -1 : 1)));
}

/** What the annotation of a ReplicaSet says that was injected. */
interface Recorded extends Metadata {
  /** Whether live pods may still lack it, or carry what is not wanted any more. */
  readonly pending: boolean;
}

function recordedOn({ metadata }: KubeObject): Recorded {
  const record = jsonIn(metadata.annotations?.[annotation.ephemeralMetadata]);
  return { ...metadataOf(record as LabelsAndAnnotations), pending: record["pending"] === true };
}

/** The JSON object that a text says; somebody else's text says nothing that could be taken out again. */
function jsonIn(text = "{}"): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(text);
    return isJson(value) ? value : {};
  } catch {
    return {};
  }
}

/** A ReplicaSet and what its pods should carry by its role. */
interface Assigned {
  readonly set: Replicas;
  readonly wanted: Metadata;
  readonly recorded: Recorded;
  /** Labels and annotations of the template itself, which come back when an injected one goes. */
  readonly own: Metadata;
}

/**
 * Gives each version the labels and annotations of its role: its ReplicaSet's template first, with a note of
 * what was injected, then its live pods. Until they all have it the note says `pending` and keeps the keys
 * that are to go, so that a crash or a failed request leaves nothing behind. Keys that nobody injected stay.
 * When both fields are removed from the spec, everything is taken out again (rollout-core 20.1, 20.2;
 * traffic-cli-ops 3).
 */
export function metadataFor(view: View): readonly Effect[] {
  return assignments(view).flatMap((one) => {
    const stage = stageOf(one);
    const pods = one.set.size === 0 ? [] : view.seen.pods;
    if (stage === "template") return [inTemplate(one)];
    return stage === "pods" && pods !== undefined ? inPods(one, pods) : [];
  });
}

/** Whether live pods have to be seen, because the metadata of their version has changed. */
export function metadataNeedsPods(view: View): boolean {
  return assignments(view).some((one) => one.set.size > 0 && stageOf(one) === "pods");
}

/** Nothing is looked at where neither field is set and nothing was ever injected. */
function assignments(view: View): readonly Assigned[] {
  const { canary, blueGreen, allRSs, newRS, seen } = view;
  const configured = [
    canary?.canaryMetadata,
    canary?.stableMetadata,
    blueGreen?.previewMetadata,
    blueGreen?.activeMetadata,
  ].some((field) => field !== undefined);
  return allRSs
    .filter(
      ({ object }) => configured || object.metadata.annotations?.[annotation.ephemeralMetadata] !== undefined,
    )
    .map((set) => ({
      set,
      wanted: metadataOf(wantedOf(view, set)),
      recorded: recordedOn(set.object),
      own: merged({ labels: selectorOf(set), annotations: {} }, set === newRS ? seen.template?.metadata : {}),
    }));
}

/** The new version plays stable as long as there is no other one; all others play nothing. */
function wantedOf(view: View, set: Replicas): LabelsAndAnnotations {
  const { status, newRS } = view;
  const { stableRS: stable = "", blueGreen } = status;
  if (set === newRS) return roleMetadata(view, stable === "" || stable === set.hash ? "stable" : "new");
  const isStable = set.hash === stable || set.hash === blueGreen?.activeSelector;
  return set.hash !== "" && isStable ? roleMetadata(view, "stable") : {};
}

function selectorOf({ object }: Replicas): Texts {
  const { selector } = (object["spec"] ?? {}) as { readonly selector?: { readonly matchLabels?: Texts } };
  return selector?.matchLabels ?? {};
}

function templateOf({ object }: Replicas): Metadata {
  const { template } = (object["spec"] ?? {}) as { readonly template?: { metadata?: LabelsAndAnnotations } };
  return metadataOf(template?.metadata);
}

/** What is next: the template, the pods once the ReplicaSet's controller has seen it, or nothing. */
function stageOf({ set, wanted, recorded, own }: Assigned): "template" | "pods" | "seen first" | "done" {
  const inTemplate = difference(templateOf(set), wanted, recorded, own) === undefined;
  if (!inTemplate || !isSame(merged(metadataOf(recorded), wanted), metadataOf(recorded))) return "template";
  if (!recorded.pending && isSame(metadataOf(recorded), wanted)) return "done";
  const { observedGeneration = 0 } = (set.object["status"] ?? {}) as { readonly observedGeneration?: number };
  return observedGeneration < (set.object.metadata.generation ?? 0) && set.size > 0 ? "seen first" : "pods";
}

function inTemplate({ set, wanted, recorded, own }: Assigned): Effect {
  const pending = JSON.stringify({ ...merged(metadataOf(recorded), wanted), pending: true });
  const text = set.size === 0 ? (recordOf(wanted) ?? null) : pending;
  const metadata = difference(templateOf(set), wanted, recorded, own);
  return {
    do: "patch",
    ref: refOf(set.object),
    type: "merge",
    body: {
      metadata: { annotations: { [annotation.ephemeralMetadata]: text } },
      ...(metadata !== undefined && { spec: { template: { metadata } } }),
    },
    why: `new pods of this version get the metadata of its role: ${keysOf(wanted)}`,
  };
}

/** The pods that differ, then the note that all is done. */
function inPods({ set, wanted, recorded, own }: Assigned, pods: readonly KubeObject[]): readonly Effect[] {
  const { uid } = set.object.metadata;
  const mine = pods.filter((pod) => controllerOf(pod)?.uid === uid && !isLeaving(pod));
  const changes = mine.flatMap((pod): Effect[] => {
    const metadata = difference(metadataOf(pod.metadata), wanted, recorded, own);
    if (metadata === undefined) return [];
    const why = `this pod gets the metadata of its version's role: ${keysOf(wanted)}`;
    return [{ do: "patch", ref: refOf(pod), type: "merge", body: { metadata }, why }];
  });
  const done: Effect = {
    do: "patch",
    ref: refOf(set.object),
    type: "merge",
    body: { metadata: { annotations: { [annotation.ephemeralMetadata]: recordOf(wanted) ?? null } } },
    why: "all pods of this version have the metadata of its role",
  };
  return [...changes, done];
}

function isLeaving({ metadata }: KubeObject): boolean {
  return metadata.deletionTimestamp !== undefined;
}
