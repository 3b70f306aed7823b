import { invalid, required } from "../../api/problem.ts";
import type { RunArgument } from "../../api/rolloutAnalysis.ts";
import type { CanaryStep, ExperimentStep } from "../../api/steps.ts";
import { pauseSeconds } from "../../api/time.ts";
import type { TrafficRouting } from "../../api/trafficRouting.ts";
import { can } from "./routers.ts";
import { checkHeaderRoute, checkMirrorRoute } from "./routes.ts";

/** Checks one step of a canary; `path` is where it stands (rollout-core 3.2, s1 to s11). */
export function checkStep(step: CanaryStep, path: string, routing: TrafficRouting | undefined): void {
  checkKinds(step, path);
  checkWeight(step, path, routing?.maxTrafficWeight ?? 100);
  checkPause(step, path);
  if (step.setCanaryScale !== undefined && routing === undefined) {
    throw required("spec.strategy.trafficRouting", "SetCanaryScale requires TrafficRouting to be set");
  }
  if (step.setHeaderRoute !== undefined) {
    checkHeaderRoute(step.setHeaderRoute, `${path}.setHeaderRoute`, routing);
  }
  if (step.setMirrorRoute !== undefined) {
    checkMirrorRoute(step.setMirrorRoute, `${path}.setMirrorRoute`, routing);
  }
  if (step.experiment !== undefined) checkExperiment(step.experiment, `${path}.experiment`, routing);
  const lists = [step.analysis, ...(step.experiment?.analyses ?? [])];
  for (const analysis of lists) checkArguments(analysis?.args, `${path}.analyses`);
}

/** Kinds of which a step may have one; setCanaryScale, the routes and a plugin may stand beside any. */
const alone = ["experiment", "pause", "setWeight", "analysis"] as const;
const beside = ["setCanaryScale", "setHeaderRoute", "setMirrorRoute", "plugin"] as const;

const oneOf =
  "Step must have one of the following set: experiment, setWeight, setCanaryScale, plugin or pause";

function checkKinds(step: CanaryStep, path: string): void {
  const has = (key: keyof CanaryStep) => step[key] !== undefined;
  const said = (keys: readonly (keyof CanaryStep)[], is: (key: keyof CanaryStep) => boolean) =>
    keys.map((key) => `step.${key.charAt(0).toUpperCase()}${key.slice(1)}: ${is(key)}`).join(" ");
  if (alone.filter(has).length > 1) throw invalid(path, said(alone, has), oneOf);
  const all = [...alone, ...beside];
  if (!all.some(has))
    throw invalid(
      path,
      said(all, (key) => !has(key)),
      oneOf,
    );
}

function checkWeight({ setWeight }: CanaryStep, path: string, max: number): void {
  if (setWeight === undefined || (setWeight >= 0 && setWeight <= max)) return;
  throw invalid(`${path}.setWeight`, setWeight, `SetWeight needs to be between 0 and ${max}`);
}

function checkPause({ pause }: CanaryStep, path: string): void {
  if (pause?.duration === undefined) return;
  const seconds = pauseSeconds(pause.duration);
  if (seconds >= 0) return;
  throw invalid(`${path}.pause.duration`, seconds, "Duration needs to be greater than 0");
}

function checkExperiment(
  { templates }: ExperimentStep,
  path: string,
  routing: TrafficRouting | undefined,
): void {
  if (can(routing, "experiment")) return;
  const index = templates.findIndex(({ weight }) => weight !== undefined);
  if (index < 0) return;
  const limit =
    routing === undefined
      ? "cannot be set unless TrafficRouting is enabled"
      : "is only available for TrafficRouting with SMI, ALB, Istio and Plugins at this time";
  throw invalid(
    `${path}.templates[${index}].weight`,
    templates[index]?.weight,
    `Experiment template weight ${limit}`,
  );
}

/** The fields of an object that can be asked for by the downward API. */
const downward = /^metadata\.(name|namespace|uid|labels|annotations|(labels|annotations)\['[^']+'\])$/;

function checkArguments(args: readonly RunArgument[] = [], path: string): void {
  const paths = args.map(({ valueFrom }) => valueFrom?.fieldRef?.fieldPath ?? "");
  if (paths.every((one) => !one.startsWith("metadata") || downward.test(one))) return;
  const detail = "Analyses arguments must refer to valid object metadata supported by downwardAPI";
  throw invalid(path, args, detail);
}
