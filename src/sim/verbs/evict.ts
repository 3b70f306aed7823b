import type { KubeObject } from "../../api/object.ts";
import { rfc3339 } from "../../api/time.ts";
import { type Core, existing, shelfOf, type Target, type WriteOptions } from "../core.ts";
import { failure, tooManyDisruptions } from "../failure.ts";
import { jsonOf, listOf } from "../json.ts";
import type { Resource } from "../resource.ts";
import { labelSelectorMatcher } from "../selector.ts";
import { type RemoveOptions, remove } from "./remove.ts";
import { putAsIs } from "./update.ts";

const budgets = { group: "policy", plural: "poddisruptionbudgets" };

/**
 * Evicts a pod, as a POST to `pods/eviction` does: deletes it unless a PodDisruptionBudget needs it (429).
 * What a budget allows is counted here from the pods as they are, as no disruption controller runs.
 */
export function evict(
  core: Core,
  pods: Resource,
  ref: Target,
  options: RemoveOptions & WriteOptions = {},
): void {
  const pod = existing(core, pods, ref);
  if (!isOver(pod)) checkBudgets(core, pods, pod);
  if (options.dryRun !== true) putAsIs(core, pods, disrupted(pod, core));
  remove(core, pods, ref, options);
}

/** The pod with the condition that says why it goes. */
function disrupted(pod: KubeObject, { clock }: Core): KubeObject {
  const status = jsonOf(pod["status"]);
  const condition = {
    type: "DisruptionTarget",
    status: "True",
    lastProbeTime: null,
    lastTransitionTime: rfc3339(clock.now()),
    reason: "EvictionByEvictionAPI",
    message: "Eviction API: evicting",
  };
  const others = listOf(status["conditions"]).filter((one) => jsonOf(one)["type"] !== condition.type);
  return { ...pod, status: { ...status, conditions: [...others, condition] } };
}

/** A pod that has ended or not begun disturbs nobody. */
function isOver(pod: KubeObject): boolean {
  const { phase } = jsonOf(pod["status"]);
  return (
    phase === "Succeeded" ||
    phase === "Failed" ||
    phase === "Pending" ||
    pod.metadata.deletionTimestamp !== undefined
  );
}

function checkBudgets({ store }: Core, pods: Resource, pod: KubeObject): void {
  const { namespace } = pod.metadata;
  const found = [...store.shelf(shelfOf(budgets)).objects.values()].filter(
    (budget) => budget.metadata.namespace === namespace && selects(budget, pod),
  );
  const [budget, another] = found;
  if (budget === undefined) return;
  if (another !== undefined) {
    const message =
      "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.";
    throw failure(500, "InternalError", message);
  }
  const all = [...store.shelf(shelfOf(pods)).objects.values()].filter(
    (one) => one.metadata.namespace === namespace && selects(budget, one),
  );
  const healthy = all.filter(isReady).length;
  const needed = neededPods(jsonOf(budget["spec"]), all.length);
  if (!isReady(pod) && healthy >= needed) return;
  if (healthy - 1 >= needed) return;
  throw tooManyDisruptions(
    `The disruption budget ${budget.metadata.name} needs ${needed} healthy pods and has ${healthy} currently`,
  );
}

function selects(budget: KubeObject, pod: KubeObject): boolean {
  return labelSelectorMatcher(jsonOf(budget["spec"])["selector"])(pod.metadata.labels ?? {});
}

function isReady(pod: KubeObject): boolean {
  const conditions = listOf(jsonOf(pod["status"])["conditions"]).map(jsonOf);
  const ready = conditions.some(({ type, status }) => type === "Ready" && status === "True");
  return ready && pod.metadata.deletionTimestamp === undefined;
}

/** Percentages are of the pods that there are, rounded up. */
function neededPods(
  { minAvailable, maxUnavailable }: Readonly<Record<string, unknown>>,
  count: number,
): number {
  if (maxUnavailable !== undefined) return Math.max(0, count - share(maxUnavailable, count));
  return share(minAvailable ?? 1, count);
}

function share(value: unknown, count: number): number {
  if (typeof value === "number") return value;
  return Math.ceil((Number.parseFloat(String(value)) * count) / 100);
}
