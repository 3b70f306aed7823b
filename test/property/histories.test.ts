import { equal } from "node:assert/strict";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { options } from "./options.ts";

const { runs, seed } = options();
const workers = Math.min(4, availableParallelism(), Math.ceil(runs / 200));

test(`I1 to I6 and I8 hold in ${runs} random histories (seed ${seed})`, async () => {
  const shares = Array.from({ length: workers }, (_, at) => ({
    numRuns: Math.ceil(runs / workers),
    seed: seed + at * 1_000_003,
  }));
  const reports = await Promise.all(shares.map(lived));
  equal(reports.join("\n").trim(), "");
});

/** What a share of the histories breaks, found by a thread of its own. */
async function lived(workerData: { readonly numRuns: number; readonly seed: number }): Promise<unknown> {
  const worker = new Worker(new URL("worker.ts", import.meta.url), { workerData });
  const [report] = (await once(worker, "message")) as [unknown];
  await worker.terminate();
  return report;
}
