import { atDesired } from "../counts.ts";
import { done, step, waiting } from "./step.ts";

/**
 * Sends a share of the traffic to the canary: done when its pods are there and the routers carry the weight.
 */
export const setWeight = step("setWeight", {
  text: (weight) => `setWeight: ${weight}`,
  check({ view, traffic }) {
    if (!atDesired(view, traffic)) return waiting("the canary's pods");
    if (traffic.problem !== undefined) return waiting(`the router: ${traffic.problem}`);
    return traffic.holds ? done : waiting("the router to carry the weight");
  },
});
