import { setTimeout as sleep } from "node:timers/promises";

/**
 * A token bucket: `burst` requests at once, then `qps` a second, first come first served. The returned
 * function resolves when the caller may go. `qps` of 0 or less means no limit.
 */
export function rateLimit(
  qps: number,
  burst: number,
  now: () => number = () => performance.now(),
): () => Promise<void> {
  if (!(qps > 0)) return () => Promise.resolve();
  const most = Math.max(1, burst);
  let tokens = most;
  let filledAt = now();
  return async () => {
    const at = now();
    tokens = Math.min(most, tokens + ((at - filledAt) * qps) / 1_000) - 1;
    filledAt = at;
    if (tokens < 0) await sleep((-tokens * 1_000) / qps);
  };
}
