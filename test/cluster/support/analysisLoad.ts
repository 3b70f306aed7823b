import { Agent, createServer } from "node:http";
import type { AnalysisRunStatus, Metric } from "../../../src/analysis/types.ts";
import type { KubeObject } from "../../../src/api/object.ts";
import { accessOf } from "../../../src/kube/access.ts";
import { clientOf } from "../../../src/kube/client.ts";
import { loadConfig } from "../../../src/kube/config.ts";
import { Discovery } from "../../../src/kube/discovery.ts";
import { silent } from "../../../src/kube/log.ts";
import { transportOf } from "../../../src/kube/transport.ts";
import { Watch } from "../../../src/kube/watch.ts";
import { Cache } from "../../../src/reconcile/cache.ts";
import { runKind } from "./runs.ts";
import { passOn, type Served, served } from "./served.ts";

/** Many AnalysisRuns at once. */
export interface LoadOptions {
  readonly kubeconfig: string;
  /** Where they are; it is there already, and whoever made it removes it. */
  readonly namespace: string;
  /** The server that they ask, through a front that notes who comes when. */
  readonly prometheus: string;
  readonly runs: number;
  /** How many more ask a host that takes every question and answers none. */
  readonly hung: number;
  /** Seconds between the measurements of a run. */
  readonly interval: number;
}

/** What has been seen of them since the last look. */
export interface LoadSeen {
  /** How much later than it was due each measurement began, in milliseconds, in ascending order. */
  readonly late: readonly number[];
  /** How many bytes of JSON the largest status has. */
  readonly largestStatus: number;
  /** How many runs have ended. */
  readonly ended: number;
  /** How many questions the hung host holds at the moment. */
  readonly held: number;
}

/** Many AnalysisRuns under way. */
export interface AnalysisLoad {
  /** How many runs have measured at all. */
  measuring(): number;
  /** What has been seen since the last call. */
  look(): LoadSeen;
  stop(): Promise<void>;
}

/** How many objects are created at a time. */
const lanes = 24;

/**
 * Creates the AnalysisRuns. Each measures without end; when a measurement was due is read from the status,
 * when it began is seen by the server that is asked. The status has whole seconds: all that ended within one
 * are due at the same instant, and what the last of them waits counts. A first measurement does not count, as
 * no status says when it was due.
 */
export async function startLoad(options: LoadOptions): Promise<AnalysisLoad> {
  const { namespace, interval } = options;
  const transport = transportOf({
    access: accessOf(loadConfig({ kubeconfig: options.kubeconfig }).config),
    userAgent: "lotse-load",
  });
  const discovery = new Discovery(transport);
  const client = clientOf(transport, discovery);
  const cache = new Cache();
  cache.register({ kind: runKind });
  const watch = new Watch(runKind, { namespace }, cache, { transport, discovery, log: silent });
  await watch.synced;
  const measuring = new Set<string>();
  const unsubscribe = cache.subscribe(runKind, (_, __, run) => {
    if (run !== undefined && status(run).metricResults !== undefined) measuring.add(run.metadata.name);
  });

  let late: number[] = [];
  const statusOf = (name: string) => status(cache.get({ ...runKind, namespace, name }));
  const front = await startCounter(options.prometheus, (name) => {
    const finishedAt = statusOf(name).metricResults?.[0]?.measurements?.at(-1)?.finishedAt;
    if (finishedAt !== undefined) late.push(Date.now() - Date.parse(finishedAt) - interval * 1000);
  });
  const hole = await startHole();
  const names = (prefix: string, count: number) =>
    Array.from({ length: count }, (_, index) => `${prefix}-${index}`);
  const create = async (name: string, address: string) => {
    const metrics = [metricOf(name, address, interval)];
    await client.create({ ...runKind, metadata: { namespace, name }, spec: { metrics } });
  };
  await inLanes(names("hung", options.hung), (name) => create(name, hole.url));
  await inLanes(names("run", options.runs), (name) => create(name, front.url));

  return {
    measuring: () => measuring.size,
    look() {
      const statuses = cache.list(runKind, namespace).map(status);
      const seen = late.toSorted((one, other) => one - other);
      late = [];
      return {
        late: seen,
        largestStatus: Math.max(0, ...statuses.map((each) => Buffer.byteLength(JSON.stringify(each)))),
        ended: statuses.filter(({ completedAt }) => completedAt !== undefined).length,
        held: hole.held(),
      };
    },
    async stop() {
      unsubscribe();
      await watch.stop();
      transport.close();
      await Promise.all([front.stop(), hole.stop()]);
    },
  };
}

/** The value below which this share of the numbers is; they are in ascending order. */
export function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.min(ascending.length - 1, Math.floor(ascending.length * share))] ?? 0;
}

function status(run: KubeObject | undefined): AnalysisRunStatus {
  return (run?.["status"] ?? {}) as AnalysisRunStatus;
}

/** A metric that is measured without end: what a host that hangs makes of it are errors, and no reason to end. */
function metricOf(name: string, address: string, interval: number): Metric {
  const headers = [{ key: "x-run", value: name }];
  return {
    name: "success-rate",
    interval: `${interval}s`,
    consecutiveErrorLimit: 1_000_000,
    successCondition: "len(result) > 0 && result[0] >= 0.95",
    provider: { prometheus: { address, headers, query: "vector(0.99)" } },
  };
}

async function inLanes<Item>(items: readonly Item[], run: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const lane = async (): Promise<void> => {
    for (const item of waiting) await run(item);
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}

/** Passes every question on, and tells of which run it is. */
async function startCounter(target: string, came: (run: string) => void): Promise<Served> {
  const agent = new Agent({ keepAlive: true });
  const server = createServer((asked, reply) => {
    came(String(asked.headers["x-run"]));
    passOn(asked, reply, target, agent);
  });
  const { url, stop } = await served(server);
  return {
    url,
    async stop() {
      agent.destroy();
      await stop();
    },
  };
}

/** Takes every question and answers none. */
async function startHole(): Promise<Served & { held(): number }> {
  let held = 0;
  const server = createServer((_, reply) => {
    held += 1;
    reply.once("close", () => {
      held -= 1;
    });
  });
  return { ...(await served(server)), held: () => held };
}
