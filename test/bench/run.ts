import { writeFileSync } from "node:fs";
import { cpus, loadavg, totalmem } from "node:os";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { startControlPlane } from "../cluster/support/controlPlane.ts";
import { type Cluster, reachCluster } from "./cluster.ts";
import { within } from "./concurrency.ts";
import type { Finding } from "./finding.ts";
import { type Extent, partsOf } from "./parts.ts";
import { results, table } from "./table.ts";
import { running, startBundle, type Target } from "./target.ts";

const usage = `usage: npm run bench -- [--quick | --full] [--only PARTS] [--json FILE]
                        [--controller-pid PID --kubeconfig FILE]

Measures a controller against the budgets and prints the table, and the results as a line of JSON: ours, in a
control plane of its own, unless a process and its cluster are named. The CRDs have to be there then, and
nobody else may use its rollouts.

  --quick           writes, memory, start and 50 updates at once (two minutes)
  --full            1,000 updates at once and 1,000 analyses as well (twelve minutes)
  --only PARTS      some of: ${partsOf("full").map(({ name }) => name)}
  --json FILE       writes the results to a file as well
  --controller-pid  the process to measure instead of ours
  --kubeconfig      how to reach the cluster that it works on, with all rights`;

type Options = ReturnType<typeof readOptions>;

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
  const only = values.only?.split(",");
  const extent: Extent = values.quick ? "quick" : values.full || only !== undefined ? "full" : "usual";
  const parts = partsOf(extent).filter(({ name }) => only === undefined || only.includes(name));
  if (parts.length === 0) throw new Error(`there is no part ${values.only}`);
  return { ...values, pid, kubeconfig, parts };
}

/** The whole run. */
async function main(options: Options): Promise<void> {
  const since = performance.now();
  const [load = 0] = loadavg();
  const bench = await begin(options);
  let findings: readonly Finding[];
  try {
    findings = await measure(bench, options);
  } finally {
    await bench.stop();
  }
  const rows = options.parts.flatMap((part) => part.rows);
  const all = results(rows, findings);
  const memory = `${Math.round(totalmem() / 2 ** 30)} GiB`;
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? "CPU"}, ${memory}, Node ${process.version}`;
  const seconds = Math.round((performance.now() - since) / 1000);
  for (const { id, details } of all) if (details !== undefined) say(`${id}: ${JSON.stringify(details)}`);
  say(`${machine}; ${seconds} s`);
  const report = { date: new Date().toISOString(), machine, load, seconds, rows: all };
  for (const line of table(all)) console.log(line);
  console.log(JSON.stringify(report));
  if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, undefined, 2)}\n`);
}

async function begin({ pid, kubeconfig }: Options): Promise<Bench> {
  if (pid !== undefined && kubeconfig !== undefined) {
    const cluster = await reachCluster(kubeconfig);
    return { cluster, target: running(Number(pid)), stop: () => cluster.stop() };
  }
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

/** Measures one part after the other; one that fails, or takes too long, leaves the others as they are. */
async function measure({ cluster, target }: Bench, { parts }: Options): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const { name, limit, measure: run } of parts) {
    say(name);
    const began = performance.now();
    try {
      await target.check();
      findings.push(...(await within(limit, run(cluster, target), () => `${name} has not ended`)));
      say(`${name}: ${Math.round((performance.now() - began) / 1000)} s`);
    } catch (error) {
      say(`${name} FAILED: ${error instanceof Error ? (error.stack ?? "") : String(error)}`);
      process.exitCode = 1;
      await target.revive?.();
    }
  }
  return findings;
}

const options = readOptions();
if (options.help) console.log(usage);
else await main(options);
process.exit();
