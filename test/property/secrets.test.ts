import { equal, match } from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Metric } from "../../src/analysis/types.ts";
import { later, seconds } from "../../src/api/time.ts";
import type { HttpReply, HttpRequest } from "../../src/providers/http.ts";
import { measureWith } from "../../src/providers/index.ts";
import type { Measure } from "../../src/reconcile/measure.ts";
import { ourDefinitions } from "../../src/sim/play.ts";
import { fatesByImage } from "../../src/sim/pods.ts";
import { apiVersionOf } from "../../src/sim/resource.ts";
import { World } from "../../src/sim/world.ts";
import { analysisMetrics } from "../../src/telemetry/analysisMetrics.ts";
import { createLog } from "../../src/telemetry/log.ts";
import { logWitness } from "../../src/telemetry/witness.ts";

/** The secret, with characters that URLs, JSON and shells write in another way. */
const marker = '"Zq7SECRETx9/r<é$x';
/** What is looked for: no way of writing changes it. */
const core = "Zq7SECRETx9";
const tag = "{{args.secret}}";
const definitions = ourDefinitions();

/** A spec of each provider; any text in it may become the secret. */
const providers: readonly Metric["provider"][] = [
  {
    prometheus: {
      address: "http://prom",
      query: "up",
      headers: [{ key: "X-Key", value: "k" }],
      authentication: { basicAuth: { username: "u", password: "p" } },
    },
  },
  {
    prometheus: {
      address: "http://prom",
      query: "up",
      authentication: { oauth2: { tokenUrl: "http://login", clientId: "c", clientSecret: "s" } },
    },
  },
  {
    prometheus: {
      address: "http://prom",
      query: "up",
      rangeQuery: { start: "now()", end: "now()", step: "1m" },
    },
  },
  { victoriaLogs: { address: "http://logs", query: "*" } },
  {
    web: {
      url: "http://web/x?y=z",
      method: "POST",
      body: "b",
      jsonPath: "{$.a}",
      headers: [{ key: "Authorization", value: "Bearer t" }],
    },
  },
  { plugin: { "a/b": { url: "http://plugin/", config: { key: "v" }, headers: [{ key: "K", value: "v" }] } } },
  { graphite: { address: "http://graphite", query: "target" } },
  { datadog: { query: "avg:x", interval: "5m" } },
  { newRelic: { query: "FROM x", profile: "provider" } },
  { wavefront: { address: "wave.example", query: "ts(x)" } },
  { influxdb: { profile: "provider", query: "from()" } },
  { skywalking: { address: "http://sky", query: "q" } },
  {
    job: {
      metadata: { labels: { l: "v" }, annotations: { a: "v" } },
      spec: {
        template: {
          spec: {
            restartPolicy: "Never",
            containers: [
              { name: "c", image: "i:1", command: ["c"], args: ["a"], env: [{ name: "E", value: "v" }] },
            ],
          },
        },
      },
    },
  },
];

/** How a server answers that tells all that it was told. */
const echoes: Readonly<Record<string, (told: string) => Partial<HttpReply>>> = {
  value: (told) => ({
    body: JSON.stringify({ status: "success", a: told, is: "value", value: told, data: told }),
  }),
  text: (told) => ({ body: told }),
  error: (told) => ({
    status: 400,
    body: JSON.stringify({ status: "error", errorType: "x", error: told, message: told }),
  }),
  server: (told) => ({ status: 500, statusText: told, body: told }),
  plugin: (told) => ({
    body: JSON.stringify({
      is: "running",
      resumeAfterSeconds: 1,
      metadata: { told, [told.slice(-40)]: "x" },
    }),
  }),
  token: (told) => ({ body: JSON.stringify({ access_token: told, token_type: told, error: told }) }),
  vector: (told) => ({
    body: JSON.stringify({ status: "success", warnings: [told], data: { resultType: "vector", result: [] } }),
  }),
  fault: (told) => {
    throw new Error(`dial ${told}`);
  },
};

/** Where the secret is, and what the server does. */
interface Leak {
  readonly provider: number;
  readonly places: readonly number[];
  readonly whole: boolean;
  readonly echo: string;
  readonly conditions: boolean;
  readonly named: boolean;
}

const leaks: fc.Arbitrary<Leak> = fc.record({
  provider: fc.nat(providers.length - 1),
  places: fc.array(fc.nat(9), { minLength: 1, maxLength: 3 }),
  whole: fc.boolean(),
  echo: fc.constantFrom(...Object.keys(echoes)),
  conditions: fc.boolean(),
  named: fc.nat(9).map((one) => one === 0),
});

function metricWith({ provider, places, whole, conditions, named }: Leak): Metric {
  let place = -1;
  const leaf = (text: string): string => {
    place += 1;
    if (!places.includes(place)) return text;
    return whole ? tag : `${text}${tag}`;
  };
  const text = JSON.stringify(providers[provider], (_key, value: unknown) =>
    typeof value === "string" ? leaf(value) : value,
  );
  return {
    name: named ? `m-${tag}` : "m",
    interval: "5s",
    count: 3,
    ...(conditions && {
      successCondition: `result.x == "${tag}"`,
      failureCondition: `result contains ${tag}`,
    }),
    provider: JSON.parse(text) as Metric["provider"],
  };
}

/** Everything that people can see after an analysis. */
async function seenOf(leak: Leak): Promise<string> {
  const lines: string[] = [];
  const log = createLog({ level: "trace", format: "json", write: (line) => lines.push(line) });
  const http = async (request: HttpRequest): Promise<HttpReply> => {
    const told = `${request.url} ${JSON.stringify(request.headers)} ${request.body ?? ""} ${marker}`;
    return { status: 200, statusText: "OK", body: "", ...echoes[leak.echo]?.(told) };
  };
  const measure: Measure = (request, signal) => {
    const surroundings = { variables: {}, namespace: "lotse" };
    return measureWith({ client: world.client, surroundings, http })(request, signal);
  };
  const pods = { fate: fatesByImage(new Map(), seconds(1)) };
  const world = new World({ definitions, pods, measure, witness: logWitness(log) });
  await world.client.create(secretIn("ns", "s", ["k"]));
  const keys = ["api-key", "app-key", "personal-api-key", "wave.example", "authToken", "token"];
  for (const name of ["datadog", "newrelic", "wavefront-api-tokens", "influxdb", "provider"]) {
    await world.client.create(secretIn("lotse", name, keys));
  }
  await world.client.create({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "AnalysisRun",
    metadata: { name: "run", namespace: "ns" },
    spec: {
      metrics: [metricWith(leak)],
      args: [{ name: "secret", valueFrom: { secretKeyRef: { name: "s", key: "k" } } }],
    },
  });
  await world.run(later(world.clock.now(), seconds(40)));
  const objects = world.cluster.core.catalog
    .all()
    .flatMap((one) => world.list({ apiVersion: apiVersionOf(one), kind: one.kind }));
  const cache = world.controller?.cache;
  return JSON.stringify([
    objects.filter(({ kind }) => kind !== "Secret"),
    world.events,
    world.failures,
    lines,
    cache && analysisMetrics(cache, () => false),
  ]);
}

function secretIn(namespace: string, name: string, keys: readonly string[]) {
  const value = Buffer.from(marker).toString("base64");
  const data = Object.fromEntries(keys.map((key) => [key, value]));
  return { apiVersion: "v1", kind: "Secret", metadata: { namespace, name }, data };
}

test("I7: a secret is found in no object, event, log line or metric, wherever it is used", async () => {
  const pairs = providers.flatMap((_, provider) => Object.keys(echoes).map((echo) => ({ provider, echo })));
  const drawn = fc.sample(leaks, { numRuns: pairs.length, seed: Number(process.env["PROPERTY_SEED"] ?? 1) });
  for (const [at, leak] of drawn.entries()) {
    const given = { ...leak, ...pairs[at] };
    const seen = await seenOf(given);
    const found = seen.indexOf(core);
    equal(found < 0 ? "" : seen.slice(Math.max(0, found - 200), found + 100), "", JSON.stringify(given));
  }
});

test("I7: the search sees what it looks through", async () => {
  const usual: Leak = {
    provider: 4,
    places: [4],
    whole: false,
    echo: "value",
    conditions: false,
    named: false,
  };
  const seen = await seenOf(usual);
  match(seen, /AnalysisRunSuccessful/);
  match(seen, /\*\*\*\*\*/);
  match(seen, /Reconciliation completed/);
  match(seen, /analysis_run_phase/);
});
