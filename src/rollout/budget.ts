/** How far the number of pods may leave `spec.replicas` while versions change. */
export interface Budget {
  /** Pods that may exist above it. */
  readonly surge: number;
  /** Pods that may be missing below it. */
  readonly unavailable: number;
}

type Allowance = number | string;

/**
 * What `maxSurge` and `maxUnavailable` come to for so many replicas. A number counts pods; a text is a
 * percentage, with or without its sign, of which the surge is rounded up and the unavailable down; absent
 * ones are 25 %. When both come to nothing, a canary gets one unavailable pod. Blue-green never has a surge.
 * A text that is no number makes both 0. Source: rollout-core 2.5.
 */
export function resolveBudget(
  replicas: number,
  maxSurge: Allowance | undefined,
  maxUnavailable: Allowance | undefined,
  kind: "canary" | "blueGreen",
): Budget {
  const surge = kind === "blueGreen" ? 0 : pods(maxSurge ?? "25", replicas, Math.ceil);
  const unavailable = pods(maxUnavailable ?? "25", replicas, Math.floor);
  if (surge === undefined || unavailable === undefined) return { surge: 0, unavailable: 0 };
  const needsOne = kind === "canary" && surge === 0 && unavailable === 0;
  return { surge, unavailable: Math.min(needsOne ? 1 : unavailable, replicas) };
}

function pods(allowed: Allowance, replicas: number, round: (pods: number) => number): number | undefined {
  if (typeof allowed === "number") return allowed;
  const [, percent] = /^([+-]?\d+)%?$/.exec(allowed) ?? [];
  return percent === undefined ? undefined : round((Number(percent) * replicas) / 100);
}
