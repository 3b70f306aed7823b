import type { Tally } from "./load.ts";
import { countText, percentText, secondsText } from "./text.ts";

/** A release as it went, by measured numbers. */
export interface Release {
  readonly tag: string;
  /** Milliseconds from its beginning until it was stable, or all traffic was on the other version again. */
  readonly took: number;
  /** The shares of the traffic that it had, in percent, in order; without the 0 at both ends. */
  readonly weights: readonly number[];
  readonly tally: Tally;
}

/** What became of the two releases. */
export interface Report {
  readonly good: Release;
  readonly bad: Release;
  /** How many users there were. */
  readonly users: number;
  /** Requests that met no version. */
  readonly lost: number;
}

/** The two stories by their numbers, in lines of at most 60 columns. */
export function summary({ good, bad, users, lost }: Report): readonly string[] {
  const { requests, failures, usersHit } = bad.tally;
  return [
    `good release ${good.tag}: promoted in ${secondsText(good.took)}`,
    `  traffic             ${good.weights.join(" → ")} %`,
    `  failed requests     ${ratio(good.tally.failures, good.tally.requests)}`,
    `bad release ${bad.tag}: taken back by itself`,
    `  traffic             ${[...bad.weights, 0].join(" → ")} %`,
    `  failed requests     ${ratio(failures, requests)}`,
    `  users hit           ${countText(usersHit)} of ${countText(users)} (${percentText(usersHit / users)})`,
    `  seconds to rollback ${(rollbackTime(bad.tally) / 1000).toFixed(1)} (first failure to last answer)`,
    `requests without a pod: ${countText(lost)}`,
  ];
}

/** How long users could meet a bad version: from its first failure to its last answer, in milliseconds. */
export function rollbackTime({ firstFailureAt, lastAnswerAt }: Tally): number {
  return firstFailureAt === undefined ? 0 : lastAnswerAt - firstFailureAt;
}

function ratio(failures: number, requests: number): string {
  return `${countText(failures)} of ${countText(requests)} (${percentText(failures / requests)})`;
}
