import { deepEqual } from "node:assert/strict";
import { test } from "node:test";
import { Cache } from "../../src/reconcile/cache.ts";
import { turn, VirtualClock } from "../../src/sim/clock.ts";
import { Cluster } from "../../src/sim/cluster.ts";
import { feed, type Source } from "../../src/sim/feed.ts";
import { sourceOf } from "../../src/sim/source.ts";
import { start } from "./controllers/objects.ts";

const kind = { apiVersion: "v1", kind: "ConfigMap" };

/** A cluster with one ConfigMap, a cache that is fed from it, and what breaks the watch under way. */
async function fed(labelSelector?: string) {
  const cluster = new Cluster({ clock: new VirtualClock(start) });
  const client = cluster.client();
  const create = (name: string, labels: Record<string, string> = {}) =>
    client.create({ ...kind, metadata: { name, namespace: "default", labels } });
  await create("a");
  const plain = sourceOf(cluster);
  let snap = () => {};
  const source: Source = {
    list: plain.list,
    watch(of, selection, since, onEvent, onEnd) {
      const end = plain.watch(of, selection, since, onEvent, onEnd);
      snap = () => {
        end();
        onEnd();
      };
      return end;
    },
  };
  const cache = new Cache();
  cache.register({ kind, ...(labelSelector !== undefined && { labelSelector }) });
  const end = feed(cache, kind, source);
  const names = async () => {
    await turn();
    return cache.list(kind).map(({ metadata }) => metadata.name);
  };
  return { cluster, client, create, names, end, snap: () => snap() };
}

test("a cache has what is there and what changes", async () => {
  const { client, create, names } = await fed();
  deepEqual(await names(), ["a"]);
  await create("b");
  deepEqual(await names(), ["a", "b"]);
  await client.delete({ ...kind, namespace: "default", name: "a" });
  deepEqual(await names(), ["b"]);
});

test("a watch that breaks misses nothing", async () => {
  const { create, names, snap } = await fed();
  await create("b");
  snap();
  await create("c");
  deepEqual(await names(), ["a", "b", "c"]);
});

test("when the past is forgotten, everything is listed again, and what is gone goes", async () => {
  const { cluster, client, create, names, snap } = await fed();
  await names();
  await client.delete({ ...kind, namespace: "default", name: "a" });
  await create("b");
  cluster.forgetHistory();
  snap();
  await create("c");
  deepEqual(await names(), ["b", "c"]);
});

test("only objects with the labels of the shape are there", async () => {
  const { create, names } = await fed("app=web");
  await create("b", { app: "web" });
  deepEqual(await names(), ["b"]);
});

test("a feed that has ended feeds nothing", async () => {
  const { create, names, end } = await fed();
  await names();
  end();
  await create("b");
  deepEqual(await names(), []);
});
