import type { KubeObject } from "../api/object.ts";
import { type Instant, rfc3339 } from "../api/time.ts";
import type { PatchRequest } from "../reconcile/ports.ts";
import { jsonOf, listOf } from "./json.ts";

/** What a person may do to a Rollout, as the clients of the peer write it (rollout-core 23.1). */
export type Action =
  | { readonly do: "promote" | "promoteFull" | "abort" | "retry" | "pause" | "resume" | "restart" }
  | { readonly do: "scale"; readonly replicas: number }
  | { readonly do: "setImage"; readonly images: Readonly<Record<string, string>> };

/** The names of all actions. */
export const actionNames = [
  "promote",
  "promoteFull",
  "abort",
  "retry",
  "pause",
  "resume",
  "restart",
  "scale",
  "setImage",
] as const satisfies readonly Action["do"][];

/** The patches that an action comes to, seeing the Rollout as it is now. */
export function patchesOf(action: Action, rollout: KubeObject, now: Instant): readonly PatchRequest[] {
  switch (action.do) {
    case "promote":
      return promotion(rollout);
    case "promoteFull":
      return [status({ promoteFull: true })];
    case "abort":
      return [status({ abort: true })];
    case "retry":
      return [status({ abort: false })];
    case "pause":
      return [spec({ paused: true })];
    case "resume":
      return [spec({ paused: false })];
    case "restart":
      return [spec({ restartAt: rfc3339(now) })];
    case "scale":
      return [spec({ replicas: action.replicas })];
    case "setImage":
      return imagePatches(rollout, new Map(Object.entries(action.images)));
  }
}

function spec(fields: object): PatchRequest {
  return { type: "merge", body: { spec: fields } };
}

function status(fields: object): PatchRequest {
  return { type: "merge", body: { status: fields }, subresource: "status" };
}

/**
 * Ends the pause; where there is none, moves on to the next step. A rollout paused by hand is resumed too.
 */
function promotion(rollout: KubeObject): readonly PatchRequest[] {
  const { pauseConditions, currentStepIndex = 0 } = jsonOf(rollout["status"]);
  const { strategy, paused } = jsonOf(rollout["spec"]);
  const steps = listOf(jsonOf(jsonOf(strategy)["canary"])["steps"]).length;
  const resumed = paused === true ? [spec({ paused: false })] : [];
  if (listOf(pauseConditions).length > 0) return [status({ pauseConditions: null }), ...resumed];
  if (steps === 0) return resumed;
  const next = Math.min(Number(currentStepIndex) + 1, steps);
  return [status({ pauseConditions: null, currentStepIndex: next }), ...resumed];
}

/**
 * Sets the images of containers in a pod template; nothing when no container is named so or all are set
 * already.
 */
export function imagePatches(
  workload: KubeObject,
  images: ReadonlyMap<string, string>,
): readonly PatchRequest[] {
  const template = jsonOf(jsonOf(jsonOf(workload["spec"])["template"])["spec"]);
  const body = ["containers", "initContainers"].flatMap((list) =>
    listOf(template[list]).flatMap((container, at) => {
      const { name, image } = jsonOf(container);
      const wanted = images.get(String(name)) ?? images.get("*");
      if (wanted === undefined || wanted === image) return [];
      return [{ op: "add", path: `/spec/template/spec/${list}/${at}/image`, value: wanted }];
    }),
  );
  return body.length === 0 ? [] : [{ type: "json", body }];
}
