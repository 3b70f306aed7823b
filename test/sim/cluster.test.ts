import { deepEqual, equal, rejects, throws } from "node:assert/strict";
import { test } from "node:test";
import type { ApiError } from "../../src/reconcile/ports.ts";
import type { WatchEvent } from "../../src/sim/watch.ts";
import { cluster, configMap, ref, replicaSet, settled, widget } from "./builders.ts";

const rs = ref("apps/v1", "ReplicaSet", "web");
const wd = ref("example.com/v1", "Widget", "w");

test("a new object has a uid, a version, a time and a generation", async () => {
  const created = await cluster().client().create(replicaSet("web"));
  const { uid, resourceVersion, creationTimestamp, generation } = created.metadata;
  deepEqual(
    [typeof uid, typeof resourceVersion, creationTimestamp, generation],
    ["string", "string", "2024-05-01T12:00:00Z", 1],
  );
});

test("the generation counts changes of the spec, not of metadata or status", async () => {
  const client = cluster().client();
  await client.create(replicaSet("web"));
  const generations = [
    { body: { metadata: { labels: { a: "b" } } } },
    { body: { status: { replicas: 3 } }, subresource: "status" as const },
    { body: { spec: { replicas: 2 } } },
    { body: { spec: { replicas: 2 } } },
  ].map(async (patch) => (await client.patch(rs, { type: "merge", ...patch })).metadata.generation);
  deepEqual(await Promise.all(generations), [1, 1, 2, 2]);
});

test("a write that changes nothing is no write", async () => {
  const kube = cluster();
  const client = kube.client();
  const created = await client.create(configMap("a"));
  const again = await client.replace(created);
  equal(again.metadata.resourceVersion, created.metadata.resourceVersion);
  equal(kube.version, created.metadata.resourceVersion);
});

test("status and spec are written apart", async () => {
  const client = cluster().client();
  const created = await client.create({ ...widget("w"), status: { phase: "lost" } });
  equal(created["status"], undefined);
  await client.patch(wd, {
    type: "merge",
    body: { status: { phase: "Up" }, spec: { size: "large" } },
    subresource: "status",
  });
  await client.patch(wd, { type: "merge", body: { status: { phase: "Down" }, spec: { replicas: 4 } } });
  const found = await client.get(wd);
  deepEqual([found?.["spec"], found?.["status"]], [{ size: "small", replicas: 4 }, { phase: "Up" }]);
});

test("a stale version is a conflict, for a replace and for a patch that names one", async () => {
  const client = cluster().client();
  const seen = await client.create(configMap("a"));
  await client.patch(ref("v1", "ConfigMap", "a"), { type: "merge", body: { data: { key: "other" } } });
  const conflict = { code: 409, reason: "Conflict" };
  await rejects(client.replace({ ...seen, data: {} }), conflict);
  const { resourceVersion } = seen.metadata;
  const body = { metadata: { resourceVersion }, data: {} };
  await rejects(client.patch(ref("v1", "ConfigMap", "a"), { type: "merge", body }), conflict);
});

test("what the cluster hands out cannot be changed, and what it was given stays the caller's", async () => {
  const client = cluster().client();
  const given = configMap("a");
  const created = await client.create(given);
  throws(() => Object.assign(created.metadata, { name: "b" }), TypeError);
  Object.assign(given.metadata, { name: "b" });
  equal((await client.get(ref("v1", "ConfigMap", "a")))?.metadata.name, "a");
});

test("a dry run checks and answers, and stores nothing", async () => {
  const kube = cluster();
  const before = kube.version;
  const answered = await kube.client().create(replicaSet("web"), { dryRun: true });
  equal(answered.metadata.generation, 1);
  await rejects(kube.client().create(replicaSet("Web"), { dryRun: true }), { code: 422 });
  deepEqual([await kube.client().get(rs), kube.version], [undefined, before]);
});

test("a missing namespace is a 404, or is made when asked for", async () => {
  const object = configMap("a", { namespace: "shop" });
  await rejects(cluster().client().create(object), { code: 404, message: 'namespaces "shop" not found' });
  const lenient = cluster({ makesNamespaces: true });
  await lenient.client().create(object);
  equal(lenient.get({ apiVersion: "v1", kind: "Namespace", name: "shop" })?.metadata.name, "shop");
});

test("a list is ordered by name and follows label and field selectors", async () => {
  const client = cluster().client();
  for (const [name, tier] of [
    ["c", "web"],
    ["a", "db"],
    ["b", "web"],
  ] as const) {
    await client.create(configMap(name, { labels: { tier } }));
  }
  const kind = { apiVersion: "v1", kind: "ConfigMap" };
  const names = async (selection: object) =>
    (await client.list(kind, selection)).map(({ metadata }) => metadata.name);
  deepEqual(await names({ namespace: "default" }), ["a", "b", "c"]);
  deepEqual(await names({ namespace: "other" }), []);
  deepEqual(await names({ labelSelector: "tier=web" }), ["b", "c"]);
  deepEqual(await names({ labelSelector: "tier notin (web),tier" }), ["a"]);
  deepEqual(await names({ fieldSelector: "metadata.name!=c" }), ["a", "b"]);
});

test("a watch begins with what is there and then tells changes in order", async () => {
  const kube = cluster();
  const client = kube.client();
  await client.create(configMap("a", { labels: { tier: "web" } }));
  const events: string[] = [];
  const tell = ({ type, object }: WatchEvent) => events.push(`${type} ${object.metadata.name ?? ""}`.trim());
  const stop = kube.watch({ apiVersion: "v1", kind: "ConfigMap" }, { labelSelector: "tier=web" }, tell, {
    bookmarks: true,
  });
  await client.create(configMap("b"));
  const b = ref("v1", "ConfigMap", "b");
  await client.patch(b, { type: "merge", body: { metadata: { labels: { tier: "web" } } } });
  await client.patch(b, { type: "merge", body: { data: { key: "2" } } });
  await client.patch(b, { type: "merge", body: { metadata: { labels: { tier: null } } } });
  await client.delete(ref("v1", "ConfigMap", "a"));
  await settled();
  stop();
  await client.create(configMap("c", { labels: { tier: "web" } }));
  await settled();
  deepEqual(events, ["ADDED a", "BOOKMARK", "ADDED b", "MODIFIED b", "DELETED b", "DELETED a"]);
});

test("a watch from a version tells only what came later, and a 410 when that is forgotten", async () => {
  const kube = cluster();
  const client = kube.client();
  const { resourceVersion } = (await client.create(configMap("a"))).metadata;
  await client.create(configMap("b"));
  const names: string[] = [];
  const kind = { apiVersion: "v1", kind: "ConfigMap" };
  kube.watch(kind, {}, ({ object }) => names.push(object.metadata.name), { since: resourceVersion });
  await settled();
  deepEqual(names, ["b"]);
  kube.forgetHistory();
  throws(
    () => kube.watch(kind, {}, () => undefined, { since: resourceVersion }),
    (error: ApiError) => error.code === 410,
  );
});

test("the scale of a custom resource reads and writes its paths", async () => {
  const client = cluster().client();
  await client.create(widget("w"));
  const scale = await client.patch(wd, {
    type: "merge",
    body: { spec: { replicas: 3 } },
    subresource: "scale",
  });
  deepEqual([scale.kind, scale["spec"], scale["status"]], ["Scale", { replicas: 3 }, { replicas: 0 }]);
  deepEqual((await client.get(wd))?.["spec"], { size: "small", replicas: 3 });
});

test("an unknown kind is a 404", async () => {
  await rejects(cluster().client().list({ apiVersion: "v9", kind: "Thing" }), {
    code: 404,
    reason: "NotFound",
  });
});
