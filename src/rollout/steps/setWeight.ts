import { atDesired } from "../counts.ts";
import { isAwaited } from "../verification.ts";
import { done, goesOnWithout, step, waiting } from "./step.ts";

/**
 * Sends a share of the traffic to the canary: done when its pods are there and the routers carry the weight,
 * or stable has no pod left for the rest of it.
 */
export const setWeight = step("setWeight", {
  text: (weight) => `setWeight: ${weight}`,
  check(at) {
    const { view, traffic } = at;
    if (goesOnWithout(at)) return done;
    if (!atDesired(view, traffic)) return waiting("the canary's pods");
    if (traffic.problem !== undefined) return waiting(`the router: ${traffic.problem}`);
    if (!traffic.holds) return waiting("the router to carry the weight");
    return isAwaited(view.seen.aws?.weight) ? waiting("AWS to carry the weight") : done;
  },
});
