import { type Instant, instant, later, seconds } from "../api/time.ts";
import type { AnalysisRunStatus, TtlStrategy } from "./types.ts";

/**
 * When a completed run may go: once more whole seconds have passed since its end than it has to live.
 * Undefined when it has no time to live, or ended without having begun (analysis 2.11).
 */
export function expiryOf(ttl: TtlStrategy | undefined, status: AnalysisRunStatus): Instant | undefined {
  const lifetime = secondsFor(ttl, status.phase);
  if (lifetime === undefined || status.completedAt === undefined) return undefined;
  return later(instant(status.completedAt), seconds(lifetime + 1));
}

function secondsFor(ttl: TtlStrategy | undefined, phase: string | undefined): number | undefined {
  const { secondsAfterSuccess, secondsAfterFailure, secondsAfterCompletion } = ttl ?? {};
  if (phase === "Successful") return secondsAfterSuccess ?? secondsAfterCompletion;
  if (phase === "Failed") return secondsAfterFailure ?? secondsAfterCompletion;
  return secondsAfterCompletion;
}
