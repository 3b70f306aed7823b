import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { isAtLeisure, nextFor } from "../../src/analysis/due.ts";
import type { Metric, MetricResult } from "../../src/analysis/types.ts";
import { instant, later, rfc3339, seconds } from "../../src/api/time.ts";

const now = instant("2024-05-01T12:00:00Z");
const ago = (count: number) => rfc3339(later(now, seconds(-count)));

const metric = (more: Partial<Metric>): Metric => ({ name: "m", provider: {}, ...more });
const measured = (phase: string, secondsAgo: number, more: Partial<MetricResult> = {}): MetricResult => ({
  name: "m",
  phase: "Running",
  measurements: [{ phase, finishedAt: ago(secondsAgo) }],
  ...(phase === "Error" ? { error: 1, consecutiveError: 1 } : { count: 1 }),
  ...more,
});
const inFlight: MetricResult = {
  name: "m",
  phase: "Running",
  measurements: [{ phase: "Running", resumeAt: ago(-5) }],
};

interface Vector {
  readonly metric: Partial<Metric>;
  readonly result?: MetricResult;
  readonly startedSecondsAgo?: number;
  readonly terminating?: boolean;
}

/** `at` is in milliseconds from now; nothing when the metric has nothing to do. */
const vectors: readonly [name: string, vector: Vector, want?: "run" | "resume" | "terminate", at?: number][] =
  [
    [
      "interval 60s, 59 s after success",
      { metric: { interval: "60s" }, result: measured("Successful", 59) },
      "run",
      1001,
    ],
    [
      "interval 60s, exactly 60 s",
      { metric: { interval: "60s" }, result: measured("Successful", 60) },
      "run",
      1,
    ],
    [
      "interval 60s, 61 s after failure",
      { metric: { interval: "60s" }, result: measured("Failed", 61) },
      "run",
      -999,
    ],
    [
      "interval 1h, count 5, 11 s after error",
      { metric: { interval: "1h", count: 5 }, result: measured("Error", 11) },
      "run",
      -999,
    ],
    [
      "interval 1s, 9 s after error (analysis trap 11)",
      { metric: { interval: "1s" }, result: measured("Error", 9) },
      "run",
      1001,
    ],
    [
      "count 1, no interval, 11 s after error (analysis trap 10)",
      { metric: { count: 1 }, result: measured("Error", 11) },
      "run",
      -999,
    ],
    [
      "count 1, successful",
      { metric: { count: 1 }, result: measured("Successful", 99, { phase: "Successful" }) },
    ],
    ["count reached", { metric: { count: 1, interval: "1s" }, result: measured("Successful", 99) }],
    ["initialDelay 30s, not started", { metric: { initialDelay: "30s" } }, "run", 30_000],
    ["initialDelay 0s, not started", { metric: { initialDelay: "0s" } }, "run", 1],
    [
      "initialDelay 30s, started 31 s ago",
      { metric: { initialDelay: "30s" }, startedSecondsAgo: 31 },
      "run",
      -1000,
    ],
    [
      "initialDelay 30s, started 30 s ago",
      { metric: { initialDelay: "30s" }, startedSecondsAgo: 30 },
      "run",
      0,
    ],
    ["in flight, resumeAt in 5 s", { metric: {}, result: inFlight }, "resume", 5000],
    [
      "in flight, resumeAt in 5 s, terminating",
      { metric: {}, result: inFlight, terminating: true },
      "terminate",
      0,
    ],
    ["terminating, nothing measured", { metric: {}, terminating: true }],
    [
      "terminating, measured",
      { metric: { interval: "1s" }, result: measured("Successful", 99), terminating: true },
    ],
  ];
for (const [name, { metric: more, result, startedSecondsAgo, terminating = false }, want, at] of vectors) {
  test(`analysis vector 10.2: ${name}`, () => {
    const startedAt = startedSecondsAgo === undefined ? undefined : later(now, seconds(-startedSecondsAgo));
    const next = nextFor(metric(more), result, { startedAt, terminating, now });
    equal(next?.do, want);
    equal(next && next.from - now, at);
  });
}

test("another measurement is another reading", () => {
  const timing = { startedAt: now, terminating: false, now };
  const every = metric({ interval: "1s" });
  const ids = [
    undefined,
    measured("Successful", 5),
    measured("Error", 5),
    measured("Successful", 5, { count: 2 }),
    inFlight,
  ];
  const named = ids.map((result) => nextFor(every, result, timing)?.id);
  deepEqual(named, [
    "m 1",
    "m 2 after 2024-05-01T11:59:55Z",
    "m 2 after 2024-05-01T11:59:55Z",
    "m 3 after 2024-05-01T11:59:55Z",
    "m 1 at 2024-05-01T12:00:05Z",
  ]);
});

const leisurely: readonly [name: string, result: MetricResult | undefined, atLeisure: boolean][] = [
  ["a first measurement", undefined, true],
  ["one that is due just now", measured("Successful", 60), false],
  ["one that is late", measured("Successful", 61), false],
  ["one whose moment has passed", measured("Successful", 63), true],
  ["a look at one that takes longer", inFlight, false],
];

for (const [name, result, atLeisure] of leisurely) {
  test(`${name} is ${atLeisure ? "" : "not "}at its leisure`, () => {
    const timing = { startedAt: instant(ago(600)), terminating: false, now };
    const next = nextFor(metric({ interval: "60s" }), result, timing);
    equal(next && isAtLeisure(next, result, now), atLeisure);
  });
}
