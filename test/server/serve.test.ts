import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import { serveHealth } from "../../src/server/health.ts";
import { serveMetrics } from "../../src/server/metrics.ts";

test("server: /healthz says ok", async (t) => {
  const served = await serveHealth(0);
  t.after(() => served.close());
  const reply = await fetch(`http://127.0.0.1:${served.port}/healthz?full=1`);
  deepEqual([reply.status, await reply.text()], [200, "ok"]);
  equal(reply.headers.get("content-type"), "text/plain; charset=utf-8");
  equal(reply.headers.get("x-content-type-options"), "nosniff");
});

test("server: /metrics is the text of the moment, and a failure is 500", async (t) => {
  const texts = ["a 1\n", "a 2\n"];
  const served = await serveMetrics(0, async () => {
    const text = texts.shift();
    if (text === undefined) throw new Error("no metrics today");
    return text;
  });
  t.after(() => served.close());
  const url = `http://127.0.0.1:${served.port}/metrics`;
  equal(await (await fetch(url)).text(), "a 1\n");
  equal(await (await fetch(url)).text(), "a 2\n");
  const failed = await fetch(url);
  deepEqual([failed.status, await failed.text()], [500, "no metrics today\n"]);
});

const others: [method: string, path: string, code: number][] = [
  ["GET", "/", 404],
  ["GET", "/metrics", 404],
  ["GET", "/constructor", 404],
  ["POST", "/healthz", 405],
  ["HEAD", "/healthz", 200],
];
for (const [method, path, code] of others) {
  test(`server: ${method} ${path} is ${code}`, async (t) => {
    const served = await serveHealth(0);
    t.after(() => served.close());
    equal((await fetch(`http://127.0.0.1:${served.port}${path}`, { method })).status, code);
  });
}

test("server: a port in use is named with its flag", async (t) => {
  const served = await serveHealth(0);
  t.after(() => served.close());
  await rejects(
    serveMetrics(served.port, async () => ""),
    {
      message: `cannot listen: port ${served.port} is in use; choose another with --metricsPort`,
    },
  );
});
