import { setTimeout as sleep } from "node:timers/promises";
import { type AnalysisLoad, type LoadSeen, quantile, startLoad } from "../../cluster/support/analysisLoad.ts";
import { until } from "../../cluster/support/child.ts";
import { startPrometheus } from "../../cluster/support/prometheus.ts";
import type { Budget } from "../budgets.ts";
import { type Cluster, namespace } from "../cluster.ts";
import type { Finding } from "../finding.ts";
import type { Target } from "../target.ts";

/** How many analyses, besides those of a host that hangs, and how long they are watched. */
const runs = 1_000;
const hung = 16;
const interval = 10;
const minutes = 3;

/** What many analyses may cost. */
export const analysisLoadBudgets: readonly Budget[] = [
  {
    id: "analyses.late",
    what: `${runs} analyses every ${interval} s: delay, p99`,
    unit: "ms",
    budget: 1_000,
  },
  { id: "analyses.growth", what: "the same: memory, last minute over first", unit: "%", budget: 5 },
  { id: "analyses.status", what: "the same: largest status", unit: "KiB", budget: 64 },
  { id: "analyses.cpu", what: "the same: CPU", unit: "%" },
];

/**
 * A thousand AnalysisRuns at once, all of one real Prometheus, beside some of a host that never answers:
 * whether each measures when it is due, and what that costs.
 */
export async function measureAnalysisLoad(
  { kubeconfig }: Pick<Cluster, "kubeconfig">,
  target: Target,
): Promise<readonly Finding[]> {
  const prometheus = await startPrometheus({ targets: [], present: false });
  const load = await startLoad({ kubeconfig, namespace, prometheus: prometheus.url, runs, hung, interval });
  try {
    await until("all measure", async () => load.measuring() >= runs, { seconds: 180 });
    load.look();
    const began = { cpu: target.usage().cpu, at: performance.now() };
    const parts = [];
    for (let minute = 0; minute < minutes; minute += 1) parts.push(await watchMinute(load, target));
    const cpu = (target.usage().cpu - began.cpu) / (performance.now() - began.at);
    return findings(parts, cpu);
  } finally {
    await load.stop();
    await prometheus.stop();
  }
}

interface Minute extends LoadSeen {
  /** Resident memory in MiB, on average. */
  readonly memory: number;
}

async function watchMinute(load: AnalysisLoad, target: Target): Promise<Minute> {
  const sizes: number[] = [];
  for (let second = 0; second < 60; second += 1) {
    await sleep(1_000);
    await target.check();
    sizes.push(target.usage().rss);
  }
  const seen = load.look();
  if (seen.ended > 0) throw new Error(`${seen.ended} analyses have ended`);
  return { ...seen, memory: sizes.reduce((sum, size) => sum + size, 0) / sizes.length };
}

function findings(parts: readonly Minute[], cpu: number): readonly Finding[] {
  const late = parts.flatMap((part) => part.late).sort((one, other) => one - other);
  const [first, last] = [parts[0]?.memory ?? 0, parts.at(-1)?.memory ?? 0];
  const byMinute = Object.fromEntries(
    parts.map((part, index) => [`p99 of minute ${index + 1}`, quantile(part.late, 0.99)]),
  );
  const worst = { p50: quantile(late, 0.5), "p99.9": quantile(late, 0.999), most: late.at(-1) ?? 0 };
  const held = Math.max(...parts.map((part) => part.held));
  return [
    {
      row: "analyses.late",
      value: quantile(late, 0.99),
      details: { measurements: late.length, ...worst, ...byMinute, held },
    },
    { row: "analyses.growth", value: (last / first - 1) * 100, details: { first, last } },
    { row: "analyses.status", value: Math.max(...parts.map((part) => part.largestStatus)) / 1024 },
    { row: "analyses.cpu", value: cpu * 100 },
  ];
}
