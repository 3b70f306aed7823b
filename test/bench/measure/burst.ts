import { setTimeout as sleep } from "node:timers/promises";
import { type Cluster, namespace, rolloutRef } from "../cluster.ts";
import type { Finding } from "../finding.ts";
import { floor } from "../floor.ts";
import { deploy, names, update } from "../rollouts.ts";
import type { Target } from "../target.ts";
import { writesOf } from "./writes.ts";

/** The Rollouts that are updated at once: the same ones in bursts of every size. */
const prefix = "burst";

/** Many updates at once: time against the floor, CPU and memory. */
export async function measureBurst(
  cluster: Cluster,
  target: Target,
  { size, version }: { readonly size: number; readonly version: number },
): Promise<readonly Finding[]> {
  const which = names(prefix, size);
  const isThere = (name: string) => cluster.cache.get({ ...rolloutRef, namespace, name }) !== undefined;
  await deploy(
    cluster,
    which.filter((name) => !isThere(name)),
  );
  const lowest = await floor(cluster, size);
  let seconds = 0;
  let cpu = 0;
  let inTime = 0;
  const writes = await writesOf(cluster, async () => {
    const before = target.usage();
    seconds = await update(cluster, which, version);
    inTime = target.usage().cpu - before.cpu;
    await whenQuiet(target);
    cpu = target.usage().cpu - before.cpu;
  });
  const { rss, peak } = target.usage();
  const perUpdate = {
    "writes per update": writes.total / size,
    "refused per update": writes.refused / size,
    "dry runs per update": writes.dryRuns / size,
  };
  return [
    { row: `burst.${size}.time`, value: seconds / lowest, details: { seconds, floor: lowest, ...perUpdate } },
    { row: `burst.${size}.cpu`, value: cpu / size, details: { "until the last is promoted": inTime / size } },
    { row: `memory.${size}`, value: rss, details: { peak } },
  ];
}

/** How long a controller may take to write the events of a burst, in seconds. */
const patience = 60;

/** Waits until a controller has nothing left to do, events included: less than 4 % of a core for a second. */
async function whenQuiet(target: Target): Promise<void> {
  let before = target.usage().cpu;
  for (let second = 0; second < patience; second += 1) {
    await sleep(1_000);
    const { cpu } = target.usage();
    if (cpu - before < 40) return;
    before = cpu;
  }
}
