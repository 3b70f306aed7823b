import { accessSync, constants } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { delimiter, join } from "node:path";
import { Problem } from "../api/problem.ts";
import type { Millis } from "../api/time.ts";
import { type Ground, startChild } from "./child.ts";
import { listening } from "./listening.ts";
import type { Backend } from "./options.ts";
import { serveQueries } from "./promql/api.ts";
import { pageOf } from "./promql/exposition.ts";
import { type Sample, SeriesStore } from "./promql/series.ts";

/** Where the metrics come from and who answers queries about them. */
export interface MetricsOptions {
  /** Asks the pods for what they have counted, added up. */
  readonly scrape: () => Promise<readonly Sample[]>;
  readonly scrapeEvery: Millis;
  /** The one to use; by default the first that is on PATH, else the embedded one. */
  readonly backend: Backend | undefined;
  /** The address of a server that runs already, and scrapes the metrics port itself. */
  readonly given: string | undefined;
  /** The port of the metrics; 0 takes a free one. */
  readonly port: number;
}

/** A server that speaks the query API of Prometheus. */
export interface MetricsServer {
  readonly name: string;
  readonly url: string;
}

/** Opens the metrics of the pods to a server of time series, and starts that unless one is given. */
export async function openMetrics(ground: Ground, options: MetricsOptions): Promise<MetricsServer> {
  const { given, backend = usual() } = options;
  if (given === undefined && backend === "embedded") return embedded(ground, options);
  const target = await servePage(ground, options);
  if (given !== undefined) return { name: `${given}, which has to scrape ${target}`, url: given };
  return started(
    ground,
    backend === "prometheus" ? prometheus : victoriaMetrics,
    target,
    options.scrapeEvery,
  );
}

/** Scrapes by itself and evaluates queries in this process. */
async function embedded(
  { belongings, fail }: Ground,
  { scrape, scrapeEvery }: MetricsOptions,
): Promise<MetricsServer> {
  const store = new SeriesStore();
  const timer = setInterval(() => {
    scrape()
      .then((samples) => store.append(Date.now() / 1000, samples))
      .catch(fail);
  }, scrapeEvery);
  belongings.add(() => clearInterval(timer));
  const { url, close } = await serveQueries(store);
  belongings.add(close);
  return { name: "the embedded evaluator", url };
}

/** Serves the metrics to whoever scrapes; resolves to the host and the port. */
async function servePage({ belongings }: Ground, { scrape, port }: MetricsOptions): Promise<string> {
  const server = createServer((_, response) => {
    scrape().then(
      (samples) =>
        response.writeHead(200, { "content-type": "text/plain; version=0.0.4" }).end(pageOf(samples)),
      () => response.writeHead(500).end(),
    );
  });
  const opened = await listening(server, port);
  belongings.add(opened.close);
  return `127.0.0.1:${opened.port}`;
}

/** A real server of time series: the names it may have on PATH, and its flags. */
interface Brand {
  readonly backend: Backend;
  readonly programs: readonly string[];
  flags(folder: string, config: string, address: string): readonly string[];
}

const prometheus: Brand = {
  backend: "prometheus",
  programs: ["prometheus"],
  flags: (folder, config, address) => [
    `--config.file=${config}`,
    `--storage.tsdb.path=${join(folder, "prometheus")}`,
    `--web.listen-address=${address}`,
    "--log.level=warn",
  ],
};

const victoriaMetrics: Brand = {
  backend: "victoria-metrics",
  programs: ["victoria-metrics", "victoria-metrics-prod"],
  flags: (folder, config, address) => [
    `-promscrape.config=${config}`,
    `-storageDataPath=${join(folder, "victoria-metrics")}`,
    `-httpListenAddr=${address}`,
    "-search.latencyOffset=0s",
    "-search.disableCache",
    "-loggerLevel=WARN",
  ],
};

function usual(): Backend {
  const found = [prometheus, victoriaMetrics].find(({ programs }) => onPath(programs) !== undefined);
  return found?.backend ?? "embedded";
}

async function started(
  ground: Ground,
  { backend, programs, flags }: Brand,
  target: string,
  scrapeEvery: Millis,
): Promise<MetricsServer> {
  const program = onPath(programs);
  if (program === undefined) throw new Problem(`${backend} is not on PATH`);
  const config = join(ground.folder, "scrape.yaml");
  const every = `${scrapeEvery}ms`;
  const scrape = {
    global: { scrape_interval: every, scrape_timeout: every },
    scrape_configs: [{ job_name: "demo", static_configs: [{ targets: [target] }] }],
  };
  await writeFile(config, JSON.stringify(scrape));
  const address = `127.0.0.1:${await freePort()}`;
  startChild(ground, backend, program, flags(ground.folder, config, address));
  return { name: `${program}, started for this`, url: `http://${address}` };
}

/** A port that nobody listens on at the moment: these servers do not tell which one they have taken. */
async function freePort(): Promise<number> {
  const { port, close } = await listening(createServer(), 0);
  await close();
  return port;
}

/** The first of these programs that is on PATH. */
function onPath(programs: readonly string[]): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.flatMap((folder) => programs.map((name) => join(folder, name))).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
