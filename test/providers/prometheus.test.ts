import { deepEqual, equal, match } from "node:assert/strict";
import { test } from "node:test";
import type { Prometheus } from "../../src/api/providers.ts";
import { type Answer, measured, question, serving, success } from "./server.ts";

const floats = (...values: number[]) => Float64Array.from(values);

const replies: readonly [name: string, body: string, value: unknown, text: string][] = [
  ["a scalar", success("scalar", [1, "10"]), 10, "10"],
  ["a scalar below one", success("scalar", [1, "1e-09"]), 1e-9, "0.000000001"],
  ["a scalar that is none", success("scalar", [1, "NaN"]), Number.NaN, "NaN"],
  ["infinity", success("scalar", [1, "+Inf"]), Infinity, "+Inf"],
  ["minus infinity", success("scalar", [1, "-Inf"]), -Infinity, "-Inf"],
  ["a large scalar", success("scalar", [1, "1e+22"]), 1e22, "10000000000000000000000"],
  [
    "a vector",
    success("vector", [
      { metric: {}, value: [1, "0.95"] },
      { metric: {}, value: [1, "NaN"] },
    ]),
    floats(0.95, Number.NaN),
    "[0.95,NaN]",
  ],
  ["an empty vector (analysis trap 3)", success("vector", []), floats(), "[]"],
  [
    "a matrix",
    success("matrix", [
      {
        values: [
          [1, "1"],
          [2, "2.5"],
        ],
      },
      { values: [[1, "3"]] },
    ]),
    floats(1, 2.5, 3),
    "[1,2.5,3]",
  ],
];
for (const [name, body, value, text] of replies) {
  test(`prometheus reads ${name}`, async () => {
    await serving(
      () => body,
      async (address) => {
        const answer = await measured({ provider: { prometheus: { address, query: "up" } } });
        deepEqual(answer, { is: "value", value, text, about: { ResolvedPrometheusQuery: "up" } });
      },
    );
  });
}

const errors: readonly [name: string, answer: Answer, message: RegExp][] = [
  [
    "an error of the query",
    { status: 400, body: '{"status":"error","errorType":"bad_data","error":"parse error"}' },
    /^bad_data: parse error$/,
  ],
  [
    "an error of its execution",
    { status: 422, body: '{"status":"error","errorType":"execution","error":"many-to-many"}' },
    /^execution: many-to-many$/,
  ],
  ["a wrong address", { status: 404, body: "not found" }, /^client_error: client error: 404$/],
  ["wrong credentials", { status: 401 }, /^client_error: client error: 401$/],
  ["a server in trouble", { status: 503, body: "{}" }, /^server_error: server error: 503$/],
  ["a text", success("string", [1, "x"]), /unexpected value type "string"/],
  ["nothing", success("", null), /^Prometheus metric type not supported$/],
  ["no JSON", "<html>", /^bad_response: /],
  ["a reset", "reset", /^Post "http:\/\/127.0.0.1:\d+\/api\/v1\/query": connection reset by peer$/],
  [
    "a body without end",
    { body: "x".repeat(17 * 1024 * 1024) },
    /^Post ".*": the answer is larger than 16 MiB$/,
  ],
];
for (const [name, answer, message] of errors) {
  test(`prometheus: ${name} is an error`, async () => {
    await serving(
      () => answer,
      async (address) => {
        const told = await measured({ provider: { prometheus: { address, query: "up" } } });
        equal(told.is, "error");
        match(told.is === "error" ? told.message : "", message);
        deepEqual(told.about, { ResolvedPrometheusQuery: "up" });
      },
    );
  });
}

test("prometheus: an answer that never comes is an error after the timeout", async () => {
  await serving(
    () => "hang",
    async (address) => {
      const told = await measured({ provider: { prometheus: { address, query: "up", timeout: 1 } } });
      match(told.is === "error" ? told.message : "", /^Post ".*": context deadline exceeded$/);
    },
  );
});

test("prometheus: a timeout of 0 is over at once (analysis trap 44)", async () => {
  await serving(
    () => success("scalar", [1, "1"]),
    async (address, seen) => {
      const told = await measured({ provider: { prometheus: { address, query: "up", timeout: 0 } } });
      match(told.is === "error" ? told.message : "", /^Post ".*": context deadline exceeded$/);
      equal(seen.length, 0);
    },
  );
});

test("prometheus: a run that ends cancels the request", async () => {
  await serving(
    () => "hang",
    async (address) => {
      const told = await measured({
        provider: { prometheus: { address, query: "up" } },
        signal: AbortSignal.timeout(50),
      });
      match(told.is === "error" ? told.message : "", /context canceled$/);
    },
  );
});

test("prometheus: a fault that passes is not one", async () => {
  await serving(
    (_, count) => (count === 1 ? "reset" : count === 2 ? { status: 502 } : success("scalar", [1, "1"])),
    async (address, seen) => {
      const told = await measured({ provider: { prometheus: { address, query: "up" } } });
      equal(told.is, "value");
      equal(seen.length, 3);
    },
  );
});

const unbuildable: readonly [name: string, spec: Prometheus, message: string][] = [
  ["no address", { query: "up" }, "prometheus address is not configured"],
  ["no scheme", { address: "prometheus:9090" }, "prometheus address is not is url format"],
  ["no host", { address: "http://" }, "prometheus address is not is url format"],
  ["a negative timeout", { address: "http://x", timeout: -1 }, "prometheus timeout should not be negative"],
  [
    "half of OAuth2",
    { address: "http://x", authentication: { oauth2: { tokenUrl: "http://x" } } },
    "missing mandatory parameter in metric for OAuth2 setup",
  ],
  [
    "no user",
    { address: "http://x", authentication: { basicAuth: { password: "p" } } },
    "missing mandatory parameter in metric for basic auth setup: username",
  ],
  [
    "no password",
    { address: "http://x", authentication: { basicAuth: { username: "u" } } },
    "missing mandatory parameter in metric for basic auth setup: password",
  ],
];
for (const [name, spec, message] of unbuildable) {
  test(`prometheus: ${name} cannot be asked`, async () => {
    deepEqual(await measured({ provider: { prometheus: spec } }), { is: "error", message });
  });
}

const range = { start: 'now() - duration("1h")', end: "now()", step: "1m" };
const rangeErrors: readonly [change: object, message: RegExp][] = [
  [{ start: "hello" }, /^failed to parse rangeQuery.start as time: unknown name hello/],
  [{ end: "'x'" }, /^failed to parse rangeQuery.end as time: expected time.Time, but got string$/],
  [{ step: "1d" }, /^failed to parse rangeQuery.step as duration: time: unknown unit "d" in duration "1d"$/],
];
for (const [change, message] of rangeErrors) {
  test(`prometheus: ${JSON.stringify(change)} is no range`, async () => {
    const spec = { address: "http://127.0.0.1:1", query: "up", rangeQuery: { ...range, ...change } };
    const told = await measured({ provider: { prometheus: spec } });
    match(told.is === "error" ? told.message : "", message);
  });
}

test("prometheus posts the query as a form", async () => {
  const [seen] = await question({ query: 'sum(rate(x{a!~"5.."}[5m])) / 2' });
  equal(seen?.method, "POST");
  equal(seen?.url, "/api/v1/query");
  equal(seen?.headers["content-type"], "application/x-www-form-urlencoded");
  equal(seen?.body, "query=sum%28rate%28x%7Ba%21%7E%225..%22%7D%5B5m%5D%29%29+%2F+2&time=1714564800.5");
});

test("prometheus keeps a path prefix and posts a range", async () => {
  const [seen] = await question({ query: "up", rangeQuery: range }, "/select/0/prometheus//");
  equal(seen?.url, "/select/0/prometheus/api/v1/query_range");
  equal(seen?.body, "end=1714564800.5&query=up&start=1714561200.5&step=60");
});

test("prometheus asks again in the address where a form is refused", async () => {
  for (const status of [405, 501]) {
    const seen = await question({ query: "a b" }, "", ({ method }) =>
      method === "POST" ? { status } : success("scalar", [1, "1"]),
    );
    equal(seen.at(-1)?.method, "GET");
    equal(seen.at(-1)?.url, "/api/v1/query?query=a+b&time=1714564800.5");
    equal(seen.length, 2);
  }
});

test("prometheus tells warnings", async () => {
  const body = success("scalar", [1, "1"], { warnings: ["w1", 'w"2'], infos: ["i"] });
  await serving(
    () => body,
    async (address) => {
      const told = await measured({ provider: { prometheus: { address, query: "up" } } });
      deepEqual(told.metadata, { warnings: '"w1", "w\\"2"' });
    },
  );
});

test("prometheus takes its address from the environment", async () => {
  await serving(
    () => success("scalar", [1, "1"]),
    async (address) => {
      const variables = { ARGO_ROLLOUTS_PROMETHEUS_ADDRESS: address };
      equal((await measured({ provider: { prometheus: { query: "up" } }, variables })).is, "value");
    },
  );
});

test("a metric without provider, and one whose spec makes no sense, are errors", async () => {
  deepEqual(await measured({ provider: {} }), { is: "error", message: "no valid provider in metric 'm'" });
  const wrong = { prometheus: { query: 5 } } as unknown as { prometheus: Prometheus };
  const told = await measured({ provider: wrong });
  match(told.is === "error" ? told.message : "", /^provider\.prometheus\.query: /);
});
