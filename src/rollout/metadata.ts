import { annotation } from "../api/labels.ts";
import type { LabelsAndAnnotations } from "../api/meta.ts";
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
export function metadataAtBirth(view: View): {
  metadata: { labels: Texts; annotations: Texts };
  recorded: Texts;
} {
  const { labels = {}, annotations = {} } = roleMetadata(
    view,
    view.stableRS === undefined ? "stable" : "new",
  );
  const metadata = { labels, annotations };
  const text = recordOf(metadata);
  return { metadata, recorded: text === undefined ? {} : { [annotation.ephemeralMetadata]: text } };
}

/** The annotation's text for what was injected; undefined when nothing was. */
export function recordOf({ labels = {}, annotations = {} }: LabelsAndAnnotations): string | undefined {
  const record = {
    ...(Object.keys(labels).length > 0 && { labels }),
    ...(Object.keys(annotations).length > 0 && { annotations }),
  };
  return Object.keys(record).length === 0 ? undefined : JSON.stringify(record);
}
