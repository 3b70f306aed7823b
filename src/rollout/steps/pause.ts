import { instant, justAfter, later, pauseSeconds, seconds } from "../../api/time.ts";
import { done, step, waiting } from "./step.ts";

/** Holds the rollout for a while, or until someone promotes it (rollout-core 13.4). */
export const pause = step("pause", {
  text: ({ duration }) => (duration === undefined ? "pause" : `pause: ${duration}`),
  check({ view: { status, now } }, { duration }) {
    const paused = status.pauseConditions?.find(({ reason }) => reason === "CanaryPauseStep");
    if (paused === undefined) {
      return status.controllerPause === true ? done : { is: "pausing", reason: "CanaryPauseStep" };
    }
    if (duration === undefined) return waiting("someone to promote it");

    const until = later(instant(paused.startTime), seconds(pauseSeconds(duration)));
    return now > until ? done : waiting("the pause to end", justAfter(until));
  },
});
