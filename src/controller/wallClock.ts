import type { Instant } from "../api/time.ts";
import type { Clock } from "../reconcile/ports.ts";

/** How long one timer of the machine runs at most, in milliseconds; afterwards the clock is asked again. */
const longestSleep = 60_000;

/**
 * The clock of this machine. A timer never fires before its instant; it may be further away than `setTimeout`
 * can count, and when the machine's clock is set it follows within a minute.
 */
export const wallClock: Clock = {
  now: () => Date.now() as Instant,
  at(when, run) {
    const wait = () => Math.min(Math.max(when - Date.now(), 0), longestSleep);
    const look = () => {
      if (Date.now() >= when) run();
      else timer = setTimeout(look, wait());
    };
    let timer = setTimeout(look, wait());
    return () => clearTimeout(timer);
  },
};
