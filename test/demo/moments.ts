import type { Tally } from "../../src/demo/load.ts";
import type { Moment, VersionSeen } from "../../src/demo/moment.ts";

/** A tally that states only what differs. */
export function tally(more: Partial<Tally> = {}): Tally {
  return { requests: 100, failures: 0, usersHit: 0, firstFailureAt: undefined, lastAnswerAt: 0, ...more };
}

/** A version with its role. */
export function version(
  tag: string,
  role: VersionSeen["role"],
  more: Partial<VersionSeen> = {},
): VersionSeen {
  return { tag, role, ready: 5, pods: 5, tally: undefined, ...more };
}

/** A moment in the first pause of a release; it states only what differs. */
export function moment(more: Partial<Moment> = {}): Moment {
  return {
    at: 12_340,
    phase: "Paused",
    message: "",
    steps: [10, "pause", 30, "pause", 60, "pause"],
    stepIndex: 1,
    weight: 10,
    versions: [version("v1", "stable", { tally: tally() }), version("v2", "canary", { ready: 1, pods: 2 })],
    rates: [Number.NaN, 1, 0.96, 0.94],
    lost: 0,
    ...more,
  };
}
