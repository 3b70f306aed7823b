import type { Action } from "../../src/sim/actions.ts";
import type { FaultRates } from "../../src/sim/faults.ts";
import type { Ailment } from "../../src/sim/pods.ts";

/** A step of a canary, as far as histories have them; a pause of 0 seconds waits for a person. */
export type Step =
  | { readonly setWeight: number }
  | { readonly pause: number }
  | { readonly analysis: true }
  | { readonly scale: number | string }
  | { readonly experiment: Trial }
  | { readonly route: "header" | "mirror"; readonly on: boolean };

/** Stable and canary side by side, a pod each, apart from the pods of the Rollout. */
export interface Trial {
  /** The share of each, in percent; undefined is none. */
  readonly weight: number | undefined;
  /** How long it lasts; 0 is as long as its analysis takes. */
  readonly seconds: number;
  readonly isAnalysed: boolean;
  /** How many seconds pods outlive it; undefined is the default. */
  readonly delay: number | undefined;
}

/** How the pods and the traffic of a history are divided between versions. */
export type Strategy = "basic" | "routed" | "dynamic" | "pingPong" | "blueGreen";

/** Whose template it is: the Rollout's own, or that of a Deployment, which is scaled down as this says. */
export type Workload = "own" | "never" | "onsuccess" | "progressively";

/** How the Rollout of a history is made. */
export interface Setup {
  readonly replicas: number;
  readonly strategy: Strategy;
  /** The name of the router; it counts for routed strategies only. */
  readonly router: string;
  readonly workload: Workload;
  readonly steps: readonly Step[];
  readonly maxSurge: number | string;
  readonly maxUnavailable: number | string;
  readonly minReadySeconds: number;
  /** Seconds; undefined is the default. */
  readonly abortDelay: number | undefined;
  readonly scaleDownDelay: number | undefined;
  readonly minPods: number | undefined;
  /** Percent of the wanted canary pods that are enough. */
  readonly threshold: number | undefined;
  readonly background: boolean;
  readonly deadline: number;
  readonly deadlineAborts: boolean;
  /** Blue-green: promoted by itself; the size of the preview; analysed before and after. */
  readonly autoPromotion: boolean;
  readonly previewReplicas: number | undefined;
  readonly analyses: boolean;
}

/** A canary without router or steps. */
export const plain: Setup = {
  replicas: 2,
  strategy: "basic",
  router: "nginx",
  workload: "own",
  steps: [],
  maxSurge: 1,
  maxUnavailable: 0,
  minReadySeconds: 0,
  abortDelay: undefined,
  scaleDownDelay: undefined,
  minPods: undefined,
  threshold: undefined,
  background: false,
  deadline: 600,
  deadlineAborts: false,
  autoPromotion: true,
  previewReplicas: undefined,
  analyses: false,
};

/** Something that happens to the world. */
export type Act =
  | { readonly is: "action"; readonly action: Action }
  | { readonly is: "image"; readonly image: number }
  | { readonly is: "undo" }
  | { readonly is: "steps"; readonly steps: readonly Step[] }
  /** An autoscaler speaks to the scale subresource. */
  | { readonly is: "autoscale"; readonly replicas: number }
  | { readonly is: "sick"; readonly image: number; readonly how: Ailment }
  /** Pods are unready and ready again, a few times. */
  | { readonly is: "flap"; readonly image: number; readonly times: number }
  | { readonly is: "heal" }
  | { readonly is: "metric"; readonly mood: Mood }
  | { readonly is: "crash" }
  | { readonly is: "podGone"; readonly which: number };

/** What the one metric of a history shows. */
export type Mood = "good" | "bad" | "error" | "unclear";

/**
 * A random history: how the world is made, what goes wrong, and what happens when (seconds after the last).
 */
export interface History {
  readonly setup: Setup;
  readonly rates: FaultRates;
  readonly seed: number;
  readonly acts: readonly { readonly wait: number; readonly act: Act }[];
}

/** Whether traffic is split by a router. */
export function isRouted(strategy: Strategy): boolean {
  return strategy === "routed" || strategy === "dynamic" || strategy === "pingPong";
}
