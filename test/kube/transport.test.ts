import { deepEqual, equal, ok, rejects } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { Access } from "../../src/kube/access.ts";
import { type Ended, type Transport, type TransportOptions, transportOf } from "../../src/kube/transport.ts";
import { ApiError } from "../../src/reconcile/ports.ts";
import { ApiServer, type Fault, refuse } from "./support/apiServer.ts";

async function setUp(t: TestContext, more: Partial<TransportOptions> = {}): Promise<[ApiServer, Transport]> {
  const server = await ApiServer.start();
  const transport = transportOf({ access: server.access(), firstRetry: 1, ...more });
  t.after(async () => {
    transport.close();
    await server.close();
  });
  server.put("/api/v1/namespaces/a/pods/p", {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "a" },
  });
  return [server, transport];
}

const pod = "/api/v1/namespaces/a/pods/p";
const pods = "/api/v1/namespaces/a/pods";
const reset: Fault = (_request, response) => Boolean(response.destroy());
const answering =
  (code: number, headers: Record<string, string> = {}, body = "no"): Fault =>
  (_request, response) =>
    Boolean(response.writeHead(code, headers).end(body));
const hanging: Fault = () => true;
const throttled = (seconds: string): Fault => answering(429, { "retry-after": seconds });

test("transport: requests share one kept-alive connection", async (t) => {
  const [server, transport] = await setUp(t);
  for (let i = 0; i < 5; i++) await transport.request({ method: "GET", path: pod });
  equal(server.connections, 1);
});

test("transport: query, body, content type and length are sent", async (t) => {
  const [server, transport] = await setUp(t);
  const body = { metadata: { labels: { é: "1" } } };
  await transport.request({
    method: "PATCH",
    path: pod,
    query: { fieldManager: "lotse", left: undefined, empty: "" },
    body,
    contentType: "application/merge-patch+json",
  });
  const arrived = server.arrived.at(-1);
  equal(arrived?.query.toString(), "fieldManager=lotse");
  equal(arrived?.headers["content-type"], "application/merge-patch+json");
  equal(arrived?.headers["content-length"], String(Buffer.byteLength(JSON.stringify(body))));
  deepEqual(arrived?.body, body);
});

test("transport: a DELETE with a body has a length, not chunks", async (t) => {
  const [server, transport] = await setUp(t);
  await transport.request({ method: "DELETE", path: pod, body: { propagationPolicy: "Background" } });
  equal(server.arrived.at(-1)?.headers["transfer-encoding"], undefined);
  ok(server.arrived.at(-1)?.headers["content-length"]);
});

const retried: [
  name: string,
  method: "GET" | "PATCH",
  fault: Fault,
  times: number,
  code: number | "succeeds",
][] = [
  ["GET after a reset", "GET", reset, 2, "succeeds"],
  ["GET after 500", "GET", answering(500), 3, "succeeds"],
  ["GET after 503", "GET", answering(503), 1, "succeeds"],
  ["GET after 429", "GET", answering(429), 2, "succeeds"],
  ["GET, but not for ever", "GET", answering(500), 9, 500],
  ["PATCH after 429 with Retry-After", "PATCH", throttled("0"), 2, "succeeds"],
  ["PATCH after a token expired", "PATCH", answering(401), 1, "succeeds"],
  ["PATCH, not with credentials refused twice", "PATCH", answering(401), 2, 401],
  ["PATCH, not after 429 without Retry-After", "PATCH", answering(429), 1, 429],
  ["PATCH, not after 429 that asks for minutes", "PATCH", throttled("120"), 1, 429],
  ["PATCH, not after 500", "PATCH", answering(500), 1, 500],
  ["GET, not after 403", "GET", answering(403), 1, 403],
];
for (const [name, method, fault, times, want] of retried) {
  test(`transport: retries ${name}`, async (t) => {
    const [server, transport] = await setUp(t);
    server.fail(times, fault);
    const reply = transport.request({ method, path: pod, ...(method === "PATCH" ? { body: {} } : {}) });
    if (want === "succeeds") equal((await reply).status, 200);
    else await rejects(reply, (error: ApiError) => error instanceof ApiError && error.code === want);
  });
}

test("transport: waits as long as Retry-After says", async (t) => {
  const [server, transport] = await setUp(t);
  server.fail(1, throttled("0.05"));
  const began = performance.now();
  await transport.request({ method: "PATCH", path: pod, body: {} });
  ok(performance.now() - began >= 49);
});

test("transport: any method goes again when the kept-alive connection had been closed", async (t) => {
  const [server, transport] = await setUp(t);
  await transport.request({ method: "GET", path: pod });
  server.fail(1, reset);
  await transport.request({ method: "PATCH", path: pod, body: {} });
  equal(server.count("PATCH", pod), 2);
});

test("transport: a write on a new connection is never sent twice", async (t) => {
  const [server, transport] = await setUp(t);
  server.fail(1, reset);
  await rejects(transport.request({ method: "PATCH", path: pod, body: {} }), {
    code: 0,
    reason: "ConnectionFailed",
  });
  equal(server.count("PATCH", pod), 1);
});

test("transport: retry: false is one try", async (t) => {
  const [server, transport] = await setUp(t);
  server.fail(1, throttled("0"));
  await rejects(transport.request({ method: "POST", path: pods, body: {}, retry: false }), { code: 429 });
  equal(server.count("POST", pods), 1);
});

test("transport: a hung server is given up", async (t) => {
  const [server, transport] = await setUp(t);
  server.fail(1, hanging);
  await rejects(transport.request({ method: "POST", path: pods, body: {}, timeout: 30 }), {
    code: 0,
    message: /POST .*\/pods: no answer within 0.03 s/,
  });
});

test("transport: an answer that stops in the middle is given up", async (t) => {
  const [server, transport] = await setUp(t);
  server.fail(1, (_request, response) => Boolean(response.writeHead(200).write('{"kind":')));
  await rejects(transport.request({ method: "POST", path: pods, body: {}, timeout: 30 }), {
    code: 0,
    message: /incomplete|no answer/,
  });
});

test("transport: an aborted request ends at once and is not retried", async (t) => {
  const [server, transport] = await setUp(t);
  server.fail(1, hanging);
  const ending = new AbortController();
  const reply = transport.request({ method: "GET", path: pod, signal: ending.signal });
  const rejected = rejects(reply, { code: 0 });
  while (server.count("GET", pod) === 0) await sleep(1);
  ending.abort();
  await rejected;
  equal(server.count("GET", pod), 1);
});

test("transport: nobody there is code 0", async () => {
  const server = await ApiServer.start();
  const transport = transportOf({ access: server.access(), firstRetry: 1 });
  await server.close();
  await rejects(transport.request({ method: "GET", path: pod }), { code: 0, message: /ECONNREFUSED/ });
});

const errors: [name: string, fault: Fault, want: object][] = [
  [
    "a Status object",
    (_request, response) => refuse(response, 422, "Invalid", { kind: "pods", name: "p" }),
    { code: 422, reason: "Invalid", message: "Invalid by the test" },
  ],
  [
    "plain text",
    answering(404, {}, "404 page not found\n"),
    { code: 404, reason: "NotFound", message: "404 page not found" },
  ],
  [
    "an empty answer",
    answering(413, {}, ""),
    { code: 413, reason: "RequestEntityTooLarge", message: "the server answered 413" },
  ],
  [
    "JSON that is no Status",
    answering(409, {}, '{"a":1}'),
    { code: 409, reason: "Conflict", message: '{"a":1}' },
  ],
  ["no JSON where JSON is due", answering(200, {}, "<html>"), { code: 200, reason: "BadAnswer" }],
];
for (const [name, fault, want] of errors) {
  test(`transport: the error of ${name}`, async (t) => {
    const [server, transport] = await setUp(t);
    server.fail(1, fault);
    await rejects(transport.request({ method: "POST", path: pods, body: {} }), want);
  });
}

test("transport: a stream that is refused is an ApiError", async (t) => {
  const [server, transport] = await setUp(t);
  server.compact();
  const query = { watch: true, resourceVersion: "1" };
  await rejects(transport.stream({ method: "GET", path: pods, query }), { code: 410, reason: "Expired" });
});

test("transport: every try is counted, and the urgent ones pass the limit", async (t) => {
  const ended: Ended[] = [];
  let held = 0;
  const limit = async (): Promise<void> => {
    held += 1;
  };
  const [server, transport] = await setUp(t, { ended: (e) => ended.push(e), limit });
  server.fail(1, answering(500));
  await transport.request({ method: "GET", path: pod });
  await transport.request({ method: "GET", path: pod, urgent: true });
  deepEqual(
    ended.map((e) => e.status),
    [500, 200, 200],
  );
  equal(held, 2);
});

/** As where a proxy stands between: the way of `node:http`. */
function withoutWire(access: Access): Access {
  return { ...access, entry: async () => ({ ...(await access.entry()), wire: undefined }) };
}

const behindProxy: [name: string, faults: readonly Fault[], want: "succeeds" | object][] = [
  ["an answer", [], "succeeds"],
  ["a refusal", [answering(403)], { code: 403 }],
  ["no answer", [hanging], { code: 0, message: /no answer within 0.03 s/ }],
  [
    "half an answer",
    [(_request, response) => Boolean(response.writeHead(200).write('{"kind":'))],
    { code: 0, message: /incomplete|no answer/ },
  ],
  ["a connection that had just been closed", [reset], "succeeds"],
  ["throttling", [throttled("0")], "succeeds"],
];
for (const [name, faults, want] of behindProxy) {
  test(`transport: behind a proxy, ${name}`, async (t) => {
    const [server] = await setUp(t);
    const transport = transportOf({ access: withoutWire(server.access()), firstRetry: 1 });
    t.after(() => transport.close());
    await transport.request({ method: "GET", path: pod });
    for (const fault of faults) server.fail(1, fault);
    const timeout = want === "succeeds" ? 30_000 : 30;
    const reply = transport.request({ method: "PATCH", path: pod, body: {}, timeout });
    if (want === "succeeds") equal((await reply).status, 200);
    else await rejects(reply, want);
  });
}

test("transport: a credential that cannot stand in a head is an error, not a head", async (t) => {
  const [server] = await setUp(t);
  const access = server.access();
  const headers = { Authorization: "Bearer x\r\nx: y" };
  const transport = transportOf({
    access: { ...access, entry: async () => ({ ...(await access.entry()), headers }) },
    firstRetry: 1,
  });
  t.after(() => transport.close());
  await rejects(transport.request({ method: "PATCH", path: pod, body: {} }), {
    code: 0,
    message: /Authorization/,
  });
  equal(server.arrived.length, 0);
});
