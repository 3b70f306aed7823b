import { invalid } from "../../api/problem.ts";
import type { AntiAffinity } from "../../api/strategy.ts";

/**
 * Checks that an anti-affinity has exactly one form, and a weight that the scheduler takes (rollout-core 3.2,
 * b3, b4).
 */
export function checkAntiAffinity(antiAffinity: AntiAffinity | undefined): void {
  if (antiAffinity === undefined) return;
  const path = "spec.strategy.antiAffinity";
  const {
    preferredDuringSchedulingIgnoredDuringExecution: preferred,
    requiredDuringSchedulingIgnoredDuringExecution: needed,
  } = antiAffinity;
  if ((preferred === undefined) === (needed === undefined)) {
    const said = [
      `antiAffinity.PreferredDuringSchedulingIgnoredDuringExecution: ${preferred !== undefined}`,
      `antiAffinity.RequiredDuringSchedulingIgnoredDuringExecution: ${needed !== undefined}`,
    ];
    throw invalid(path, said.join(" "), "AntiAffinity must have exactly one strategy listed");
  }
  if (preferred === undefined || (preferred.weight >= 1 && preferred.weight <= 100)) return;
  throw invalid(`${path}.weight`, preferred.weight, "AntiAffinity weight must be between 1-100");
}
