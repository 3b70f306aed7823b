import { setTimeout as sleep } from "node:timers/promises";
import { type Cluster, eventRef, namespace } from "../cluster.ts";
import type { Finding } from "../finding.ts";
import { type Writes, writesBetween } from "../requests.ts";
import { deploy, names, update } from "../rollouts.ts";

/** Over so many Rollouts, one at a time, the writes are averaged. */
const count = 3;

/** What one first deployment and one update cost the API server. */
export async function measureWrites(cluster: Cluster): Promise<readonly Finding[]> {
  const which = names("writes", count);
  const first = await writesOf(cluster, async () => {
    for (const name of which) await deploy(cluster, [name]);
  });
  const eventsBefore = await eventsOf(cluster, which);
  const next = await writesOf(cluster, async () => {
    for (const name of which) await update(cluster, [name], 2);
  });
  const events = (await eventsOf(cluster, which)) - eventsBefore;
  return [
    { row: "update.writes", value: next.total / count, details: perRollout(next) },
    { row: "deploy.writes", value: first.total / count, details: perRollout(first) },
    { row: "update.events", value: events / count },
  ];
}

/** The writes of the controllers while something goes on, and shortly after. */
export async function writesOf(cluster: Cluster, run: () => Promise<unknown>): Promise<Writes> {
  const before = await cluster.count();
  await run();
  await sleep(3_000); // a status that is not urgent may wait
  const after = await cluster.count();
  const own = new Map([...after.own].map(([sort, sent]) => [sort, sent - (before.own.get(sort) ?? 0)]));
  return writesBetween(before.answered, after.answered, own);
}

function perRollout({ bySort, refused, dryRuns }: Writes): Readonly<Record<string, number>> {
  const all = Object.entries({ ...bySort, refused, dryRuns });
  return Object.fromEntries(all.map(([sort, sent]) => [sort, sent / count]));
}

async function eventsOf({ client }: Cluster, which: readonly string[]): Promise<number> {
  const fieldSelector = "involvedObject.kind=Rollout";
  const events = await client.list(eventRef, { namespace, fieldSelector });
  return events
    .filter(({ involvedObject }) => which.includes((involvedObject as { name?: string }).name ?? ""))
    .reduce((sum, { count: times }) => sum + Number(times ?? 1), 0);
}
