import { apiVersion } from "../api/group.ts";
import { annotation } from "../api/labels.ts";
import { controllerOf, type KubeObject, type OwnerReference } from "../api/object.ts";
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
export function marked(object: KubeObject, { rollout }: Wanted): KubeObject {
  const names = markedBy(object);
  return names.includes(rollout.name) ? object : withMark(object, [...names, rollout.name].sort());
}

/** The object without our name in that annotation. */
export function unmarked(object: KubeObject, { rollout }: Wanted): KubeObject {
  const names = markedBy(object);
  if (!names.includes(rollout.name)) return object;
  return withMark(
    object,
    names.filter((name) => name !== rollout.name),
  );
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
