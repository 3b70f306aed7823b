import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { type Child, freePorts, scratch, startChild, until } from "./child.ts";
import { type Program, program } from "./parts.ts";

export { type Exporter, type Load, type SeriesLabels, startExporter } from "./exporter.ts";

/** What a server of time series scrapes. */
export interface ScrapeOptions {
  /** Addresses with `/metrics`, such as `http://127.0.0.1:9090`. */
  readonly targets: readonly string[];
  /** Seconds between two scrapes. Default 1. */
  readonly interval?: number;
  /** Whether the targets are there already, so that the first scrape is waited for. Default true. */
  readonly present?: boolean;
}

/** One element of the answer to an instant query; a scalar has no labels. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** A real server of time series on 127.0.0.1. */
export interface MetricsServer {
  readonly url: string;
  /** An instant query, asked now. */
  query(promql: string): Promise<Sample[]>;
  /** Asks until the answer has a sample with a finite number, and answers the first; at most 30 s. */
  value(promql: string): Promise<number>;
  /** Kills it. */
  crash(): Promise<void>;
  /** Starts it again on the same port with the same data; resolves when it is ready. */
  restart(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** What differs between the servers. */
interface Brand {
  readonly program: Program;
  readonly readyPath: string;
  flags(folder: string, config: string, address: string): string[];
}

/**
 * Starts Prometheus. Resolves when each target has been scraped once, which takes it five seconds to begin
 * with. Throws `Missing` where it is not installed.
 */
export function startPrometheus(options: ScrapeOptions): Promise<MetricsServer> {
  return start(prometheus, options);
}

/**
 * Starts VictoriaMetrics (a single node). Resolves when each target has been scraped once, after about two
 * seconds. It remembers for ten seconds that a series was not there: begin a series before asking for it.
 * Throws `Missing` where it is not installed.
 */
export function startVictoriaMetrics(options: ScrapeOptions): Promise<MetricsServer> {
  return start(victoriaMetrics, options);
}

const prometheus: Brand = {
  program: "prometheus",
  readyPath: "/-/ready",
  flags: (folder, config, address) => [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, "data")}`,
    `--web.listen-address=${address}`,
    "--log.level=warn",
  ],
};

const victoriaMetrics: Brand = {
  program: "victoria-metrics",
  readyPath: "/health",
  flags: (folder, config, address) => [
    `-promscrape.config=${config}`,
    `-storageDataPath=${join(folder, "data")}`,
    `-httpListenAddr=${address}`,
    "-search.latencyOffset=0s",
    "-search.disableCache",
    "-loggerLevel=WARN",
  ],
};

async function start(
  brand: Brand,
  { targets, interval = 1, present = true }: ScrapeOptions,
): Promise<MetricsServer> {
  const command = program(brand.program);
  const { folder, remove } = await scratch(brand.program);
  const [port = 0] = await freePorts(1);
  const address = `127.0.0.1:${port}`;
  const url = `http://${address}`;
  const config = join(folder, "scrape.yaml");
  await writeFile(config, scrapeConfig(targets, interval));
  let child: Child | undefined;
  const crash = async (): Promise<void> => void (await child?.stop());
  const restart = async (): Promise<void> => {
    await crash();
    child = startChild(brand.program, command, brand.flags(folder, config, address), folder);
    const isReady = async () => (await fetch(`${url}${brand.readyPath}`)).ok;
    await until(`${brand.program} is ready`, isReady, { children: [child] });
  };
  const stop = async (): Promise<void> => {
    await crash();
    await remove();
  };
  try {
    await restart();
    const isScraped = async () => (await scraped(url)) === targets.length;
    if (present) await until("the first scrape", isScraped, { children: child === undefined ? [] : [child] });
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    url,
    query: (promql) => query(url, promql),
    value: (promql) => firstValue(url, promql),
    crash,
    restart,
    stop,
  };
}

/** The scrape configuration, which both servers read; JSON is YAML too. */
function scrapeConfig(targets: readonly string[], interval: number): string {
  const every = `${interval}s`;
  const hosts = targets.map((target) => new URL(target).host);
  return JSON.stringify({
    global: { scrape_interval: every, scrape_timeout: every },
    scrape_configs: [{ job_name: "lotse", static_configs: [{ targets: hosts }] }],
  });
}

const Point = z.tuple([z.number(), z.string()]);
const Answer = z.object({
  data: z.discriminatedUnion("resultType", [
    z.object({ resultType: z.literal("scalar"), result: Point }),
    z.object({
      resultType: z.literal("vector"),
      result: z.array(z.object({ metric: z.record(z.string(), z.string()), value: Point })),
    }),
  ]),
});

let probes = 0;

/**
 * How many targets' first scrape a query finds. Each call asks in other words, as an empty answer is
 * remembered.
 */
async function scraped(url: string): Promise<number> {
  const samples = await query(url, `up{job="lotse",probe!="${probes++}"} == 1`);
  return samples.length;
}

async function query(url: string, promql: string): Promise<Sample[]> {
  const reply = await fetch(`${url}/api/v1/query`, {
    method: "POST",
    body: new URLSearchParams({ query: promql }),
  });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${reply.status}: ${text}`);
  const { data } = Answer.parse(JSON.parse(text));
  if (data.resultType === "scalar") return [{ labels: {}, value: Number(data.result[1]) }];
  return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }));
}

async function firstValue(url: string, promql: string): Promise<number> {
  let found = Number.NaN;
  await until(
    `a value of ${promql}`,
    async () => {
      found = (await query(url, promql))[0]?.value ?? Number.NaN;
      return Number.isFinite(found);
    },
    { seconds: 30 },
  );
  return found;
}
