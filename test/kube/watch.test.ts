import { deepEqual, equal, ok } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { Discovery } from "../../src/kube/discovery.ts";
import { silent } from "../../src/kube/log.ts";
import { transportOf } from "../../src/kube/transport.ts";
import { type Pace, Watch } from "../../src/kube/watch.ts";
import { Cache } from "../../src/reconcile/cache.ts";
import { ApiServer, answer, refuse, until } from "./support/apiServer.ts";

const kind = { apiVersion: "v1", kind: "Service" };
const pathOf = (name: string): string => `/api/v1/namespaces/a/services/${name}`;
const service = (name: string, labels: Record<string, string> = {}): KubeObject => ({
  ...kind,
  metadata: { namespace: "a", name, labels },
});

interface Scene {
  readonly server: ApiServer;
  readonly cache: Cache;
  readonly begin: (of?: typeof kind, labelSelector?: string) => Watch;
  /** The names in the cache. */
  readonly names: () => string[];
  readonly changes: string[];
}

async function setUp(t: TestContext, pace: Partial<Pace> = {}): Promise<Scene> {
  const server = await ApiServer.start();
  const transport = transportOf({ access: server.access(), firstRetry: 1 });
  const discovery = new Discovery(transport);
  const cache = new Cache();
  const changes: string[] = [];
  cache.subscribe(kind, (_kind, old, next) => {
    changes.push(`${old ? (next ? "~" : "-") : "+"}${(next ?? old)?.metadata.name}`);
  });
  const watches: Watch[] = [];
  t.after(async () => {
    await Promise.all(watches.map((watch) => watch.stop()));
    transport.close();
    await server.close();
  });
  server.put(pathOf("one"), service("one"));
  server.put(pathOf("two"), service("two"));
  return {
    server,
    cache,
    changes,
    names: () => cache.list(kind).map(({ metadata }) => metadata.name),
    begin(of = kind, labelSelector) {
      const parts = {
        transport,
        discovery,
        log: silent,
        pace: { first: 1, most: 4, missing: 5, ...pace },
        random: () => 0.5,
      };
      const watch = new Watch(of, { labelSelector }, cache, parts);
      watches.push(watch);
      return watch;
    },
  };
}

test("watch: the list comes through the watch, then the changes", async (t) => {
  const { server, begin, names, cache, changes } = await setUp(t);
  const watch = begin();
  await watch.synced;
  deepEqual(names(), ["one", "two"]);
  ok(cache.watches(kind));
  server.put(pathOf("three"), service("three"));
  server.put(pathOf("one"), service("one", { a: "b" }));
  server.remove(pathOf("two"));
  await until(() => changes.length === 5);
  deepEqual(changes, ["+one", "+two", "+three", "~one", "-two"]);
  equal(server.arrived.length, 1);
  const { query } = server.arrived[0] ?? {};
  equal(query?.get("sendInitialEvents"), "true");
  equal(query?.get("resourceVersionMatch"), "NotOlderThan");
  equal(query?.get("allowWatchBookmarks"), "true");
  equal(query?.get("timeoutSeconds"), "450");
});

test("watch: the list is not complete before the server says so", async (t) => {
  const { server, begin, cache } = await setUp(t, { initialIdle: 5_000 });
  server.fail(1, (_request, response) => {
    response.writeHead(200).write(`${JSON.stringify({ type: "ADDED", object: service("one") })}\n`);
    return true;
  });
  const watch = begin();
  await until(() => cache.get({ ...kind, namespace: "a", name: "one" }) !== undefined);
  equal(watch.isSynced, false);
  equal(cache.watches(kind), false);
});

test("watch: pages, where the server knows no WatchList", async (t) => {
  const { server, begin, names, changes } = await setUp(t);
  server.watchList = false;
  for (let i = 0; i < 600; i++) server.put(pathOf(`s${i}`), service(`s${i}`));
  await begin().synced;
  equal(names().length, 602);
  equal(server.count("GET", "limit=500"), 2);
  await until(() => server.watching === 1);
  server.remove(pathOf("one"));
  await until(() => changes.at(-1) === "-one");
  server.compact();
  server.dropWatches("reset");
  server.put(pathOf("new"), service("new"));
  await until(() => changes.at(-1) === "+new");
  equal(server.count("GET", "sendInitialEvents"), 1);
});

for (const how of ["end", "reset"] as const) {
  test(`watch: after ${how} of the stream it goes on there, without a new list`, async (t) => {
    const { server, begin, changes } = await setUp(t);
    await begin().synced;
    for (let i = 0; i < 5; i++) {
      server.dropWatches(how);
      server.put(pathOf(`s${i}`), service(`s${i}`));
      await until(() => changes.at(-1) === `+s${i}`);
    }
    equal(server.count("GET", "sendInitialEvents"), 1);
    equal(changes.length, 7);
  });
}

test("watch: a bookmark moves the place to go on from", async (t) => {
  const { server, begin } = await setUp(t);
  await begin().synced;
  server.put("/api/v1/namespaces/a/pods/p", service("p"));
  server.bookmark();
  await new Promise((resolve) => setTimeout(resolve, 20));
  server.compact();
  server.dropWatches("end");
  await until(() => server.count("GET", "resourceVersion=") === 1 && server.watching === 1);
  equal(server.count("GET", "sendInitialEvents"), 1);
});

const expirations: [name: string, expire: (server: ApiServer) => void][] = [
  ["410 on the request", (server) => server.compact()],
  [
    "410 in the stream",
    (server) =>
      server.say(
        `${JSON.stringify({ type: "ERROR", object: { kind: "Status", code: 410, reason: "Expired" } })}\n`,
      ),
  ],
];
for (const [name, expire] of expirations) {
  test(`watch: ${name} means a new list, and what is gone is deleted`, async (t) => {
    const { server, begin, changes, names } = await setUp(t);
    await begin().synced;
    server.fail(20, (_request, response) => refuse(response, 503, "ServiceUnavailable"));
    if (name.includes("stream")) expire(server);
    server.dropWatches("reset");
    server.remove(pathOf("one"));
    server.put(pathOf("two"), service("two", { a: "b" }));
    server.put(pathOf("three"), service("three"));
    server.compact();
    await until(() => names().includes("three") && !names().includes("one"));
    deepEqual(changes.slice(2).sort(), ["+three", "-one", "~two"]);
    equal(server.count("GET", "sendInitialEvents") > 1, true);
  });
}

const faults: [name: string, answer: Parameters<ApiServer["fail"]>[1]][] = [
  ["500", (_request, response) => refuse(response, 500, "InternalError")],
  ["429", (_request, response) => refuse(response, 429, "TooManyRequests", { retryAfterSeconds: 0 })],
  ["resets", (_request, response) => Boolean(response.destroy())],
  ["nonsense", (_request, response) => Boolean(response.writeHead(200).end("<html>\n</html>\n"))],
  ["empty streams", (_request, response) => Boolean(response.writeHead(200).end())],
];
for (const [name, fault] of faults) {
  test(`watch: ${name} at the start only delay it`, async (t) => {
    const { server, begin, names } = await setUp(t);
    server.fail(7, fault);
    await begin().synced;
    deepEqual(names(), ["one", "two"]);
  });
  test(`watch: ${name} later only delay it`, async (t) => {
    const { server, begin, changes } = await setUp(t);
    await begin().synced;
    server.fail(7, fault);
    server.dropWatches("reset");
    server.put(pathOf("three"), service("three"));
    await until(() => changes.includes("+three"));
    deepEqual(changes, ["+one", "+two", "+three"]);
  });
}

test("watch: a silent stream is left, and pages come where the list stays silent", async (t) => {
  const { server, begin, names } = await setUp(t, { initialIdle: 20, idle: 40 });
  server.fail(1, (_request, response) => {
    response.writeHead(200).flushHeaders();
    return true;
  });
  await begin().synced;
  deepEqual(names(), ["one", "two"]);
  equal(server.count("GET", "limit=500"), 1);
  await until(() => server.count("GET", "watch=true") >= 4);
});

test("watch: waits quietly for a kind that is not installed, and forgets it when it goes", async (t) => {
  const { server, begin, cache } = await setUp(t);
  const gate = { apiVersion: "example.com/v1", kind: "Gate" };
  const watch = begin(gate);
  await until(() => server.count("GET", "/apis/example.com/v1") >= 3);
  deepEqual([watch.isSynced, watch.isMissing], [false, true]);
  server.served.set("/apis/example.com/v1", [{ name: "gates", kind: "Gate", namespaced: true }]);
  server.put("/apis/example.com/v1/namespaces/a/gates/g", {
    ...gate,
    metadata: { namespace: "a", name: "g" },
  });
  await watch.synced;
  equal(cache.list(gate).length, 1);
  equal(watch.isMissing, false);

  server.served.clear();
  server.fail(1, (_request, response) => answer(response, 404, {}, "404 page not found\n"));
  server.dropWatches("reset");
  await until(() => !cache.watches(gate));
  equal(cache.list(gate).length, 0);
});

test("watch: a 404 for a kind that always exists is not believed", async (t) => {
  const { server, begin, cache, changes } = await setUp(t);
  await begin().synced;
  server.fail(3, (_request, response) => answer(response, 404, {}, "404 page not found\n"));
  server.dropWatches("reset");
  await until(() => server.count("GET", "watch=true") === 5);
  ok(cache.watches(kind));
  deepEqual(changes, ["+one", "+two"]);
});

test("watch: a kind that we may not watch is tried again", async (t) => {
  const { server, begin } = await setUp(t);
  server.fail(3, (_request, response) => refuse(response, 403, "Forbidden"));
  await begin().synced;
  equal(server.arrived.length, 4);
});

for (const [refusals, name, wait] of [
  [5, "at once, as an API server may just have been started", false],
  [6, "after a while", true],
] as const) {
  test(`watch: a kind that was refused ${refusals} times is tried again ${name}`, async (t) => {
    const { server, begin } = await setUp(t, { missing: 600_000 });
    server.fail(refusals, (_request, response) => refuse(response, 403, "Forbidden"));
    const watch = begin();
    if (!wait) return watch.synced;
    await until(() => server.arrived.length === 6);
    await new Promise((resolve) => setTimeout(resolve, 20));
    equal(server.arrived.length, 6);
  });
}

test("watch: an object that cannot be indexed does not keep the others away", async (t) => {
  const { cache, begin } = await setUp(t);
  cache.register({
    kind,
    indices: {
      picky: ({ metadata }) => {
        if (metadata.name === "one") throw new Error("cannot read this");
        return [];
      },
    },
  });
  await begin().synced;
  ok(cache.get({ ...kind, namespace: "a", name: "two" }));
});

test("watch: asks for the labels it is told", async (t) => {
  const { server, begin } = await setUp(t);
  await begin(kind, "app=web").synced;
  equal(server.arrived[0]?.query.get("labelSelector"), "app=web");
});

test("watch: stop ends the stream, and nothing comes afterwards", async (t) => {
  const { server, begin, changes } = await setUp(t);
  const watch = begin();
  await watch.synced;
  await watch.stop();
  await until(() => server.watching === 0);
  server.put(pathOf("late"), service("late"));
  deepEqual(changes, ["+one", "+two"]);
  equal(server.arrived.length, 1);
});
