import fc from "fast-check";
import type { Action } from "../../src/sim/actions.ts";
import type { FaultRates } from "../../src/sim/faults.ts";
import type { Ailment } from "../../src/sim/pods.ts";

/** A step of a canary, as far as histories have them; a pause of 0 seconds waits for a person. */
export type Step =
  | { readonly setWeight: number }
  | { readonly pause: number }
  | { readonly analysis: true }
  | { readonly scale: number | "traffic" };

/** How the Rollout of a history is made. */
export interface Setup {
  readonly replicas: number;
  readonly strategy: "basic" | "routed" | "dynamic" | "blueGreen";
  readonly steps: readonly Step[];
  readonly maxSurge: number | string;
  readonly maxUnavailable: number | string;
  readonly minReadySeconds: number;
  /** Seconds; undefined is the default. */
  readonly abortDelay: number | undefined;
  readonly background: boolean;
  readonly deadline: number;
  readonly deadlineAborts: boolean;
  /** Blue-green: promoted by itself; the size of the preview; analysed before and after. */
  readonly autoPromotion: boolean;
  readonly previewReplicas: number | undefined;
  readonly analyses: boolean;
}

/** Something that happens to the world. */
export type Act =
  | { readonly is: "action"; readonly action: Action }
  | { readonly is: "image"; readonly image: number }
  | { readonly is: "sick"; readonly image: number; readonly how: Ailment }
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

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ setWeight: fc.constantFrom(1, 10, 25, 34, 50, 75, 90, 100) }) },
  { weight: 3, arbitrary: fc.record({ pause: fc.constantFrom(0, 5, 20) }) },
  { weight: 1, arbitrary: fc.constant({ analysis: true as const }) },
  { weight: 1, arbitrary: fc.record({ scale: fc.constantFrom<number | "traffic">(1, 3, "traffic") }) },
);

const setup: fc.Arbitrary<Setup> = fc
  .record({
    replicas: fc.integer({ min: 1, max: 6 }),
    strategy: fc.constantFrom("basic", "routed", "dynamic", "blueGreen"),
    steps: fc.array(step, { maxLength: 5 }),
    maxSurge: fc.constantFrom<number | string>(1, "25%", 0, 2),
    maxUnavailable: fc.constantFrom<number | string>(0, "25%", 1),
    minReadySeconds: fc.constantFrom(0, 3),
    abortDelay: fc.constantFrom(undefined, 0, 10),
    background: fc.boolean(),
    deadline: fc.constantFrom(600, 40),
    deadlineAborts: fc.boolean(),
    autoPromotion: fc.boolean(),
    previewReplicas: fc.constantFrom(undefined, 1),
    analyses: fc.boolean(),
  })
  .filter(({ maxSurge, maxUnavailable }) => maxSurge !== 0 || maxUnavailable !== 0)
  .map((setup) => ({
    ...setup,
    steps: setup.steps.filter((step) => isFor(step, setup.strategy)),
  })) as fc.Arbitrary<Setup>;

/** Only a canary with a router can have its pods scaled by a step. */
function isFor(step: Step, strategy: string): boolean {
  return !("scale" in step) || strategy === "routed" || strategy === "dynamic";
}

const ailments: readonly Ailment[] = ["crash", "unready", "noImage", "unschedulable"];

const act: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ is: fc.constant("image" as const), image: fc.integer({ min: 0, max: 3 }) }),
  },
  {
    weight: 6,
    arbitrary: fc.record({
      is: fc.constant("action" as const),
      action: fc.oneof(
        fc.record({
          do: fc.constantFrom(
            "promote",
            "promote",
            "promoteFull",
            "abort",
            "retry",
            "pause",
            "resume",
            "restart",
          ),
        }) as fc.Arbitrary<Action>,
        fc.record({ do: fc.constant("scale" as const), replicas: fc.integer({ min: 1, max: 6 }) }),
      ),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant("sick" as const),
      image: fc.integer({ min: 0, max: 3 }),
      how: fc.constantFrom(...ailments),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ is: "heal" as const }) },
  {
    weight: 2,
    arbitrary: fc.record({
      is: fc.constant("metric" as const),
      mood: fc.constantFrom<Mood>("good", "bad", "error", "unclear"),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ is: "crash" as const }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant("podGone" as const), which: fc.nat(10) }) },
);

const rate = (...rates: number[]) => fc.constantFrom(0, ...rates);

const rates: fc.Arbitrary<FaultRates> = fc.record({
  conflict: rate(0.02, 0.2),
  refused: rate(0.02, 0.2),
  lost: rate(0.02, 0.2),
  slow: rate(0.05),
  crash: rate(0.02, 0.1),
  stale: rate(0.05, 0.3),
  dropped: rate(0.02, 0.1),
});

/** Random histories; they shrink to fewer acts, fewer faults and plainer setups. */
export const histories: fc.Arbitrary<History> = fc.record({
  setup,
  rates,
  seed: fc.integer({ min: 0, max: 2 ** 31 }),
  acts: fc.array(fc.record({ wait: fc.constantFrom(0, 1, 4, 15, 60), act }), { maxLength: 8 }),
});
