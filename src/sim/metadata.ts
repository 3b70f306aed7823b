import type { KubeObject, Metadata } from "../api/object.ts";
import { type Instant, rfc3339 } from "../api/time.ts";
import { type Cause, forbiddenField, invalidValue, requiredValue } from "./failure.ts";
import { type Json, same, without } from "./json.ts";
import { annotationCauses, labelCauses, nameProblems, ownerCauses } from "./names.ts";
import type { Resource } from "./resource.ts";

/** What the server adds to a new object. */
export interface Birth {
  readonly now: Instant;
  readonly uid: string;
  /** The random end of a generated name. */
  readonly suffix: string;
}

/** The metadata of a new object: the server's own fields are set, those of another life dropped. */
export function newMetadata(object: KubeObject, { now, uid, suffix }: Birth, generation: boolean): Metadata {
  const { metadata } = object;
  const given = without(metadata, ...serverFields);
  const generated = metadata["generateName"];
  const name =
    metadata.name ?? (typeof generated === "string" && generated !== "" ? generated + suffix : undefined);
  return tidied({
    ...given,
    ...(name === undefined ? {} : { name }),
    uid,
    creationTimestamp: rfc3339(now),
    ...(generation ? { generation: 1 } : {}),
  });
}

const serverFields = [
  "uid",
  "resourceVersion",
  "generation",
  "creationTimestamp",
  "deletionTimestamp",
  "deletionGracePeriodSeconds",
  "selfLink",
  "managedFields",
];

/** The metadata of an object after an update: what only the server sets stays as it was. */
export function keptMetadata(metadata: Metadata, old: Metadata): Metadata {
  const kept: Record<string, unknown> = { ...without(metadata, ...serverFields) };
  for (const field of [...serverFields, "generateName"]) {
    if (old[field] !== undefined) kept[field] = old[field];
  }
  return tidied(kept);
}

/** Empty maps and lists say nothing, and are not stored. */
function tidied(metadata: Readonly<Record<string, unknown>>): Metadata {
  const empty = ["labels", "annotations", "ownerReferences", "finalizers"].filter((field) =>
    isEmpty(metadata[field]),
  );
  return without(metadata, ...empty) as Metadata;
}

function isEmpty(value: unknown): boolean {
  return value === null || (typeof value === "object" && value !== null && Object.keys(value).length === 0);
}

/** What is wrong with the metadata of an object. */
export function metadataCauses(
  object: KubeObject,
  old: KubeObject | undefined,
  resource: Resource,
): readonly Cause[] {
  const { metadata } = object;
  const { labels, annotations, ownerReferences } = metadata;
  const before = old?.metadata;
  return [
    ...(old === undefined ? nameCauses(metadata, resource) : []),
    ...(labels === before?.labels ? [] : labelCauses(labels, "metadata.labels")),
    ...(annotations === before?.annotations ? [] : annotationCauses(annotations, "metadata.annotations")),
    ...(ownerReferences === before?.ownerReferences
      ? []
      : ownerCauses(ownerReferences, "metadata.ownerReferences")),
    ...finalizerCauses(metadata, old?.metadata),
  ];
}

function nameCauses(metadata: Json, { rules }: Resource): readonly Cause[] {
  const { name, generateName } = metadata;
  if (typeof name !== "string" || name === "") {
    return [requiredValue("metadata.name", "name or generateName is required")];
  }
  const prefix = typeof generateName === "string" ? generateName.replace(/-+$/, "a") : undefined;
  return [
    ...(prefix === undefined ? [] : nameProblems(rules.naming, prefix)).map((problem) =>
      invalidValue("metadata.generateName", generateName, problem),
    ),
    ...nameProblems(rules.naming, name).map((problem) => invalidValue("metadata.name", name, problem)),
  ];
}

/** Nothing may hold up a deletion that has begun. */
function finalizerCauses(metadata: Metadata, old: Metadata | undefined): readonly Cause[] {
  if (old?.deletionTimestamp === undefined || same(metadata.finalizers, old.finalizers)) return [];
  const added = (metadata.finalizers ?? []).filter((finalizer) => !old.finalizers?.includes(finalizer));
  if (added.length === 0) return [];
  const list = added.map((finalizer) => JSON.stringify(finalizer)).join(", ");
  const rule = "no new finalizers can be added if the object is being deleted";
  const detail = `${rule}, found new finalizers []string{${list}}`;
  const cause = forbiddenField("metadata.finalizers", detail);
  return [cause, cause]; // The API server checks this twice, and says so twice.
}
