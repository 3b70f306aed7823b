import { setTimeout as sleep } from "node:timers/promises";
import {
  type Budget,
  burstBudgets,
  fixedBudgets,
  idleBudgets,
  reactionBudgets,
  startBudgets,
} from "./budgets.ts";
import type { Cluster } from "./cluster.ts";
import type { Finding } from "./finding.ts";
import { analysisLoadBudgets, measureAnalysisLoad } from "./measure/analysisLoad.ts";
import { measureBurst } from "./measure/burst.ts";
import { measureIdle } from "./measure/idle.ts";
import { measureReaction } from "./measure/reaction.ts";
import { measureStart } from "./measure/start.ts";
import { measureWrites } from "./measure/writes.ts";
import type { Target } from "./target.ts";

/** A part of the measurement: it can be selected, and fail, alone. */
export interface Part {
  readonly name: string;
  /** The rows of the table that it fills. */
  readonly rows: readonly Budget[];
  /** Seconds after which it is given up. */
  readonly limit: number;
  measure(cluster: Cluster, target: Target): Promise<readonly Finding[]>;
}

/** How much is measured: `quick` in two minutes, `usual` in four, `full` in twelve. */
export type Extent = "quick" | "usual" | "full";

/** The parts of a run, in their order; a further one is an entry here. */
export function partsOf(extent: Extent): readonly Part[] {
  const size = extent === "quick" ? 50 : 200;
  const burst = (name: string, count: number, version: number, limit: number): Part => ({
    name,
    rows: burstBudgets(count),
    limit,
    measure: (cluster, target) => measureBurst(cluster, target, { size: count, version }),
  });
  const quick: readonly Part[] = [
    { name: "memory", rows: fixedBudgets.memory, limit: 30, measure: (_, target) => measureMemory(target) },
    { name: "writes", rows: fixedBudgets.writes, limit: 240, measure: (cluster) => measureWrites(cluster) },
    burst("burst", size, 2, 420),
    { name: "start", rows: startBudgets, limit: 120, measure: measureStart },
  ];
  const usual: readonly Part[] = [
    { name: "idle", rows: idleBudgets, limit: 120, measure: measureIdle },
    { name: "reaction", rows: reactionBudgets, limit: 240, measure: (cluster) => measureReaction(cluster) },
  ];
  const full: readonly Part[] = [
    burst("larger burst", 1_000, 3, 900),
    { name: "analysis-load", rows: analysisLoadBudgets, limit: 600, measure: measureAnalysisLoad },
  ];
  return [...quick, ...(extent === "quick" ? [] : usual), ...(extent === "full" ? full : [])];
}

/** The memory of a controller that has nothing to look after. */
async function measureMemory(target: Target): Promise<readonly Finding[]> {
  await sleep(2_000);
  const { rss, peak } = target.usage();
  return [{ row: "memory.start", value: rss, details: { peak } }];
}
