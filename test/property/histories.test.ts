import { equal, ok } from "node:assert/strict";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import fc from "fast-check";
import { bugs } from "./bugs.ts";
import { type History, histories } from "./history.ts";
import { live } from "./live.ts";
import { options } from "./options.ts";

const { runs, seed } = options();
const workers = Math.min(4, availableParallelism());

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

for (const bug of bugs) {
  test(`${bug.caughtBy[0]} catches this bug: ${bug.about}`, async () => {
    const isCaught = async (history: History) => {
      const broken = await live(bug.steer?.(history) ?? history, bug);
      return broken.some((text) => bug.caughtBy.some((invariant) => text.startsWith(invariant)));
    };
    for (const history of fc.sample(histories, { numRuns: 20, seed: 1 })) if (await isCaught(history)) return;
    ok(false, "no history has caught it");
  });
}
