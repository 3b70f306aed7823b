import { parentPort, workerData } from "node:worker_threads";
import fc from "fast-check";
import { histories } from "./histories.ts";
import { live } from "./live.ts";

// Lives through a part of the histories beside the others; posts what they break, shrunk, or an empty text.
const { numRuns, seed } = workerData as { numRuns: number; seed: number };
const property = fc.asyncProperty(histories, async (history) => {
  const broken = await live(history);
  if (broken.length > 0) throw new Error(broken.join("\n"));
});
const details = await fc.check(property, { numRuns, seed });
parentPort?.postMessage(details.failed ? fc.defaultReportMessage(details) : "");
