import type { KubeObject } from "../../api/object.ts";
import type { PatchType } from "../../reconcile/effect.ts";
import { type Core, existing, inVersion, type Target } from "../core.ts";
import { badRequest, unsupportedMedia } from "../failure.ts";
import { isJson, type Json } from "../json.ts";
import { jsonPatched } from "../patch/jsonPatch.ts";
import { mergePatched } from "../patch/mergePatch.ts";
import { strategicallyMerged } from "../patch/strategicMerge.ts";
import type { Resource } from "../resource.ts";
import { type UpdateOptions, update } from "./update.ts";

/** Changes part of an object, as a PATCH in one of the three patch languages does. */
export function patch(
  core: Core,
  resource: Resource,
  ref: Target,
  { type, body }: { readonly type: PatchType; readonly body: unknown },
  options: UpdateOptions = {},
): KubeObject {
  const old = existing(core, resource, ref);
  const next = patched(type, inVersion(old, resource), body, resource) as unknown as KubeObject;
  if (next.metadata?.name !== old.metadata.name)
    throw badRequest("metadata.name: the name of the object may not change");
  return update(core, resource, old, next, { ...options, isPatch: true });
}

function patched(type: PatchType, target: Json, body: unknown, resource: Resource): Json {
  if (type === "json") return jsonPatched(target, body);
  if (type === "strategic" && resource.custom) throw unsupportedMedia(customPatches);
  if (!isJson(body))
    throw badRequest(
      "error decoding patch: json: cannot unmarshal array into Go value of type map[string]interface {}",
    );
  if (type === "merge") return mergePatched(target, body);
  return strategicallyMerged(target, body, resource.schema);
}

const customPatches = [
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/apply-patch+yaml",
];
