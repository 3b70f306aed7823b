/** A row of the budget table: what a controller may cost. */
export interface Budget {
  readonly id: string;
  readonly what: string;
  /** Empty for a plain number. */
  readonly unit: string;
  /** What a controller in Go with client-go, the peer (v1.10), was measured at once on two cores. */
  readonly peer?: number;
  /** At most; rows without are only measured. */
  readonly budget?: number;
}

/** The budgets that do not depend on how many rollouts are updated at once. */
export const fixedBudgets = {
  writes: [
    { id: "update.writes", what: "API writes of a canary update", unit: "", peer: 26, budget: 16 },
    { id: "deploy.writes", what: "API writes of a first deployment", unit: "", peer: 7, budget: 5 },
    { id: "update.events", what: "events of a canary update", unit: "", peer: 9 },
  ],
  memory: [{ id: "memory.start", what: "memory at start", unit: "MiB", peer: 80, budget: 80 }],
} satisfies Readonly<Record<string, readonly Budget[]>>;

export const idleBudgets: readonly Budget[] = [
  { id: "idle.cpu", what: "idle: CPU", unit: "%", peer: 0.1, budget: 0.1 },
  { id: "idle.writes", what: "idle: API writes besides the lease", unit: "", peer: 0, budget: 0 },
];

export const startBudgets: readonly Budget[] = [
  { id: "start", what: "start to first reconcile", unit: "s", peer: 0.2, budget: 1.5 },
];

export const reactionBudgets: readonly Budget[] = [
  { id: "reaction", what: "bad measurement received to canary weight 0", unit: "ms", peer: 55, budget: 40 },
];

/** What bursts of a size may cost. */
interface Burst {
  readonly peer?: { readonly time: number; readonly cpu: number; readonly memory: number };
  readonly time: number;
  readonly cpu: number;
  readonly memory: number;
}

const bursts: Readonly<Record<number, Burst>> = {
  200: { peer: { time: 2.9, cpu: 63, memory: 118 }, time: 1.5, cpu: 30, memory: 110 },
  1000: { peer: { time: 3.5, cpu: 86, memory: 192 }, time: 1.5, cpu: 40, memory: 140 },
};

/** The budgets of a burst; those of 200 hold for smaller ones as well. */
export function burstBudgets(size: number): readonly Budget[] {
  const { peer, ...budget }: Burst = bursts[size] ?? { time: 1.5, cpu: 30, memory: 110 };
  const row = (part: keyof typeof budget, id: string, what: string, unit: string): Budget => ({
    id,
    what,
    unit,
    ...(peer !== undefined && { peer: peer[part] }),
    budget: budget[part],
  });
  return [
    row("time", `burst.${size}.time`, `${size} updates at once: time`, "× floor"),
    row("cpu", `burst.${size}.cpu`, `${size} updates at once: CPU per update`, "ms"),
    row("memory", `memory.${size}`, `memory after ${size} updates`, "MiB"),
  ];
}
