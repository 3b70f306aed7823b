import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject, ObjectRef } from "../../src/api/object.ts";
import type { Cluster } from "../../src/sim/cluster.ts";
import { cluster, configMap, ownedBy, ref, settled, widget, widgets } from "./builders.ts";

const owner = ref("v1", "ConfigMap", "owner");
const child = ref("v1", "ConfigMap", "child");

async function family(kube: Cluster, blocking = true): Promise<KubeObject> {
  const made = await kube.client().create(configMap("owner"));
  await kube.client().create(configMap("child", ownedBy(made, blocking)));
  return made;
}

async function there(kube: Cluster, ...refs: readonly ObjectRef[]): Promise<readonly string[]> {
  await settled();
  return refs.filter((one) => kube.get(one) !== undefined).map(({ name }) => name);
}

test("a background deletion takes the dependents after the owner", async () => {
  const kube = cluster();
  await family(kube);
  equal(await kube.client().delete(owner), undefined);
  deepEqual(await there(kube, owner, child), []);
});

test("a foreground deletion waits for the dependents that block it", async () => {
  const kube = cluster();
  await family(kube);
  await kube.client().patch(child, { type: "merge", body: { metadata: { finalizers: ["test/hold"] } } });
  const going = await kube.client().delete(owner, { propagation: "Foreground" });
  deepEqual(going?.metadata.finalizers, ["foregroundDeletion"]);
  deepEqual(await there(kube, owner, child), ["owner", "child"]);
  equal(kube.get(child)?.metadata.deletionTimestamp, "2024-05-01T12:00:00Z");
  await kube.client().patch(child, { type: "merge", body: { metadata: { finalizers: null } } });
  deepEqual(await there(kube, owner, child), []);
});

test("an orphaning deletion frees the dependents", async () => {
  const kube = cluster();
  await family(kube);
  await kube.client().delete(owner, { propagation: "Orphan" });
  deepEqual(await there(kube, owner, child), ["child"]);
  equal(kube.get(child)?.metadata.ownerReferences, undefined);
});

test("an object whose owner never was is collected, one with another owner is kept", async () => {
  const kube = cluster();
  const made = await family(kube);
  const lost = { ...(await kube.client().create(configMap("lost"))) };
  await kube.client().delete(ref("v1", "ConfigMap", "lost"));
  await kube.client().create(configMap("orphan", ownedBy(lost)));
  const [first] = (ownedBy(made) as { ownerReferences: object[] }).ownerReferences;
  const [second] = (ownedBy(lost) as { ownerReferences: object[] }).ownerReferences;
  await kube
    .client()
    .create(configMap("shared", { ownerReferences: [first, { ...second, controller: false }] }));
  const names = await there(kube, ref("v1", "ConfigMap", "orphan"), ref("v1", "ConfigMap", "shared"));
  deepEqual(names, ["shared"]);
  equal(kube.get(ref("v1", "ConfigMap", "shared"))?.metadata.ownerReferences?.length, 1);
});

test("a finalizer holds a deletion until it is removed", async () => {
  const kube = cluster();
  const client = kube.client();
  await client.create(configMap("owner", { finalizers: ["test/hold"] }));
  equal((await client.delete(owner))?.metadata.deletionTimestamp, "2024-05-01T12:00:00Z");
  equal((await client.get(owner))?.metadata.name, "owner");
  await client.patch(owner, { type: "json", body: [{ op: "remove", path: "/metadata/finalizers" }] });
  equal(await client.get(owner), undefined);
});

test("a namespace goes after everything in it", async () => {
  const kube = cluster({ makesNamespaces: true });
  await kube.client().create(configMap("a", { namespace: "shop" }));
  const shop = { apiVersion: "v1", kind: "Namespace", name: "shop" };
  const going = await kube.client().delete(shop);
  deepEqual(going?.["status"], { phase: "Terminating" });
  deepEqual(await there(kube, shop, { ...child, namespace: "shop", name: "a" }), []);
});

test("a definition takes its objects with it and is served no longer", async () => {
  const kube = cluster();
  await kube.client().create(widget("w"));
  await kube.client().delete({ ...widgets, name: "widgets.example.com" });
  await settled();
  deepEqual([...kube.core.store.shelf("example.com/widgets").objects], []);
  equal(kube.core.catalog.find(widget("w")), undefined);
});

test("without the collector at work, only collectGarbage collects", async () => {
  const kube = cluster({ collectsGarbage: false });
  await family(kube);
  await kube.client().delete(owner);
  deepEqual(await there(kube, child), ["child"]);
  kube.collectGarbage();
  deepEqual(await there(kube, child), []);
});
