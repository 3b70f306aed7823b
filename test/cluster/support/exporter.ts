import { createServer } from "node:http";
import { served } from "./served.ts";

/** How a series of requests grows from now on. */
export interface Load {
  readonly requestsPerSecond: number;
  /** The share that answers 500, from 0 to 1. Default 0; the rest answers 200. */
  readonly errorRatio?: number;
}

/** The labels of a series besides `status`; `service` is what the usual queries ask for. */
export type SeriesLabels = Readonly<{ service: string }> & Readonly<Record<string, string>>;

/** A server of `http_requests_total{service,status}` for Prometheus to scrape. */
export interface Exporter {
  /** Its metrics are at this address, under `/metrics`. */
  readonly url: string;
  /** Changes how a series grows from this moment; what it has counted stays. Begins a series that is new. */
  set(labels: SeriesLabels, load: Load): void;
  stop(): Promise<void>;
}

interface Series {
  readonly labels: SeriesLabels;
  load: Load;
  since: number;
  good: number;
  bad: number;
}

/** Starts an exporter on a free port of 127.0.0.1. Its counters are worked out when they are asked for. */
export async function startExporter(): Promise<Exporter> {
  const all = new Map<string, Series>();
  const server = createServer((asked, reply) => {
    if (asked.url !== "/metrics") return void reply.writeHead(404).end();
    reply.setHeader("content-type", "text/plain; version=0.0.4").end(page([...all.values()]));
  });
  const { url, stop } = await served(server);
  return {
    url,
    stop,
    set(labels, load) {
      const key = JSON.stringify(labels);
      const series = all.get(key) ?? { labels, load, since: performance.now(), good: 0, bad: 0 };
      grow(series);
      series.load = load;
      all.set(key, series);
    },
  };
}

function grow(series: Series): void {
  const now = performance.now();
  const { requestsPerSecond, errorRatio = 0 } = series.load;
  const requests = ((now - series.since) / 1000) * requestsPerSecond;
  series.good += requests * (1 - errorRatio);
  series.bad += requests * errorRatio;
  series.since = now;
}

function page(all: readonly Series[]): string {
  const lines = ["# TYPE http_requests_total counter"];
  for (const series of all) {
    grow(series);
    for (const [status, count] of [
      ["200", series.good],
      ["500", series.bad],
    ] as const) {
      const labels = Object.entries({ ...series.labels, status }).map(
        ([name, value]) => `${name}=${JSON.stringify(value)}`,
      );
      lines.push(`http_requests_total{${labels.join(",")}} ${count}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
