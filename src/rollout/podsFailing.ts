import { controllerOf } from "../api/object.ts";
import { type Conditions, conditionOf, refresh, without } from "../reconcile/conditions.ts";
import type { EventNote } from "../reconcile/effect.ts";
import { podsLook } from "./overdue.ts";
import { type PodTrouble, podTrouble } from "./podTrouble.ts";
import type { Status } from "./status.ts";
import type { View } from "./view.ts";

const type = "PodsFailing";

/** Pods that fail for the same reason. */
interface Failing extends PodTrouble {
  readonly count: number;
}

/**
 * Why pods of the current version do not come up, most frequent reason first. Undefined while nobody has
 * looked at them, because there is still time or they are being listed.
 */
export function failingPods(view: View): readonly Failing[] | undefined {
  const { seen, newRS } = view;
  if (seen.pods === undefined || podsLook(view)?.due === undefined) return undefined;
  const groups = new Map<string, Failing>();
  for (const pod of seen.pods) {
    const trouble = controllerOf(pod)?.uid === newRS?.object.metadata.uid ? podTrouble(pod) : undefined;
    if (trouble === undefined) continue;
    const { count = 0 } = groups.get(trouble.text) ?? {};
    groups.set(trouble.text, { ...trouble, count: count + 1 });
  }
  return [...groups.values()].sort(
    (one, other) => other.count - one.count || (one.text < other.text ? -1 : 1),
  );
}

/**
 * The condition `PodsFailing`, which says why pods of the current version do not come up (decisions:
 * why-pods-fail). It is there only while they fail; after an abort it keeps what was the matter.
 */
export function podsFailing(view: View, next: Status, conditions: Conditions): Conditions {
  const { newRS, status, now } = view;
  const isAnother = status.currentPodHash !== next.currentPodHash;
  if (newRS === undefined || isAnother) return without(conditions, type);
  if (newRS.size === 0) return next.abort === true ? conditions : without(conditions, type);
  if (newRS.available >= newRS.size) return without(conditions, type);
  const groups = failingPods(view);
  if (groups === undefined) return conditions;
  const [first] = groups;
  if (first === undefined) return without(conditions, type);

  const parts = groups.map(({ count, text }) => `${count} of ${newRS.size} because ${text}`);
  const message = `Pods of ReplicaSet "${newRS.name}" fail: ${parts.join("; ")}`;
  const old = conditionOf(conditions, type);
  if (old?.reason === first.reason && old.message === message) return conditions;
  return refresh(conditions, { type, status: "True", reason: first.reason, message }, now);
}

/** The event when pods begin to fail, and when they fail for another reason. */
export function podsFailingEvents({ status }: View, { conditions }: Status): readonly EventNote[] {
  const now = conditionOf(conditions, type);
  if (now === undefined || now.reason === conditionOf(status.conditions, type)?.reason) return [];
  return [{ type: "Warning", reason: "PodsFailing", message: now.message }];
}
