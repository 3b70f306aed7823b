import { apiVersion } from "../api/group.ts";
import { annotation } from "../api/labels.ts";
import { controllerOf, type KubeObject, type OwnerReference } from "../api/object.ts";
import { noted, withoutNote } from "./note.ts";
import type { Wanted } from "./router.ts";

/** The reference that makes an object belong to the Rollout and be deleted with it. */
export function ownerOf({ rollout }: Wanted): OwnerReference {
  return { apiVersion, kind: "Rollout", ...rollout, controller: true, blockOwnerDeletion: true };
}

/** Whether the Rollout controls an object. */
export function isOurs(object: KubeObject, { rollout }: Wanted): boolean {
  const owner = controllerOf(object);
  return owner?.kind === "Rollout" && owner.uid === rollout.uid;
}

/** The object with the annotation that says which Rollouts write to it: their names, separated by commas. */
export function marked(object: KubeObject, wanted: Wanted): KubeObject {
  const { name } = wanted.rollout;
  const names = markedBy(object);
  return noted(names.includes(name) ? object : withMark(object, [...names, name].sort()), wanted);
}

/** The object without our name in that annotation, and without our note. */
export function unmarked(object: KubeObject, wanted: Wanted): KubeObject {
  const { name: ours } = wanted.rollout;
  const names = markedBy(object);
  const others = names.filter((name) => name !== ours);
  return withoutNote(others.length === names.length ? object : withMark(object, others), wanted);
}

/** The Rollouts that write to an object, as it says itself. */
export function markedBy({ metadata }: KubeObject): readonly string[] {
  return (metadata.annotations?.[annotation.managedBy] ?? "").split(",").filter((name) => name !== "");
}

function withMark(object: KubeObject, names: readonly string[]): KubeObject {
  const { [annotation.managedBy]: _old, ...others } = object.metadata.annotations ?? {};
  const annotations = names.length === 0 ? others : { ...others, [annotation.managedBy]: names.join(",") };
  return { ...object, metadata: { ...object.metadata, annotations } };
}
