import fc from "fast-check";
import type { Action } from "../../src/sim/actions.ts";
import type { FaultRates } from "../../src/sim/faults.ts";
import type { Ailment } from "../../src/sim/pods.ts";
import {
  type Act,
  type History,
  isRouted,
  type Mood,
  type Setup,
  type Step,
  type Strategy,
  type Trial,
} from "./history.ts";
import { routings } from "./routing.ts";

const trial: fc.Arbitrary<Trial> = fc
  .record({
    weight: fc.constantFrom(10, 25, 10, undefined),
    seconds: fc.constantFrom(0, 10),
    isAnalysed: fc.boolean(),
    delay: fc.constantFrom(undefined, 0, 5),
  })
  .map((one) => ({ ...one, isAnalysed: one.isAnalysed || one.seconds === 0 })); // something has to end it

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ setWeight: fc.constantFrom(1, 10, 25, 34, 50, 75, 90, 100) }) },
  { weight: 6, arbitrary: fc.record({ pause: fc.constantFrom(0, 5, 20) }) },
  { weight: 2, arbitrary: fc.constant({ analysis: true as const }) },
  { weight: 1, arbitrary: fc.record({ experiment: trial }) },
  { weight: 2, arbitrary: fc.record({ scale: fc.constantFrom<number | string>(1, 3, 0, "traffic", "50%") }) },
  {
    weight: 3,
    arbitrary: fc.record({
      route: fc.constantFrom<"header" | "mirror">("header", "mirror"),
      on: fc.boolean(),
    }),
  },
);

const steps = fc.array(step, { maxLength: 6 });

const setup: fc.Arbitrary<Setup> = fc
  .record({
    replicas: fc.constantFrom(1, 2, 2, 3, 4, 5),
    strategy: fc.constantFrom<Strategy>("basic", "routed", "dynamic", "blueGreen", "routed", "pingPong"),
    router: fc.constantFrom(...routings.keys()),
    workload: fc.constantFrom<Setup["workload"]>(
      "own",
      "own",
      "own",
      "own",
      "own",
      "never",
      "onsuccess",
      "progressively",
    ),
    steps,
    maxSurge: fc.constantFrom<number | string>(1, "25%", 0, 2),
    maxUnavailable: fc.constantFrom<number | string>(0, "25%", 1),
    minReadySeconds: fc.constantFrom(0, 3),
    abortDelay: fc.constantFrom(undefined, 0, 10),
    scaleDownDelay: fc.constantFrom(undefined, 0, 10),
    minPods: fc.constantFrom(undefined, undefined, 2),
    threshold: fc.constantFrom(undefined, undefined, 50),
    background: fc.boolean(),
    deadline: fc.constantFrom(600, 40),
    deadlineAborts: fc.boolean(),
    autoPromotion: fc.boolean(),
    previewReplicas: fc.constantFrom(undefined, 1),
    analyses: fc.boolean(),
  })
  .filter(({ maxSurge, maxUnavailable }) => maxSurge !== 0 || maxUnavailable !== 0)
  .map(fitting);

/** The setup with a router that knows pairs where it is to have one, and steps that the router can do. */
function fitting(setup: Setup): Setup {
  const { strategy, router: drawn } = setup;
  const pairs = [...routings.values()].filter(({ pingPong }) => pingPong).map(({ family }) => family.name);
  const names = [...routings.keys()];
  const asPair = pairs[names.indexOf(drawn) % pairs.length] ?? drawn;
  const alone = drawn === "alb by pair" ? "alb" : drawn;
  const made = { ...setup, router: strategy === "pingPong" ? asPair : alone };
  return { ...made, steps: stepsFor(made, setup.steps) };
}

/**
 * The steps that a setup can have: scales need a router; routes, and shares of experiments, one that has them.
 */
export function stepsFor({ strategy, router }: Setup, steps: readonly Step[]): readonly Step[] {
  const can = isRouted(strategy) ? routings.get(router)?.family.router.can : undefined;
  const fit = steps.filter((step) => {
    if ("route" in step) return can?.[step.route] === true;
    return !("scale" in step) || isRouted(strategy);
  });
  return fit.map((step, place) => {
    if (!("experiment" in step)) return step;
    const { weight = 0 } = step.experiment;
    const before = fit.slice(0, place).findLast((one) => "setWeight" in one)?.setWeight ?? 0;
    const fits = can?.experiment === true && before + 2 * weight <= 100;
    return fits ? step : { experiment: { ...step.experiment, weight: undefined } };
  });
}

const ailments: readonly Ailment[] = ["crash", "unready", "noImage", "unschedulable"];
const image = fc.integer({ min: 0, max: 3 });
const replicas = fc.integer({ min: 1, max: 6 });
const verb = fc.constantFrom(
  "promote" as const,
  "promote" as const,
  "promoteFull" as const,
  "abort" as const,
  "abort" as const,
  "retry" as const,
  "pause" as const,
  "resume" as const,
  "restart" as const,
);

const action: fc.Arbitrary<Action> = fc.oneof(
  { weight: 9, arbitrary: fc.record({ do: verb }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("scale" as const), replicas }) },
);

const act: fc.Arbitrary<Act> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ is: fc.constant("image" as const), image }) },
  { weight: 9, arbitrary: fc.record({ is: fc.constant("action" as const), action }) },
  { weight: 1, arbitrary: fc.constant({ is: "undo" as const }) },
  { weight: 1, arbitrary: fc.record({ is: fc.constant("steps" as const), steps }) },
  { weight: 2, arbitrary: fc.record({ is: fc.constant("autoscale" as const), replicas }) },
  {
    weight: 2,
    arbitrary: fc.record({ is: fc.constant("sick" as const), image, how: fc.constantFrom(...ailments) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ is: fc.constant("flap" as const), image, times: fc.integer({ min: 1, max: 3 }) }),
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
