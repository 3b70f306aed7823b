import { metadataNeedsPods } from "./metadata.ts";
import { restartIsDue } from "./restart.ts";
import type { View } from "./view.ts";

/** Whether a decision needs the pods, which are not watched: to restart them, or to change their metadata. */
export function needsPods(view: View): boolean {
  const { seen, now } = view;
  if (seen.invalid !== undefined || seen.selector === undefined) return false;
  return restartIsDue(seen.rollout, now) || metadataNeedsPods(view);
}
