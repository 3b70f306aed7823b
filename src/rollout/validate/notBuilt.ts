import { forbidden, type Problem } from "../../api/problem.ts";
import type { Rollout } from "../../api/rollout.ts";
import type { CanaryStep } from "../../api/steps.ts";
import { builtInPlugins } from "./routers.ts";

/** Kinds of steps that cannot be run, and what to use instead. */
const stepsNotBuilt: Readonly<Partial<Record<keyof CanaryStep, string>>> = {
  plugin: "Go plugins are not loaded; use an analysis step with the web or the job provider",
};

const routersNotBuilt =
  "Go plugins are not loaded; use gatewayAPI, declarative or one of the other routers that are built in";

/**
 * The first field whose behaviour does not exist, so that it is never passed over in silence; undefined
 * without.
 */
export function notBuilt({ spec }: Pick<Rollout, "spec">): Problem | undefined {
  const canary = spec.strategy?.canary;
  const plugin = Object.keys(canary?.trafficRouting?.plugins ?? {})
    .sort()
    .find((name) => !builtInPlugins.includes(name));
  if (plugin !== undefined) {
    return forbidden(`spec.strategy.trafficRouting.plugins[${plugin}]`, routersNotBuilt);
  }
  for (const [index, step] of (canary?.steps ?? []).entries()) {
    const keys = Object.keys(step) as (keyof CanaryStep)[];
    const key = keys.find((one) => step[one] !== undefined && stepsNotBuilt[one] !== undefined);
    if (key !== undefined) {
      return forbidden(`spec.strategy.steps[${index}].${key}`, stepsNotBuilt[key] ?? "");
    }
  }
  return undefined;
}
