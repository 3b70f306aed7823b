import { type Millis, seconds } from "../api/time.ts";

/** How fast the demo goes: what the patch of the seed manifest says, and how pods and scrapes keep up. */
export interface Pace {
  /** How long each pause is, as the manifest says it. */
  readonly pause: string;
  /** The range of the query, as the manifest says it. */
  readonly range: string;
  /** The time between two measurements, as the manifest says it. */
  readonly interval: string;
  /** The time between two scrapes. */
  readonly scrapeEvery: Millis;
  /** How long what runs in a pod takes to start. */
  readonly readyAfter: Millis;
}

/** Slow enough to watch. */
export const watchable: Pace = {
  pause: "3s",
  range: "5s",
  interval: "1s",
  scrapeEvery: seconds(1),
  readyAfter: seconds(1),
};

/** As fast as the times in objects, which are whole seconds, allow. */
export const fast: Pace = {
  pause: "2s",
  range: "2s",
  interval: "1s",
  scrapeEvery: seconds(0.2),
  readyAfter: seconds(0.2),
};
