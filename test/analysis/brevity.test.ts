import { deepEqual, equal, match, ok } from "node:assert/strict";
import { test } from "node:test";
import { brief } from "../../src/analysis/brevity.ts";
import type { Measurement } from "../../src/analysis/types.ts";
import type { Measured } from "../../src/reconcile/measure.ts";
import { lab, metric } from "./lab.ts";

const long = (length: number) => "x".repeat(length);

/** The status of a run whose measurements, twelve of each metric, all have this answer. */
async function statusAfter(answer: Measured, names: readonly string[]) {
  const often = { interval: "1s", consecutiveErrorLimit: 100, failureLimit: 100 };
  const run = lab({ spec: { metrics: names.map((name) => metric(name, often)) }, measure: () => answer });
  for (let round = 0; round < 12; round += 1) {
    await run.settle();
    run.pass(11);
  }
  return run.status;
}

const answers: readonly [name: string, answer: Measured][] = [
  ["value", { is: "value", value: 1, text: long(2_000_000) }],
  ["message", { is: "error", message: long(2_000_000) }],
  ["metadata", { is: "value", value: 1, text: "1", metadata: { warnings: long(2_000_000), note: "short" } }],
  [
    "number of entries",
    {
      is: "value",
      value: 1,
      text: "1",
      metadata: Object.fromEntries(Array.from({ length: 9_999 }, (_, index) => [`key-${index}`, "text"])),
    },
  ],
];
for (const [name, answer] of answers) {
  for (const names of [["a"], ["a", "b", "c", "d", "e"]]) {
    test(`a status stays below 64 KiB whatever the ${name}, with ${names.length} metrics`, async () => {
      const status = await statusAfter(answer, names);
      const { measurements = [] } = status.metricResults?.[0] ?? {};
      equal(measurements.length, 10);
      const size = Buffer.byteLength(JSON.stringify(status));
      ok(size < 64 * 1024, `${size} bytes`);
    });
  }
}

test("the newest measurement keeps most; what is cut says how long it was, also when it is cut again", () => {
  const measurements: Measurement[] = [1, 2, 3].map(() => ({ phase: "Successful", value: long(9_000) }));
  const once = brief(measurements, 5_000);
  deepEqual(
    once.map(({ value = "" }) => value.length),
    [256, 904, 4096],
  );
  const twice = brief([...once, { phase: "Successful", value: long(9_000) }], 5_000);
  for (const { value = "" } of twice) match(value, /^x+… \(9000 characters\)$/);
});

test("what is short stays as it is", () => {
  const measurements: Measurement[] = Array.from({ length: 200 }, () => ({
    phase: "Successful",
    value: long(200),
    metadata: { "job-name": "j" },
  }));
  deepEqual(brief(measurements, 1_000), measurements);
});
