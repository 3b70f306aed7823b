import type { Instant } from "../api/time.ts";
import { metadataNeedsPods } from "./metadata.ts";
import { restartIsDue } from "./restart.ts";
import type { RolloutSnapshot } from "./snapshot.ts";
import { viewOf } from "./view.ts";

/** Whether a decision needs the pods, which are not watched: to restart them, or to change their metadata. */
export function needsPods(seen: RolloutSnapshot, now: Instant): boolean {
  if (seen.invalid !== undefined || seen.selector === undefined) return false;
  return restartIsDue(seen.rollout, now) || metadataNeedsPods(viewOf(seen, now));
}
