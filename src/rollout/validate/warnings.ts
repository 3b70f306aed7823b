import type { IntOrString } from "../../api/field.ts";
import type { Rollout, RolloutSpec } from "../../api/rollout.ts";
import type { CanaryStrategy } from "../../api/strategy.ts";
import { routers } from "../../traffic/index.ts";
import { configuredKeys } from "./routers.ts";

/** Something that is accepted and hardly what was meant. */
export interface Warning {
  readonly path: string;
  readonly message: string;
}

/**
 * What `lint` says about a Rollout that is valid: fields that do nothing, or something else than they seem
 * to.
 */
export function warnings({ spec }: Pick<Rollout, "spec">): readonly Warning[] {
  const { canary, blueGreen } = spec.strategy ?? {};
  return [
    ...scaleDownWarnings(spec),
    ...(canary === undefined ? [] : canaryWarnings(canary)),
    ...budgetWarnings("blueGreen.maxUnavailable", blueGreen?.maxUnavailable, ""),
    ...labelWarnings(spec),
  ];
}

function scaleDownWarnings({ workloadRef }: RolloutSpec): readonly Warning[] {
  const scaleDown = workloadRef?.scaleDown ?? "";
  if (["", "never", "onsuccess", "progressively"].includes(scaleDown)) return [];
  return [
    {
      path: "spec.workloadRef.scaleDown",
      message: `"${scaleDown}" is taken for never; there are never, onsuccess and progressively`,
    },
  ];
}

function canaryWarnings(canary: CanaryStrategy): readonly Warning[] {
  const basic = canary.trafficRouting === undefined;
  const stuck = basic ? ", so that the canary gets no pods" : "";
  return [
    ...budgetWarnings("canary.maxSurge", canary.maxSurge, stuck),
    ...budgetWarnings("canary.maxUnavailable", canary.maxUnavailable, stuck),
    ...thresholdWarnings(canary),
    ...analysisWarnings(canary),
    ...routerWarnings(canary),
  ];
}

function budgetWarnings(field: string, value: IntOrString | undefined, stuck: string): readonly Warning[] {
  if (typeof value !== "string" || /^[+-]?\d+%$/.test(value)) return [];
  const message = /^[+-]?\d+$/.test(value)
    ? `the text "${value}" means ${value} %; write ${value} without quotes for a number of pods`
    : `"${value}" is neither a number nor a percentage; no pod may be missing or added${stuck}`;
  return [{ path: `spec.strategy.${field}`, message }];
}

function thresholdWarnings({ replicaProgressThreshold: threshold }: CanaryStrategy): readonly Warning[] {
  if (threshold === undefined || ["Percent", "Pods"].includes(threshold.type)) return [];
  const path = "spec.strategy.canary.replicaProgressThreshold.type";
  return [{ path, message: `"${threshold.type}" is not known; there are Percent and Pods` }];
}

function analysisWarnings({ analysis, steps = [] }: CanaryStrategy): readonly Warning[] {
  const path = "spec.strategy.canary";
  const empty = steps.flatMap((step, index): readonly Warning[] => {
    if (step.analysis === undefined || (step.analysis.templates ?? []).length > 0) return [];
    const message = "without templates nothing is measured: the step is done at once";
    return [{ path: `${path}.steps[${index}].analysis`, message }];
  });
  const late: readonly Warning[] =
    steps.length > 0 && (analysis?.startingStep ?? 0) >= steps.length
      ? [
          {
            path: `${path}.analysis.startingStep`,
            message: `there are only ${steps.length} steps: it never starts`,
          },
        ]
      : [];
  return [...empty, ...late];
}

/** Beside a router that can do what a step says, others pass over it (traffic-cli-ops 2.0). */
function routerWarnings({ steps = [], trafficRouting = {} }: CanaryStrategy): readonly Warning[] {
  const fields = { setHeaderRoute: "header", setMirrorRoute: "mirror" } as const;
  const keys = configuredKeys(trafficRouting);
  return steps.flatMap((step, index) =>
    (["setHeaderRoute", "setMirrorRoute"] as const).flatMap((field) => {
      const unable = keys.filter((key) => !routers[key].can[fields[field]]);
      if (step[field] === undefined || unable.length === 0) return [];
      const message = `it changes nothing at ${unable.join(" and ")}`;
      return [{ path: `spec.strategy.canary.steps[${index}].${field}`, message }];
    }),
  );
}

/** A label that the selector looks at cannot change with the role of the pods. */
function labelWarnings({ strategy = {}, selector }: RolloutSpec): readonly Warning[] {
  const selected = new Set([
    ...Object.keys(selector?.matchLabels ?? {}),
    ...(selector?.matchExpressions ?? []).map(({ key }) => key),
  ]);
  const fields = {
    "canary.canaryMetadata": strategy.canary?.canaryMetadata,
    "canary.stableMetadata": strategy.canary?.stableMetadata,
    "blueGreen.previewMetadata": strategy.blueGreen?.previewMetadata,
    "blueGreen.activeMetadata": strategy.blueGreen?.activeMetadata,
  };
  return Object.entries(fields).flatMap(([field, metadata]) =>
    Object.keys(metadata?.labels ?? {})
      .filter((key) => selected.has(key))
      .map((key) => ({
        path: `spec.strategy.${field}.labels`,
        message: `"${key}" is a label of spec.selector; pods must not change it with their role`,
      })),
  );
}
