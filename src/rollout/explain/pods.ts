import { conditionOf } from "../../reconcile/conditions.ts";
import { failingPods } from "../podsFailing.ts";
import type { Replicas } from "../replicaSet.ts";
import type { View } from "../view.ts";
import { deadlineIn, lastMoved, type Wait, waitFor } from "./wait.ts";

/** The wait for pods: how many are missing, and what is the matter with them. */
export function podsWait(view: View, what: string, more: Partial<Wait> = {}): Wait {
  const troubles = podTroubles(view);
  const deadline = deadlineIn(view);
  return waitFor(what, {
    since: lastMoved(view),
    ...deadline,
    why: [...missing(view), ...troubles],
    stuck: deadline.stuck || troubles.length > 0,
    ...more,
  });
}

function missing({ newRS, stableRS }: View): readonly string[] {
  const said = (set: Replicas | undefined, role: string) =>
    set === undefined || set.available >= set.size
      ? []
      : [`${set.available} of ${set.size} pods of ReplicaSet "${set.name}" (${role}) are available`];
  if (newRS === stableRS) return said(newRS, "stable");
  return [...said(newRS, "new version"), ...said(stableRS, "stable")];
}

/** What is the matter with pods: as seen now, else as the conditions of the status say it. */
export function podTroubles(view: View): readonly string[] {
  const { newRS, status } = view;
  const { conditions } = status;
  const failure = conditionOf(conditions, "ReplicaFailure");
  const refused = failure?.status === "True" ? [`pods cannot be created: ${failure.message}`] : [];
  const failing = failingPods(view);
  if (failing === undefined) {
    const known = conditionOf(conditions, "PodsFailing");
    return [...refused, ...(known === undefined ? [] : [known.message])];
  }
  const size = newRS?.size ?? 0;
  return [...refused, ...failing.map(({ count, text }) => `${count} of ${size} pods fail because ${text}`)];
}
