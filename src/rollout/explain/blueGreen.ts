import { activeHash, previewSize } from "../blueGreen.ts";
import type { Decided } from "../planOf.ts";
import type { View } from "../view.ts";
import { analysisWait } from "./analyses.ts";
import { podsWait } from "./pods.ts";
import { timeIn, type Wait, waitFor } from "./wait.ts";

const switches = "the active Service is switched to the new version";

/** What blue-green that nobody holds waits for; undefined when it waits for nothing. */
export function blueGreenWait(view: View, decided: Decided): Wait | undefined {
  const { newRS, promoted, hash, R } = view;
  const { runs } = decided.verdict.analyses;
  const isActive = activeHash(view) === hash;
  const size = isActive ? R : previewSize(view, hash);
  if (newRS !== undefined && newRS.available < size) {
    return podsWait(view, `${size} pods of the new version`, { next: promoted ? [] : [switches] });
  }
  if (promoted) return undefined;
  if (isActive) {
    const next = ["the new version is stable, and the old one goes after its delay"];
    return runs.has("PostPromotion") ? analysisWait(view, decided.verdict, "PostPromotion", next) : undefined;
  }
  const before = runs.get("PrePromotion");
  if (before !== undefined && before.status !== "Successful") {
    return analysisWait(view, decided.verdict, "PrePromotion", [switches]);
  }
  return pauseWait(view, decided);
}

function pauseWait({ status }: View, { move }: Decided): Wait | undefined {
  const paused = status.pauseConditions?.find(({ reason }) => reason === "BlueGreenPause");
  if (paused === undefined || move.unpauses.includes("BlueGreenPause")) return undefined;
  const { until } = move;
  return waitFor(until === undefined ? "someone to promote it" : "the pause to end", {
    since: timeIn(paused.startTime),
    until,
    ends: until === undefined ? undefined : "the switch",
    next: [switches],
  });
}
