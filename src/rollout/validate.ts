import type { LabelSelector } from "../api/meta.ts";
import { internal, invalid, required } from "../api/problem.ts";
import type { Rollout, RolloutSpec } from "../api/rollout.ts";
import { selectorProblem } from "../api/selector.ts";
import type { Template } from "./snapshot.ts";
import { checkBlueGreen } from "./validate/blueGreen.ts";
import { checkCanary } from "./validate/canary.ts";
import { checkTemplate } from "./validate/template.ts";

/** What a Rollout runs, as far as it is known. */
export interface InForce {
  /** The pod template: inline, or of the workload referred to once that was found. */
  readonly template: Template | undefined;
  readonly selector: LabelSelector | undefined;
  /** Whether `workloadRef` was followed. Without that (`lint`) its template and selector are not judged. */
  readonly resolved: boolean;
}

/**
 * Checks a Rollout by itself, without looking at other objects. Throws the first `Problem` in the order of
 * the reference; its message is what the `InvalidSpec` condition says. Paths leave the strategy's name out,
 * as the peer's do (rollout-core 3.2, 2.4, 2.5; traffic-cli-ops 1.3).
 */
export function checkSpec({ spec }: Pick<Rollout, "spec">, inForce: InForce): void {
  notNegative("spec.replicas", spec.replicas);
  checkSelector(spec, inForce);
  checkPods(spec, inForce);
  checkTimes(spec);
  checkStrategy(spec);
}

function checkSelector({ workloadRef }: RolloutSpec, { selector, resolved }: InForce): void {
  const path = "spec.selector";
  if (selector === undefined) {
    if (workloadRef !== undefined && !resolved) return;
    throw required(path, "Rollout has missing field '.spec.selector'");
  }
  const wrong = selectorProblem(selector, path);
  if (wrong !== undefined) throw wrong;
  const { matchLabels = {}, matchExpressions = [] } = selector;
  if (Object.keys(matchLabels).length > 0 || matchExpressions.length > 0) return;
  throw invalid(path, selector, "empty selector is invalid for deployment");
}

function checkPods({ workloadRef, template }: RolloutSpec, { resolved, ...inForce }: InForce): void {
  if (workloadRef === undefined || resolved) {
    checkTemplate(inForce.template, inForce.selector);
    return;
  }
  const { labels = {}, annotations = {} } = template?.metadata ?? {};
  if (Object.keys(labels).length === 0 && Object.keys(annotations).length === 0) return;
  throw internal("spec.template", "template must be empty for workload reference rollout");
}

function checkTimes({
  minReadySeconds,
  revisionHistoryLimit,
  progressDeadlineSeconds = 600,
}: RolloutSpec): void {
  notNegative("spec.minReadySeconds", minReadySeconds);
  notNegative("spec.revisionHistoryLimit", revisionHistoryLimit);
  notNegative("spec.progressDeadlineSeconds", progressDeadlineSeconds);
  if (progressDeadlineSeconds > (minReadySeconds ?? 0)) return;
  throw invalid(
    "spec.progressDeadlineSeconds",
    progressDeadlineSeconds,
    "must be greater than minReadySeconds",
  );
}

function notNegative(path: string, value = 0): void {
  if (value < 0) throw invalid(path, value, "must be greater than or equal to 0");
}

function checkStrategy(spec: RolloutSpec): void {
  const { canary, blueGreen } = spec.strategy ?? {};
  const path = "spec.strategy.strategy";
  if (canary !== undefined && blueGreen !== undefined) {
    throw invalid(path, "blueGreen: true canary: true", "Multiple Strategies can not be listed");
  }
  if (blueGreen !== undefined) checkBlueGreen(blueGreen, spec);
  else if (canary !== undefined) checkCanary(canary);
  else {
    throw required(path, "Rollout has missing field '.spec.strategy.canary or .spec.strategy.blueGreen'");
  }
}
