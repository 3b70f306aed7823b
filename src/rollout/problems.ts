import type { Instant } from "../api/time.ts";
import type { RolloutSnapshot } from "./snapshot.ts";

/** Why the spec is invalid. */
export function problemOf(_seen: RolloutSnapshot, _now: Instant): RolloutSnapshot["invalid"] {
  return undefined;
}
