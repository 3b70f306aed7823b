import { deepEqual, match } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { Finding } from "../../src/analysis/measurement.ts";
import type { Instant } from "../../src/api/time.ts";
import { measureWith } from "../../src/providers/index.ts";
import type { Client } from "../../src/reconcile/ports.ts";
import { given, type Judgement, library, measured, metricOf, platforms } from "../support/library.ts";
import { until } from "./support/child.ts";
import { serveCounters } from "./support/counters.ts";
import { skipWithout } from "./support/parts.ts";
import { type MetricsServer, startPrometheus, startVictoriaMetrics } from "./support/prometheus.ts";
import { countersOf, type Load, sharedCluster, type Traffic } from "./support/traffic.ts";

/** What a template says: good, bad, or nothing yet. */
type Verdict = "good" | "bad" | "held: no data" | "held: too few";

interface Case extends Omit<Traffic, "namespace"> {
  readonly says: Readonly<Record<Judgement, Verdict>>;
}

const fine: Load = { requestsPerSecond: 100, errors: 0.005, slow: 0.005 };
const none = "held: no data";

/** By the namespace in which it happens. */
const cases: Readonly<Record<string, Case>> = {
  good: {
    canary: { requestsPerSecond: 50, errors: 0.02, slow: 0.004 },
    stable: fine,
    says: { "success-rate": "good", "latency-p99": "good", "error-ratio": "good" },
  },
  bad: {
    canary: { requestsPerSecond: 50, errors: 0.2, slow: 0.05 },
    stable: fine,
    says: { "success-rate": "bad", "latency-p99": "bad", "error-ratio": "bad" },
  },
  "good-without-errors": {
    canary: { requestsPerSecond: 50 },
    stable: { requestsPerSecond: 50 },
    says: { "success-rate": "good", "latency-p99": "good", "error-ratio": "good" },
  },
  "bad-from-the-first-request": {
    canary: { requestsPerSecond: 50, errors: 1 },
    stable: fine,
    says: { "success-rate": "bad", "latency-p99": "good", "error-ratio": "bad" },
  },
  "bad-in-both-versions": {
    canary: { requestsPerSecond: 50, errors: 0.3 },
    stable: { requestsPerSecond: 50, errors: 0.3 },
    says: { "success-rate": "bad", "latency-p99": "good", "error-ratio": "good" },
  },
  "no-traffic-any-more": {
    canary: { requestsPerSecond: 0, errors: 0.2 },
    stable: fine,
    says: { "success-rate": none, "latency-p99": none, "error-ratio": none },
  },
  "no-traffic-yet": {
    canary: undefined,
    stable: fine,
    says: { "success-rate": none, "latency-p99": none, "error-ratio": none },
  },
  "no-traffic-to-stable": {
    canary: { requestsPerSecond: 50 },
    stable: { requestsPerSecond: 0 },
    says: { "success-rate": "good", "latency-p99": "good", "error-ratio": none },
  },
  "too-little-traffic": {
    canary: { requestsPerSecond: 1, errors: 0.5, slow: 0.5 },
    stable: fine,
    says: {
      "success-rate": "held: too few",
      "latency-p99": "held: too few",
      "error-ratio": "held: too few",
    },
  },
};

/** A rule of Envoy Gateway whose backends share a cluster: both versions are measured together. */
const shared: Case["says"] = { "success-rate": "bad", "latency-p99": "good", "error-ratio": none };

describe("the templates of analysis/", {
  skip: skipWithout("prometheus") || skipWithout("victoria-metrics"),
}, () => {
  let exporter: Awaited<ReturnType<typeof serveCounters>>;
  const servers: MetricsServer[] = [];

  before(async () => {
    const told = Object.entries(cases);
    exporter = await serveCounters([
      ...platforms.flatMap((platform) =>
        told.flatMap(([namespace, { canary, stable }]) =>
          countersOf(platform, { namespace, canary, stable }),
        ),
      ),
      ...sharedCluster("shared", { requestsPerSecond: 100, errors: 0.1 }),
    ]);
    const targets = [exporter.url];
    servers.push(...(await Promise.all([startPrometheus({ targets }), startVictoriaMetrics({ targets })])));
    await Promise.all(servers.map(settled));
  });
  after(async () => {
    for (const server of servers) await server.stop();
    await exporter?.stop();
  });

  for (const [index, name] of ["Prometheus", "VictoriaMetrics"].entries()) {
    for (const { platform, judgement, ...file } of library) {
      test(`${platform}-${judgement} judges good, bad and no traffic on ${name}`, async () => {
        const url = servers[index]?.url ?? "";
        const args = (namespace: string) => ({
          ...given[platform],
          namespace,
          prometheus: url,
          window: "5s",
        });
        const verdictIn = async (namespace: string) =>
          verdict(
            await measured(metricOf({ platform, judgement, ...file }, args(namespace)), measure, now()),
          );
        const told = await Promise.all(Object.keys(cases).map(verdictIn));
        deepEqual(
          Object.fromEntries(Object.keys(cases).map((namespace, at) => [namespace, told[at]])),
          Object.fromEntries(
            Object.entries(cases).map(([namespace, { says }]) => [namespace, says[judgement]]),
          ),
        );
        if (platform === "envoy-gateway") deepEqual(await verdictIn("shared"), shared[judgement]);
      });
    }
  }
});

const measure = measureWith({
  client: {} as Client,
  surroundings: { variables: {}, namespace: "argo-rollouts" },
});

function now(): Instant {
  return Date.now() as Instant;
}

/** Waits until a server has so many scrapes that a window of 5 s is full. */
async function settled(server: MetricsServer): Promise<void> {
  await until("seven scrapes", async () => {
    const [scrapes] = await server.query('count_over_time(up{job="lotse"}[30s])');
    return (scrapes?.value ?? 0) >= 7;
  });
}

function verdict({ phase, message, noData }: Finding): Verdict | string {
  if (phase === "Successful") return "good";
  if (phase === "Failed") return "bad";
  if (noData === undefined) return `${phase}: ${message}`;
  if (noData.what === "no data") return none;
  match(noData.what, /^only [\d.]+ of 20 samples$/);
  return "held: too few";
}
