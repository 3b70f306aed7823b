import { equal } from "node:assert/strict";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { options } from "./options.ts";
import type { Share } from "./worker.ts";

const { runs, seed, path } = options();
const workers = Math.min(4, availableParallelism(), Math.ceil(runs / 200));

// They live beside the other tests of this folder, each share in a thread of its own.
const since = performance.now();
const shares = Array.from({ length: workers }, (_, at) => ({
  numRuns: Math.ceil(runs / workers),
  seed: seed + at * 1_000_003,
}));
const again = path === undefined ? shares : [{ numRuns: 1, seed, path }];
const reports = Promise.all(again.map(lived)).then((all) => ({ all, took: performance.now() - since }));

test(`I1 to I6 and I8 hold in ${runs} random histories (seed ${seed})`, async () => {
  const { all, took } = await reports;
  if (runs > 500) console.log(`${runs} histories in ${(took / 1000).toFixed(0)} s`);
  equal(all.join("\n").trim(), "");
});

/** What a share of the histories breaks, or why that is not known. */
async function lived(workerData: Share): Promise<string> {
  const worker = new Worker(new URL("worker.ts", import.meta.url), {
    workerData,
    resourceLimits: { maxYoungGenerationSizeMb: 64 },
  });
  try {
    const [report] = (await once(worker, "message")) as [string];
    return report;
  } catch (error) {
    return String(error);
  } finally {
    await worker.terminate();
  }
}
