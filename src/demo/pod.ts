import { createServer, type ServerResponse } from "node:http";
import { Counter, Histogram, Registry } from "prom-client";
import { listening, type Opened } from "./listening.ts";

/** What a pod runs. */
export interface Version {
  readonly service: string;
  /** The tag of its image. */
  readonly tag: string;
}

/** The share of requests that a version answers with 500, from 0 to 1: much when its tag says `bad`. */
export function errorRate(tag: string): number {
  return tag.includes("bad") ? 0.35 : 0.002;
}

/** The header in which an answer says which version gave it. */
export const versionHeader = "x-version";

/** How long an answer takes, in milliseconds. */
const answerTime = 5;

/**
 * What "runs" in a pod: a small HTTP server that fails as often as its version does, and counts at
 * `/metrics`.
 */
export async function startPodServer({ service, tag }: Version): Promise<Opened> {
  const registry = new Registry();
  const requests = new Counter({
    name: "http_requests_total",
    help: "Requests by status",
    labelNames: ["service", "status"],
    registers: [registry],
  });
  const durations = new Histogram({
    name: "http_request_duration_seconds",
    help: "How long answers took",
    labelNames: ["service"],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1],
    registers: [registry],
  });
  for (const status of ["200", "500"]) requests.inc({ service, status }, 0);
  const isFailing = everySoOften(errorRate(tag));
  const answer = (response: ServerResponse) => {
    const status = isFailing() ? 500 : 200;
    requests.inc({ service, status: String(status) });
    response.writeHead(status, { [versionHeader]: tag }).end(`${tag}\n`);
  };
  const server = createServer((request, response) => {
    if (request.url === "/metrics") return void registry.metrics().then((page) => response.end(page));
    const end = durations.startTimer({ service });
    setTimeout(() => {
      answer(response);
      end();
    }, answerTime);
  });
  return listening(server, 0);
}

/** True as often as the share says, evenly spread; it begins anywhere within the first round. */
function everySoOften(share: number): () => boolean {
  let due = Math.random();
  return () => {
    due += share;
    if (due < 1) return false;
    due -= 1;
    return true;
  };
}
