import { atDesired } from "../counts.ts";
import { done, goesOnWithout, step, waiting } from "./step.ts";

/** Sets the number of canary pods apart from the weight: done when they are there. */
export const setCanaryScale = step("setCanaryScale", {
  text({ weight, replicas, matchTrafficWeight }) {
    if (weight !== undefined) return `setCanaryScale{weight: ${weight}}`;
    if (matchTrafficWeight === true) return "setCanaryScale{matchTrafficWeight: true}";
    return `setCanaryScale{replicas: ${replicas ?? 0}}`;
  },
  check: (at) => (goesOnWithout(at) || atDesired(at.view, at.traffic) ? done : waiting("the canary's pods")),
});
