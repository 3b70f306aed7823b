import { parentPort, workerData } from "node:worker_threads";
import fc from "fast-check";
import { histories } from "./histories.ts";
import { live } from "./live.ts";
import { failureOf } from "./report.ts";

/** Some of the histories of a seed, or the one at a path. */
export interface Share {
  readonly numRuns: number;
  readonly seed: number;
  readonly path?: string;
}

// Lives through a part of the histories beside the others; posts what they break, shrunk, or an empty text.
Error.stackTraceLimit = 4; // thousands of errors are expected: requests that fail
const share = workerData as Share;
const property = fc.asyncProperty(histories, async (history) => {
  const broken = await live(history);
  if (broken.length > 0) throw new Error(broken.join("\n"));
});
parentPort?.postMessage(failureOf(await fc.check(property, share)));
