import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { job, metric, played, type Vector } from "./lab.ts";

const vectors: readonly [name: string, vector: Vector][] = [
  [
    "terminate before start (analysis trap 19)",
    {
      metrics: [metric("m")],
      more: { terminate: true },
      want: { phase: "Successful", message: "Run Terminated", runSummary: { count: 1 }, dryRunSummary: {} },
    },
  ],
  [
    "terminate, one metric measured once, one delayed",
    {
      metrics: [metric("m", { interval: "1h" }), metric("late", { initialDelay: "1h" })],
      terminateAfter: true,
      want: {
        phase: "Successful",
        message: "Run Terminated",
        metrics: ["m Successful"],
        runSummary: { count: 2, successful: 1 },
        dryRunSummary: {},
      },
    },
  ],
  [
    "terminate, a job under way (analysis trap 18)",
    {
      metrics: [job("job")],
      terminateAfter: true,
      want: {
        phase: "Inconclusive",
        message:
          'Metric "job" assessed Inconclusive due to inconclusive (1) > inconclusiveLimit (0): "Error Message: Metric Terminated"',
        metrics: ["job Inconclusive"],
        runSummary: { count: 1, inconclusive: 1 },
        dryRunSummary: {},
      },
    },
  ],
  [
    "the same with inconclusiveLimit 1",
    {
      metrics: [job("job", { inconclusiveLimit: 1 })],
      terminateAfter: true,
      want: {
        phase: "Successful",
        message: "Run Terminated",
        metrics: ["job Successful"],
        runSummary: { count: 1, successful: 1 },
        dryRunSummary: {},
      },
    },
  ],
  [
    "an argument that is not there",
    {
      metrics: [metric("m-{{args.bar}}")],
      want: {
        phase: "Error",
        message: "Unable to resolve metric arguments: failed to resolve {{args.bar}}",
        runSummary: {},
      },
    },
  ],
  [
    "no metric, and an argument without value",
    {
      metrics: [],
      more: { args: [{ name: "foo" }] },
      want: { phase: "Error", message: "Analysis spec invalid: no metrics specified", runSummary: {} },
    },
  ],
  [
    "an argument without value",
    {
      metrics: [metric("m")],
      more: { args: [{ name: "foo" }] },
      want: {
        phase: "Error",
        message: 'Unable to resolve metric arguments: argument "foo" was not supplied',
        runSummary: {},
      },
    },
  ],
  [
    "a secret that is not there",
    {
      metrics: [metric("m", { initialDelay: "1h" })],
      more: { args: [{ name: "foo", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }] },
      want: {
        phase: "Error",
        message: 'Unable to resolve metric arguments: secrets "s" not found',
        runSummary: {},
      },
    },
  ],
  [
    "a spec that makes no sense (analysis trap 37)",
    {
      metrics: [metric("m", { count: 2 })],
      want: {
        phase: "Error",
        message: "Analysis spec invalid: metrics[0]: interval must be specified when count > 1",
        runSummary: {},
      },
    },
  ],
  [
    "a dry-run rule that matches nothing (analysis trap 20)",
    {
      metrics: [metric("m")],
      more: { dryRun: [{ metricName: "*" }] },
      want: {
        phase: "Error",
        message: "Analysis spec invalid: dryRun[0]: Rule didn't match any metric name(s)",
        runSummary: {},
      },
    },
  ],
];
for (const [name, { want, ...vector }] of vectors) {
  test(`analysis vector 10.1: ${name}`, async () => deepEqual(await played(vector), want));
}
