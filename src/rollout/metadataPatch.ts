import type { LabelsAndAnnotations } from "../api/meta.ts";

type Texts = Readonly<Record<string, string>>;

/** Labels and annotations, empty where there are none. */
export interface Metadata {
  readonly labels: Texts;
  readonly annotations: Texts;
}

/** The merge patch of labels and annotations; null takes a key out. */
export type MetadataPatch = Readonly<
  Partial<Record<keyof Metadata, Readonly<Record<string, string | null>>>>
>;

const fields = ["labels", "annotations"] as const;

/** Labels and annotations of anything that may have them. */
export function metadataOf({ labels = {}, annotations = {} }: LabelsAndAnnotations = {}): Metadata {
  return { labels, annotations };
}

/** Both together; the second wins. */
export function merged(one: Metadata, other: LabelsAndAnnotations = {}): Metadata {
  const { labels, annotations } = metadataOf(other);
  return { labels: { ...one.labels, ...labels }, annotations: { ...one.annotations, ...annotations } };
}

/** Their keys, for people. */
export function keysOf({ labels, annotations }: Metadata): string {
  return [...Object.keys(labels), ...Object.keys(annotations)].sort().join(", ") || "none";
}

/**
 * What makes an object carry what is wanted, without the recorded keys that are not wanted any more: those go
 * back to the value of their own, or away. Undefined when nothing differs.
 */
export function difference(
  has: Metadata,
  wanted: Metadata,
  recorded: Metadata,
  own: Metadata,
): MetadataPatch | undefined {
  const patch = Object.fromEntries(
    fields.flatMap((field) => {
      const texts = textsOf(has[field], wanted[field], recorded[field], own[field]);
      return Object.keys(texts).length === 0 ? [] : [[field, texts]];
    }),
  ) as MetadataPatch;
  return Object.keys(patch).length === 0 ? undefined : patch;
}

function textsOf(has: Texts, wanted: Texts, recorded: Texts, own: Texts): Record<string, string | null> {
  const gone = Object.keys(recorded).filter((key) => wanted[key] === undefined);
  const back = gone.filter((key) => has[key] !== own[key]).map((key) => [key, own[key] ?? null]);
  const set = Object.entries(wanted).filter(([key, value]) => has[key] !== value);
  return Object.fromEntries([...back, ...set]) as Record<string, string | null>;
}
