import { throws } from "node:assert/strict";
import { test } from "node:test";
import { checkMetrics } from "../../src/analysis/validate.ts";

const provider = { web: { url: "http://x" } };
const metric = (more: object) => ({ name: "m", provider, ...more });

const cases: [rule: number, metrics: ReturnType<typeof metric>[], message: string][] = [
  [1, [], "no metrics specified"],
  [2, [metric({}), metric({})], "metrics[1]: duplicate name 'm'"],
  [3, [metric({ consecutiveSuccessLimit: -1 })], "metrics[0]: consecutiveSuccessLimit must be >= 0"],
  [4, [metric({ failureLimit: "-2" })], "metrics[0]: failureLimit must be >= 0, or -1 to be disabled"],
  [
    5,
    [metric({ failureLimit: -1 })],
    "metrics[0]: failureLimit and consecutiveSuccessLimit cannot both be disabled",
  ],
  [6, [metric({ inconclusiveLimit: -1 })], "metrics[0]: inconclusiveLimit must be >= 0"],
  [7, [metric({ consecutiveErrorLimit: -1 })], "metrics[0]: consecutiveErrorLimit must be >= 0"],
  [
    8,
    [metric({ count: 2, failureLimit: 1, consecutiveSuccessLimit: 2 })],
    "metrics[0]: count (2) must be >= failureLimit + consecutiveSuccessLimit (1 + 2) if both >= 0",
  ],
  [
    9,
    [metric({ count: 2, failureLimit: -1, consecutiveSuccessLimit: 3 })],
    "metrics[0]: count must be >= consecutiveSuccessLimit",
  ],
  [10, [metric({ count: 1, inconclusiveLimit: 2 })], "metrics[0]: count must be >= inconclusiveLimit"],
  [11, [metric({ count: 2 })], "metrics[0]: interval must be specified when count > 1"],
  [
    12,
    [metric({ interval: "1d" })],
    'metrics[0]: invalid interval string: time: unknown unit "d" in duration "1d"',
  ],
  [
    13,
    [metric({ initialDelay: "5" })],
    'metrics[0]: invalid startDelay string: time: missing unit in duration "5"',
  ],
  [14, [metric({ provider: {} })], "metrics[0]: no provider specified"],
  [15, [metric({ provider: { web: {}, job: {} } })], "metrics[0]: multiple providers specified"],
  [
    15,
    [metric({ provider: { plugin: { "a/b": {}, "c/d": {} } } })],
    "metrics[0]: multiple providers specified",
  ],
];
for (const [rule, metrics, message] of cases) {
  test(`1.9.1 rule ${rule}: ${message}`, () => throws(() => checkMetrics(metrics), { message }));
}

const fine = [
  metric({ count: "abc", interval: "1m", failureLimit: "x" }), // analysis trap 24
  metric({ count: 3, interval: "1m", failureLimit: 3 }),
  metric({ failureLimit: -1, consecutiveSuccessLimit: 1, count: 1 }),
  metric({ count: 0 }),
  metric({ provider: { plugin: { "a/b": {} } } }),
];
for (const one of fine) test(`1.9.1 accepts ${JSON.stringify(one)}`, () => checkMetrics([one]));
