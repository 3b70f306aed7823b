import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { MetricProvider } from "../../src/api/providers.ts";
import type { Instant } from "../../src/api/time.ts";
import type { HttpRequest } from "../../src/providers/http.ts";
import { measureWith, metricProviders } from "../../src/providers/index.ts";
import type { Client } from "../../src/reconcile/ports.ts";
import { now } from "./server.ts";

test("every provider that users can write has a line in the table", () => {
  deepEqual(Object.keys(metricProviders).sort(), Object.keys(MetricProvider.shape).sort());
});

/** Wavefront is always asked over https, so its requests are looked at before they are sent. */
async function wavefront(reply: object | string, status = 200) {
  const asked: HttpRequest[] = [];
  const data = { "w.example": Buffer.from("wf-token").toString("base64") };
  const client = {
    get: async () => ({ apiVersion: "v1", kind: "Secret", metadata: { name: "s" }, data }),
  } as unknown as Client;
  const measure = measureWith({
    client,
    surroundings: { variables: {}, namespace: "lotse" },
    http: async (request) => {
      asked.push(request);
      return {
        status,
        statusText: "Bad Request",
        body: typeof reply === "string" ? reply : JSON.stringify(reply),
      };
    },
  });
  const told = await measure(
    {
      run: { namespace: "ns", name: "run", uid: "u" },
      metric: { name: "m", provider: { wavefront: { address: "w.example", query: "ts(x)" } } },
      task: { do: "run", number: 1 },
      now,
      timeOf: () => 0 as Instant,
    },
    new AbortController().signal,
  );
  return { told, asked };
}

const start = Math.floor(now / 1000);
const points = (...data: [number, number][]) => ({ data });
const answers: readonly [name: string, reply: object | string, status: number, want: object][] = [
  [
    "one series",
    { timeseries: [points([start - 60, 1], [start - 5, 10], [start + 9, 2])], warnings: "slow" },
    200,
    {
      is: "value",
      value: 10,
      text: "10.00",
      metadata: { timestamps: `${start - 5}`, drift: "-5", warnings: "slow" },
    },
  ],
  [
    "two series (analysis trap 48)",
    { timeseries: [points([start, 10.123]), points()] },
    200,
    {
      is: "value",
      value: Float64Array.from([10.123, 0]),
      text: "[10.12,0.00]",
      metadata: { timestamps: `[${start},${start}]`, drift: "[0,0]" },
    },
  ],
  [
    "no series",
    {},
    200,
    { is: "error", message: "No TimeSeries found in response from Wavefront", metadata: {} },
  ],
  ["an error", "no wf-token", 400, { is: "error", message: "server returned 400 Bad Request\nno *****" }],
];
for (const [name, reply, status, want] of answers) {
  test(`wavefront reads ${name}`, async () => deepEqual((await wavefront(reply, status)).told, want));
}

test("wavefront asks for a chart", async () => {
  const { asked } = await wavefront({});
  const common =
    "autoEvents=false&e=1714564800000&g=s&i=true&includeObsoleteMetrics=false&listmode=false&p=1";
  deepEqual(
    asked[0]?.url,
    `https://w.example/api/v2/chart/api?${common}&q=ts%28x%29&s=1714564800000&strict=false`,
  );
  deepEqual(asked[0]?.headers, { Authorization: "Bearer wf-token" });
});
