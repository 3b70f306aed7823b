import { createServer } from "node:http";
import { type Served, served } from "./served.ts";

/** A counter that grows evenly from the start of its server. */
export interface Counter {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly perSecond: number;
}

/** What a counter has counted before its server starts, so that one which does not grow is not 0. */
const before = 1000;

/** Serves counters under `/metrics` on a free port of 127.0.0.1. */
export async function serveCounters(counters: readonly Counter[]): Promise<Served> {
  const since = performance.now();
  const server = createServer((asked, reply) => {
    if (asked.url !== "/metrics") return void reply.writeHead(404).end();
    const seconds = (performance.now() - since) / 1000;
    const lines = counters.map(
      ({ name, labels, perSecond }) => `${name}{${written(labels)}} ${before + perSecond * seconds}`,
    );
    reply.setHeader("content-type", "text/plain; version=0.0.4").end(`${lines.join("\n")}\n`);
  });
  return served(server);
}

function written(labels: Counter["labels"]): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(",");
}
