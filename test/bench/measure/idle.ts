import { setTimeout as sleep } from "node:timers/promises";
import type { Cluster } from "../cluster.ts";
import type { Finding } from "../finding.ts";
import { writesBetween } from "../requests.ts";
import type { Target } from "../target.ts";

/** How long nothing happens before and while it is measured, in milliseconds. */
const quiet = 5_000;

/** How long it is watched, in milliseconds. */
const millis = 30_000;

/** What a controller does while nothing changes. */
export async function measureIdle(cluster: Cluster, target: Target): Promise<readonly Finding[]> {
  await sleep(quiet);
  const before = await cluster.count();
  const began = performance.now();
  const { cpu: cpuBefore } = target.usage();
  await sleep(millis);
  const { cpu } = target.usage();
  const share = (cpu - cpuBefore) / (performance.now() - began);
  const after = await cluster.count();
  const { total, refused, bySort } = writesBetween(before.answered, after.answered);
  return [
    { row: "idle.cpu", value: share * 100 },
    { row: "idle.writes", value: total + refused, details: bySort },
  ];
}
