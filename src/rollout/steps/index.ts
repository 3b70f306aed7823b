import type { CanaryStep } from "../../api/steps.ts";
import { analysis } from "./analysis.ts";
import { experiment } from "./experiment.ts";
import { pause } from "./pause.ts";
import { plugin } from "./plugin.ts";
import { setCanaryScale } from "./setCanaryScale.ts";
import { setHeaderRoute } from "./setHeaderRoute.ts";
import { setMirrorRoute } from "./setMirrorRoute.ts";
import { setWeight } from "./setWeight.ts";
import { type Progress, type StepKey, type StepKind, type StepView, waiting } from "./step.ts";

/** Every step kind, by the key users write. A new kind is one file and one line here. */
export const stepKinds = {
  analysis,
  experiment,
  pause,
  plugin,
  setCanaryScale,
  setHeaderRoute,
  setMirrorRoute,
  setWeight,
} satisfies { readonly [Key in StepKey]-?: StepKind<NonNullable<CanaryStep[Key]>> };

/** Which kind decides about a step that has several (rollout-core 13.4). */
const deciding: readonly StepKey[] = [
  "pause",
  "setCanaryScale",
  "setWeight",
  "experiment",
  "analysis",
  "setHeaderRoute",
  "setMirrorRoute",
  "plugin",
];

/** Which kind names a step that has several (rollout-core 13.3). */
const naming: readonly StepKey[] = [
  "setWeight",
  "pause",
  "experiment",
  "analysis",
  "setCanaryScale",
  "plugin",
  "setHeaderRoute",
  "setMirrorRoute",
];

function kindIn(step: CanaryStep, keys: readonly StepKey[]): [StepKind<unknown>, unknown] | undefined {
  const key = keys.find((one) => step[one] !== undefined);
  return key === undefined ? undefined : [stepKinds[key] as StepKind<unknown>, step[key]];
}

/** Whether the rollout may move on from this step. */
export function checkStep(at: StepView, step: CanaryStep): Progress {
  const [kind, spec] = kindIn(step, deciding) ?? [];
  return kind === undefined ? waiting("a step that does something") : kind.check(at, spec);
}

/** How events name this step. */
export function stepText(step: CanaryStep): string {
  const [kind, spec] = kindIn(step, naming) ?? [];
  return kind === undefined ? "invalid" : kind.text(spec);
}
