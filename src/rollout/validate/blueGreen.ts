import { invalid } from "../../api/problem.ts";
import type { RolloutSpec } from "../../api/rollout.ts";
import type { BlueGreenStrategy } from "../../api/strategy.ts";
import { checkAntiAffinity } from "./antiAffinity.ts";
import { sameService } from "./sameService.ts";

/** Checks a blue-green strategy (rollout-core 3.2, b1 to b4). */
export function checkBlueGreen(
  { activeService, previewService = "", scaleDownDelayRevisionLimit: limit, antiAffinity }: BlueGreenStrategy,
  { revisionHistoryLimit = 10 }: Pick<RolloutSpec, "revisionHistoryLimit">,
): void {
  if (activeService === previewService) {
    throw invalid("spec.strategy.activeService", activeService, sameService("active and preview"));
  }
  if (limit !== undefined && limit > revisionHistoryLimit) {
    const detail =
      "This rollout's revision history limit can not be smaller than the rollout's scale down limit";
    throw invalid("spec.strategy.scaleDownDelayRevisionLimit", limit, detail);
  }
  checkAntiAffinity(antiAffinity);
}
