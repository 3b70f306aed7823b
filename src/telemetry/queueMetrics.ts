import type { Totals } from "../reconcile/tally.ts";
import { Family } from "./exposition.ts";

/** A queue of keys, as `workqueue_*` shows it. */
export interface QueueCounts extends Totals {
  readonly ready: number;
  readonly working: number;
  readonly delayed: number;
  readonly readings: number;
}

/** The names that the peer's queues have, by the name of the kind. */
const names = new Map([
  ["rollout", "Rollouts"],
  ["analysisrun", "AnalysisRuns"],
  ["experiment", "Experiments"],
  ["service", "Services"],
]);

const families: readonly [part: keyof QueueCounts, name: string, type: "gauge" | "counter", help: string][] =
  [
    ["ready", "workqueue_depth", "gauge", "Keys that wait for a worker."],
    ["added", "workqueue_adds_total", "counter", "How often a key became ready."],
    ["retried", "workqueue_retries_total", "counter", "How often a key is looked at again after a failure."],
    ["unfinished", "workqueue_unfinished_work_seconds", "gauge", "How long all work under way has gone on."],
    [
      "longest",
      "workqueue_longest_running_processor_seconds",
      "gauge",
      "How long the longest work under way has gone on.",
    ],
    ["working", "workqueue_working", "gauge", "Keys that are worked on."],
    ["delayed", "workqueue_delayed", "gauge", "Keys that wait for their time."],
    ["readings", "lotse_readings_under_way", "gauge", "Measurements that have not arrived yet."],
  ];

/** The name of the queue of a kind. */
export function queueName(kind: string): string {
  return names.get(kind) ?? kind;
}

/** The metrics of all queues in the Prometheus text format (analysis 7.2). */
export function queueMetrics(queues: Iterable<readonly [kind: string, counts: QueueCounts]>): string {
  const all = [...queues];
  return families
    .map(([part, name, type, help]) => {
      const family = new Family(name, type, help);
      for (const [kind, counts] of all) family.add({ name: queueName(kind) }, counts[part]);
      return family.text();
    })
    .join("");
}
