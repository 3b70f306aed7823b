import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, totalmem } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startControlPlane } from "../cluster/support/controlPlane.ts";
import { budgets } from "./budgets.ts";
import { type Cluster, reachCluster } from "./cluster.ts";
import type { Finding } from "./finding.ts";
import { analysisLoadBudgets, measureAnalysisLoad } from "./measure/analysisLoad.ts";
import { measureBurst } from "./measure/burst.ts";
import { measureIdle } from "./measure/idle.ts";
import { measureReaction } from "./measure/reaction.ts";
import { measureStart } from "./measure/start.ts";
import { measureWrites } from "./measure/writes.ts";
import { results, table } from "./table.ts";
import { running, startBundle, type Target } from "./target.ts";

const usage = `usage: npm run bench -- [--quick | --full] [--json FILE] [--controller-pid PID --kubeconfig FILE]

Measures a controller against the budgets and prints the table: ours, in a control plane of its own, unless a process
and its cluster are named. The CRDs have to be there then, and nobody else may use its rollouts.

  --quick           writes, memory, start and 50 updates at once (two minutes)
  --full            1,000 updates at once and 1,000 analyses as well (ten minutes more)
  --only PARTS      some of: memory,writes,burst,idle,start,reaction,larger burst,analysis-load
  --json FILE       writes the results as JSON too
  --controller-pid  the process to measure instead of ours
  --kubeconfig      how to reach the cluster that it works on, with all rights`;

type Options = ReturnType<typeof readOptions>;

/** A part of the measurement. */
type Step = readonly [name: string, run: () => readonly Finding[] | Promise<readonly Finding[]>];

/** What is measured, and where. */
interface Bench {
  readonly cluster: Cluster;
  readonly target: Target;
  stop(): Promise<void>;
}

const root = fileURLToPath(new URL("../../", import.meta.url));
const say = (line: string): void => console.error(`# ${line}`);

function readOptions() {
  const { values } = parseArgs({
    options: {
      quick: { type: "boolean", default: false },
      full: { type: "boolean", default: false },
      json: { type: "string" },
      only: { type: "string" },
      "controller-pid": { type: "string" },
      kubeconfig: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  const { "controller-pid": pid, kubeconfig } = values;
  if ((pid === undefined) !== (kubeconfig === undefined))
    throw new Error("--controller-pid and --kubeconfig go together");
  const sizes = values.quick ? [50] : values.full ? [200, 1000] : [200];
  return { ...values, pid, kubeconfig, sizes };
}

/** The whole run. */
async function main(options: Options): Promise<void> {
  const since = performance.now();
  const bench = await begin(options);
  let findings: readonly Finding[];
  try {
    findings = await measure(bench, options);
  } finally {
    await bench.stop();
  }
  const rows = [...budgets(options.sizes), ...(hasLoad(options) ? analysisLoadBudgets : [])];
  const all = results(rows, findings);
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "CPU"}, ${Math.round(totalmem() / 2 ** 30)} GiB, Node ${process.version}`;
  const seconds = Math.round((performance.now() - since) / 1000);
  for (const line of table(all)) console.log(line);
  for (const { id, details } of all) if (details !== undefined) say(`${id}: ${JSON.stringify(details)}`);
  say(`${machine}; ${seconds} s`);
  if (options.json !== undefined) {
    const report = { date: new Date().toISOString(), machine, seconds, rows: all };
    writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
  }
}

async function begin({ pid, kubeconfig }: Options): Promise<Bench> {
  if (pid !== undefined && kubeconfig !== undefined) {
    const cluster = await reachCluster(kubeconfig);
    return { cluster, target: running(Number(pid)), stop: () => cluster.stop() };
  }
  execFileSync(process.execPath, [".ci/build.mjs"], { cwd: root, stdio: "inherit" });
  const plane = await startControlPlane({ say });
  for (const args of [
    ["apply", "-f", `${root}crds`],
    ["wait", "--for=condition=Established", "crd", "--all", "--timeout=30s"],
  ]) {
    const { code, stderr } = await plane.kubectl(...args);
    if (code !== 0) throw new Error(stderr);
  }
  const cluster = await reachCluster(plane.kubeconfig);
  const target = await startBundle(plane.kubeconfig);
  const stop = async (): Promise<void> => {
    await target.stop();
    await cluster.stop();
    await plane.stop();
  };
  return { cluster, target, stop };
}

/** Whether the analyses are measured: they take longer than everything else together. */
function hasLoad({ full, only }: Options): boolean {
  return full || only?.split(",").includes("analysis-load") === true;
}

async function measure(bench: Bench, options: Options): Promise<readonly Finding[]> {
  const { cluster, target } = bench;
  const { sizes, quick, only } = options;
  const [size = 0, larger] = sizes;
  const burst = (count: number, there: number, version: number) => () =>
    measureBurst(cluster, target, { size: count, there, version });
  const steps: Step[] = [
    ["memory", () => measureMemory(target)],
    ["writes", () => measureWrites(cluster)],
    ["burst", burst(size, 0, 2)],
    ["idle", () => (quick ? [] : measureIdle(cluster, target))],
    ["start", () => measureStart(cluster, target)],
    ["reaction", () => (quick ? [] : measureReaction(cluster))],
    ["larger burst", larger === undefined ? () => [] : burst(larger, size, 3)],
    ["analysis-load", () => (hasLoad(options) ? measureAnalysisLoad(cluster, target) : [])],
  ];
  const findings: Finding[] = [];
  for (const [name, run] of steps) {
    if (only !== undefined && !only.split(",").includes(name)) continue;
    await target.check();
    say(name);
    try {
      findings.push(...(await run()));
    } catch (error) {
      say(`${name} FAILED: ${error instanceof Error ? (error.stack ?? "") : String(error)}`);
      process.exitCode = 1;
    }
  }
  return findings;
}

/** The memory of a controller that has nothing to look after. */
async function measureMemory(target: Target): Promise<readonly Finding[]> {
  await sleep(2_000);
  const { rss, peak } = target.usage();
  return [{ row: "memory.start", value: rss, details: { peak } }];
}

const options = readOptions();
if (options.help) console.log(usage);
else await main(options);
process.exit();
