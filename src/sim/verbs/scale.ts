import type { KubeObject } from "../../api/object.ts";
import type { PatchType } from "../../reconcile/effect.ts";
import { type Core, existing, type Target, type WriteOptions } from "../core.ts";
import { conflict, invalidValue, notFound, unprocessable } from "../failure.ts";
import { isJson, jsonOf, listOf, valueAt, withValueAt } from "../json.ts";
import { jsonPatched } from "../patch/jsonPatch.ts";
import { mergePatched } from "../patch/mergePatch.ts";
import type { Resource, ScalePaths } from "../resource.ts";
import { update } from "./update.ts";

/** The Scale of an object: how many replicas it asks for and has. */
export function readScale(core: Core, resource: Resource, ref: Target): KubeObject {
  return scaleOf(existing(core, resource, ref), pathsOf(resource, ref.name));
}

/** Replaces the Scale of an object, which sets the replicas it asks for. */
export function writeScale(
  core: Core,
  resource: Resource,
  ref: Target,
  scale: KubeObject,
  options: WriteOptions = {},
): KubeObject {
  const paths = pathsOf(resource, ref.name);
  const old = existing(core, resource, ref);
  const version = scale.metadata?.resourceVersion;
  if (version !== undefined && version !== "" && version !== old.metadata.resourceVersion) {
    throw conflict(resource, ref.name);
  }
  const replicas = valueAt(scale, ["spec", "replicas"]) ?? 0;
  if (!resource.custom && typeof replicas === "number" && replicas < 0) {
    const cause = invalidValue("spec.replicas", replicas, "must be greater than or equal to 0");
    throw unprocessable({ group: "autoscaling", kind: "Scale" }, ref.name, [cause]);
  }
  const next = withValueAt(old, paths.replicas, replicas) as KubeObject;
  return scaleOf(update(core, resource, old, next, options), paths);
}

/** Patches the Scale of an object. */
export function patchScale(
  core: Core,
  resource: Resource,
  ref: Target,
  { type, body }: { readonly type: PatchType; readonly body: unknown },
  options: WriteOptions = {},
): KubeObject {
  const scale = readScale(core, resource, ref);
  const next = type === "json" ? jsonPatched(scale, body) : mergePatched(scale, jsonOf(body));
  return writeScale(core, resource, ref, next as unknown as KubeObject, options);
}

function pathsOf(resource: Resource, name: string): ScalePaths {
  if (resource.scale === undefined) throw notFound(resource, name);
  return resource.scale;
}

function scaleOf(object: KubeObject, paths: ScalePaths): KubeObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = object.metadata;
  const replicas = valueAt(object, paths.replicas);
  const selector = selectorText(valueAt(object, paths.selector));
  const current = valueAt(object, paths.current);
  return Object.freeze({
    apiVersion: "autoscaling/v1",
    kind: "Scale",
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      uid,
      resourceVersion,
      creationTimestamp,
    },
    spec: replicas === undefined || replicas === 0 ? {} : { replicas },
    status: { replicas: current ?? 0, ...(selector === "" ? {} : { selector }) },
  }) as KubeObject;
}

/** A LabelSelector in the string form. */
function selectorText(selector: unknown): string {
  if (typeof selector === "string") return selector;
  if (!isJson(selector)) return "";
  const labels = Object.entries(jsonOf(selector["matchLabels"])).map(
    ([key, value]) => `${key}=${String(value)}`,
  );
  const expressions = listOf(selector["matchExpressions"]).map((one) => expressionText(jsonOf(one)));
  return [...labels, ...expressions].sort().join(",");
}

function expressionText({ key, operator, values }: Readonly<Record<string, unknown>>): string {
  if (operator === "Exists") return String(key);
  if (operator === "DoesNotExist") return `!${String(key)}`;
  return `${String(key)} ${String(operator).toLowerCase()} (${listOf(values).join(",")})`;
}
