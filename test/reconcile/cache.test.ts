import { deepEqual, equal, throws } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject, Metadata } from "../../src/api/object.ts";
import { Cache } from "../../src/reconcile/cache.ts";
import type { Shape } from "../../src/reconcile/kind.ts";

const kind = { apiVersion: "apps/v1", kind: "ReplicaSet" };
const ref = { ...kind, namespace: "prod", name: "web" };

/** A ReplicaSet `prod/web` of uid `u1` at a version. */
function replicaSet(resourceVersion: string, more: Partial<Metadata> = {}): KubeObject {
  return freeze({
    ...kind,
    metadata: { namespace: "prod", name: "web", uid: "u1", resourceVersion, ...more },
  });
}

function freeze(object: KubeObject): KubeObject {
  Object.freeze(object.metadata);
  return Object.freeze(object);
}

/**
 * A cache that watches ReplicaSets and begins with a list; `log` has what handlers were told, as `old>next`.
 */
function cacheWith(objects: readonly KubeObject[] = [], shape: Omit<Shape, "kind"> = {}) {
  const cache = new Cache();
  const log: string[] = [];
  cache.register({ kind, ...shape });
  cache.replaceAll(kind, objects, "100");
  const text = (object?: KubeObject) =>
    object ? `${object.metadata.uid}:${object.metadata.resourceVersion}` : "";
  cache.subscribe(kind, (_, old, next) => log.push(`${text(old)}>${text(next)}`));
  return { cache, log, known: () => text(cache.get(ref)) };
}

type Does = (cache: Cache) => void;
const added =
  (version: string, more?: Partial<Metadata>): Does =>
  (cache) =>
    cache.apply({ type: "added", object: replicaSet(version, more) });
const modified =
  (version: string, more?: Partial<Metadata>): Does =>
  (cache) =>
    cache.apply({ type: "modified", object: replicaSet(version, more) });
const deleted =
  (version: string, more?: Partial<Metadata>): Does =>
  (cache) =>
    cache.apply({ type: "deleted", object: replicaSet(version, more) });
const absorbed =
  (version: string, more?: Partial<Metadata>): Does =>
  (cache) =>
    cache.absorb(replicaSet(version, more));
const gone =
  (answer?: KubeObject): Does =>
  (cache) =>
    cache.absorbDeleted(ref, answer);
const listed =
  (version: string | undefined, ...objects: KubeObject[]): Does =>
  (cache) =>
    cache.replaceAll(kind, objects, version);

const u2 = { uid: "u2" };
const dying = { deletionTimestamp: "2024-05-01T12:00:00Z" };
const waits = replicaSet("60", { ...dying, finalizers: ["foregroundDeletion"] });
const grace = replicaSet("60", { ...dying, deletionGracePeriodSeconds: 30 });
const killed = replicaSet("60", { ...dying, deletionGracePeriodSeconds: 0 });

/**
 * What a cache that knows u1 at version 50 is told, what its handlers hear of it, and what it knows
 * afterwards.
 */
const cases: [name: string, told: Does[], log: string[], known: string][] = [
  ["takes a newer event", [modified("51")], ["u1:50>u1:51"], "u1:51"],
  ["compares versions as numbers", [modified("100"), modified("9")], ["u1:50>u1:100"], "u1:100"],
  ["passes over an older event", [modified("49")], [], "u1:50"],
  ["passes over an event of the version that it has", [modified("50")], [], "u1:50"],
  ["takes a deletion", [deleted("51")], ["u1:50>"], ""],
  ["passes over an older deletion", [modified("70"), deleted("60")], ["u1:50>u1:70"], "u1:70"],
  ["takes a new object of the same name", [deleted("51"), added("52", u2)], ["u1:50>", ">u2:52"], "u2:52"],
  ["tells of a replaced object whose deletion it missed", [added("52", u2)], ["u1:50>u2:52"], "u2:52"],
  [
    "wakes by the answer to an own write, not by its event",
    [absorbed("51"), modified("51")],
    ["u1:50>u1:51"],
    "u1:51",
  ],
  ["keeps the answer against older events", [absorbed("55"), modified("53")], ["u1:50>u1:55"], "u1:55"],
  [
    "takes what is newer than the answer",
    [absorbed("55"), modified("56")],
    ["u1:50>u1:55", "u1:55>u1:56"],
    "u1:56",
  ],
  ["passes over an answer older than the events", [modified("56"), absorbed("55")], ["u1:50>u1:56"], "u1:56"],
  ["buries what an own delete took", [gone(), modified("51"), added("52")], ["u1:50>"], ""],
  ["hears nothing of a deletion that it absorbed", [gone(), deleted("51")], ["u1:50>"], ""],
  ["passes over late answers of what is buried", [gone(), absorbed("51")], ["u1:50>"], ""],
  ["takes the successor of what is buried", [gone(), added("52", u2)], ["u1:50>", ">u2:52"], "u2:52"],
  [
    "keeps the successor from the late deletion",
    [gone(), absorbed("52", u2), deleted("51")],
    ["u1:50>", ">u2:52"],
    "u2:52",
  ],
  ["keeps an object that waits for finalizers", [gone(waits)], ["u1:50>u1:60"], "u1:60"],
  ["keeps an object in its grace period", [gone(grace)], ["u1:50>u1:60"], "u1:60"],
  ["buries an object without grace period", [gone(killed)], ["u1:50>"], ""],
  [
    "keeps the successor of an object deleted by uid",
    [modified("70", u2), gone(killed)],
    ["u1:50>u2:70"],
    "u2:70",
  ],
  ["buries one uid for each delete", [gone(), gone(), modified("51")], ["u1:50>"], ""],
  ["hears nothing of a list without news", [listed("60", replicaSet("50"))], [], "u1:50"],
  ["takes what a list has changed", [listed("60", replicaSet("55"))], ["u1:50>u1:55"], "u1:55"],
  ["deletes what a list has no more", [listed("60")], ["u1:50>"], ""],
  [
    "takes the versions of a restored cluster from a list",
    [listed("9", replicaSet("8"))],
    ["u1:50>u1:8"],
    "u1:8",
  ],
  [
    "keeps an answer newer than the list",
    [absorbed("61"), listed("60", replicaSet("50"))],
    ["u1:50>u1:61"],
    "u1:61",
  ],
  [
    "keeps a created object newer than the list",
    [gone(), absorbed("61", u2), listed("60")],
    ["u1:50>", ">u2:61"],
    "u2:61",
  ],
  [
    "drops a created object older than the list",
    [absorbed("61"), listed("62")],
    ["u1:50>u1:61", "u1:61>"],
    "",
  ],
  [
    "drops a created object that its event confirmed",
    [absorbed("61"), modified("61"), listed("60")],
    ["u1:50>u1:61", "u1:61>"],
    "",
  ],
  [
    "lets no list bring back what is buried",
    [gone(), listed("50", replicaSet("50")), modified("51")],
    ["u1:50>"],
    "",
  ],
  [
    "hears nothing of bookmarks",
    [(cache) => cache.apply({ type: "bookmark", object: replicaSet("99") })],
    [],
    "u1:50",
  ],
];
for (const [name, told, wantLog, wantKnown] of cases) {
  test(`the cache ${name}`, () => {
    const { cache, log, known } = cacheWith([replicaSet("50")]);
    for (const tell of told) tell(cache);
    deepEqual(log, wantLog);
    equal(known(), wantKnown);
    deepEqual(cache.list(kind, "prod").length, wantKnown === "" ? 0 : 1);
  });
}

test("what nobody reads is dropped before storing, and the object that came is not changed", () => {
  const annotations = Object.freeze({
    "kubectl.kubernetes.io/last-applied-configuration": "{}",
    keep: "this",
  });
  const object = replicaSet("51", { annotations, managedFields: [{ manager: "x" }] });
  const { cache } = cacheWith([object]);
  deepEqual(cache.get(ref), replicaSet("51", { annotations: { keep: "this" } }));
  deepEqual(Object.keys(object.metadata).includes("managedFields"), true);
});

test("a shape says what is kept, after the drops, of events and of answers", () => {
  const slim = (object: KubeObject): KubeObject => ({ ...object, spec: Object.keys(object.metadata).length });
  const { cache } = cacheWith([replicaSet("50", { managedFields: [] })], { slim });
  equal(cache.get(ref)?.spec, 4);
  cache.absorb(replicaSet("51", { labels: {} }));
  equal(cache.get(ref)?.spec, 5);
});

test("objects are found by owner, by namespace and by named indices, as they are now", () => {
  const owner = (uid: string) => [{ ...kind, kind: "Rollout", name: "r", uid, controller: true }];
  const hash = ({ metadata }: KubeObject) => Object.values(metadata.labels ?? {});
  const web = (version: string, uid: string, label: string) =>
    replicaSet(version, { ownerReferences: owner(uid), labels: { h: label } });
  const other = replicaSet("12", { name: "api", namespace: "test", uid: "u9" });
  const { cache } = cacheWith([web("11", "o1", "x"), other], { indices: { hash } });
  const names = (objects: readonly KubeObject[]) => objects.map(({ metadata }) => metadata.name);

  deepEqual(names(cache.ownedBy(kind, "o1")), ["web"]);
  deepEqual(names(cache.list(kind)), ["web", "api"]);
  deepEqual(names(cache.list(kind, "test")), ["api"]);
  deepEqual(names(cache.indexed(kind, "hash", "x")), ["web"]);

  cache.apply({ type: "modified", object: web("13", "o2", "y") });
  deepEqual([cache.ownedBy(kind, "o1"), cache.indexed(kind, "hash", "x")], [[], []]);
  deepEqual([names(cache.ownedBy(kind, "o2")), names(cache.indexed(kind, "hash", "y"))], [["web"], ["web"]]);

  cache.absorbDeleted(ref);
  deepEqual(
    [cache.ownedBy(kind, "o2"), cache.indexed(kind, "hash", "y"), names(cache.list(kind))],
    [[], [], ["api"]],
  );
  throws(() => cache.indexed(kind, "colour", "x"), /no index "colour"/);
});

test("a kind is watched once its first list is complete, and no more when it is forgotten", () => {
  const cache = new Cache();
  equal(cache.watches(kind), false);
  cache.absorb(replicaSet("5"));
  cache.absorbDeleted(ref);
  cache.register({ kind });
  cache.absorb(replicaSet("5"));
  cache.absorbDeleted(ref);
  deepEqual(
    [cache.get(ref), cache.list(kind), cache.ownedBy(kind, "o"), cache.watches(kind)],
    [undefined, [], [], false],
  );
  cache.replaceAll(kind, [replicaSet("4")]);
  deepEqual([cache.watches(kind), cache.list(kind).length], [true, 1]);
  cache.forget(kind);
  deepEqual([cache.watches(kind), cache.list(kind), cache.list(kind, "prod")], [false, [], []]);
});

test("handlers of a list see all of it", () => {
  const { cache } = cacheWith();
  const seen: number[] = [];
  cache.subscribe(kind, () => seen.push(cache.list(kind).length));
  cache.replaceAll(kind, [replicaSet("1"), replicaSet("2", { name: "api", uid: "u2" })], "3");
  deepEqual(seen, [2, 2]);
});

test("a handler that has left hears nothing, and other kinds are no concern of it", () => {
  const { cache, log } = cacheWith();
  let heard = 0;
  const leave = cache.subscribe(kind, () => heard++);
  cache.apply({ type: "added", object: { ...replicaSet("1"), kind: "Deployment" } });
  leave();
  cache.apply({ type: "added", object: replicaSet("1") });
  deepEqual([heard, log], [0, [">u1:1"]]);
});

test("an object watched by label enters by its watch only, so that nothing is left behind", () => {
  const { cache, log } = cacheWith([], { labelSelector: "app=web" });
  cache.absorb(replicaSet("51"));
  deepEqual(log, []);
  cache.apply({ type: "added", object: replicaSet("51") });
  cache.absorb(replicaSet("52"));
  deepEqual(log, [">u1:51", "u1:51>u1:52"]);
});

test("our own new object with the labels that its kind is watched by is there at once", () => {
  const { cache, log } = cacheWith([], { labelSelector: "app=web" });
  const made = replicaSet("51");
  cache.absorb({ ...made, metadata: { ...made.metadata, labels: { app: "web" } } });
  deepEqual(log, [">u1:51"]);
});

test("a kind can be registered again with more indices, not in another way", () => {
  const slim = (object: KubeObject) => object;
  const { cache } = cacheWith([replicaSet("50")], {
    slim,
    indices: { uid: ({ metadata }) => [metadata.uid ?? ""] },
  });
  cache.register({ kind, slim, indices: { name: ({ metadata }) => [metadata.name] } });
  deepEqual([cache.indexed(kind, "uid", "u1").length, cache.indexed(kind, "name", "web").length], [1, 1]);
  deepEqual(Object.keys(cache.shapes()[0]?.indices ?? {}), ["uid", "name"]);
  throws(() => cache.register({ kind, slim: (object) => ({ ...object }) }), /another way/);
  throws(() => cache.register({ kind, indices: { uid: () => [] } }), /two indices/);
});
