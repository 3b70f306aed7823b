import { deepEqual, equal, rejects } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { clientOf } from "../../src/kube/client.ts";
import { Discovery } from "../../src/kube/discovery.ts";
import { transportOf } from "../../src/kube/transport.ts";
import type { Client } from "../../src/reconcile/ports.ts";
import { ApiServer, answer, refuse } from "./support/apiServer.ts";

async function setUp(t: TestContext): Promise<[ApiServer, Client, Discovery]> {
  const server = await ApiServer.start();
  const transport = transportOf({ access: server.access(), firstRetry: 1 });
  t.after(async () => {
    transport.close();
    await server.close();
  });
  const discovery = new Discovery(transport);
  return [server, clientOf(transport, discovery), discovery];
}

const service: KubeObject = { apiVersion: "v1", kind: "Service", metadata: { namespace: "a", name: "web" } };
const serviceRef = { apiVersion: "v1", kind: "Service", namespace: "a", name: "web" };
const at = "/api/v1/namespaces/a/services/web";
const route = { apiVersion: "example.com/v1", kind: "Route", namespace: "a", name: "r" };

test("client: get of what is not there, or of a kind that is not there, is undefined", async (t) => {
  const [server, client] = await setUp(t);
  equal(await client.get(serviceRef), undefined);
  equal(await client.get(route), undefined);
  server.put(at, service);
  equal((await client.get(serviceRef))?.metadata.name, "web");
});

const writes: [
  name: string,
  write: (client: Client) => Promise<unknown>,
  want: [method: string, url: string],
][] = [
  ["create", (c) => c.create(service), ["POST", "/api/v1/namespaces/a/services?fieldManager=lotse"]],
  [
    "a dry run",
    (c) => c.create(service, { dryRun: true }),
    ["POST", "/api/v1/namespaces/a/services?fieldManager=lotse&dryRun=All"],
  ],
];
const changes: typeof writes = [
  ["replace", (c) => c.replace(service), ["PUT", `${at}?fieldManager=lotse`]],
  ["replace of a status", (c) => c.replace(service, "status"), ["PUT", `${at}/status?fieldManager=lotse`]],
  ["patch", (c) => c.patch(serviceRef, { type: "merge", body: {} }), ["PATCH", `${at}?fieldManager=lotse`]],
  [
    "patch of a subresource",
    (c) => c.patch(serviceRef, { type: "merge", body: {}, subresource: "scale" }),
    ["PATCH", `${at}/scale?fieldManager=lotse`],
  ],
  ["delete", (c) => c.delete(serviceRef), ["DELETE", `${at}?`]],
  [
    "evict",
    (c) => c.evict({ ...serviceRef, kind: "Pod" }),
    ["POST", "/api/v1/namespaces/a/pods/web/eviction?"],
  ],
];
for (const [name, write, want] of [...writes, ...changes]) {
  test(`client: the request of ${name}`, async (t) => {
    const [server, client] = await setUp(t);
    if (want[0] !== "POST") server.put(at, service);
    await write(client);
    const { method, path, query } = server.arrived.at(-1) ?? {};
    deepEqual([method, `${path}?${query}`], want);
  });
}

const types = {
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
  strategic: "application/strategic-merge-patch+json",
};
for (const [type, header] of Object.entries(types)) {
  test(`client: the content type of a ${type} patch`, async (t) => {
    const [server, client] = await setUp(t);
    server.put(at, service);
    await client.patch(serviceRef, { type: type as keyof typeof types, body: {} });
    equal(server.arrived.at(-1)?.headers["content-type"], header);
  });
}

test("client: delete sends propagation and uid, and a Status answer is undefined", async (t) => {
  const [server, client] = await setUp(t);
  server.put(at, service);
  equal(await client.delete(serviceRef, { propagation: "Foreground", uid: "u1" }), undefined);
  deepEqual(server.arrived.at(-1)?.body, {
    apiVersion: "v1",
    kind: "DeleteOptions",
    propagationPolicy: "Foreground",
    preconditions: { uid: "u1" },
  });
});

test("client: a blocked eviction is a 429 at once", async (t) => {
  const [server, client] = await setUp(t);
  server.fail(1, (_request, response) => refuse(response, 429, "TooManyRequests", { retryAfterSeconds: 0 }));
  await rejects(client.evict({ ...serviceRef, kind: "Pod" }), { code: 429 });
  equal(server.arrived.length, 1);
});

test("client: a list asks for pages and puts apiVersion and kind back", async (t) => {
  const [server, client] = await setUp(t);
  for (let i = 0; i < 1_100; i++)
    server.put(`${at}${i}`, { ...service, metadata: { namespace: "a", name: `web${i}` } });
  const found = await client.list({ apiVersion: "v1", kind: "Service" }, { labelSelector: "app=web" });
  equal(found.length, 1_100);
  deepEqual([found[1_099]?.apiVersion, found[1_099]?.kind], ["v1", "Service"]);
  deepEqual(
    server.arrived.map((r) => String(r.query)),
    [
      "labelSelector=app%3Dweb&limit=500",
      "labelSelector=app%3Dweb&limit=500&continue=500",
      "labelSelector=app%3Dweb&limit=500&continue=1000",
    ],
  );
});

test("client: a list that expired between two pages begins anew", async (t) => {
  const [server, client] = await setUp(t);
  for (let i = 0; i < 600; i++)
    server.put(`${at}${i}`, { ...service, metadata: { namespace: "a", name: `web${i}` } });
  let expired = false;
  server.fail(1, ({ query }, response) => {
    if (!query.has("continue") || expired) return false;
    expired = true;
    refuse(response, 410, "Expired", { kind: "services" });
    return true;
  });
  equal((await client.list(serviceRef, { namespace: "a" })).length, 600);
  equal(server.count("GET", "services"), 4);
});

test("client: unknown kinds are asked of the server once, and again when their path has gone", async (t) => {
  const [server, client, discovery] = await setUp(t);
  await rejects(discovery.resource(route), {
    code: 404,
    message: "the server does not serve Route in example.com/v1",
  });
  server.served.set("/apis/example.com/v1", [
    { name: "routes", kind: "Route", namespaced: true },
    { name: "routes/status", kind: "Route", namespaced: true },
    { name: "gates", kind: "Gate", namespaced: false },
  ]);
  equal(await discovery.pathOf(route), "/apis/example.com/v1/namespaces/a/routes/r");
  equal(await discovery.pathOf({ ...route, kind: "Gate" }), "/apis/example.com/v1/gates/r");
  equal(server.count("GET", "/apis/example.com/v1"), 2);

  server.fail(1, (_request, response) => answer(response, 404, {}, "404 page not found\n"));
  equal(await client.get(route), undefined);
  await discovery.pathOf(route);
  equal(server.arrived.filter((r) => r.path === "/apis/example.com/v1").length, 3);
});
