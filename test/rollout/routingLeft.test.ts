import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import type { KindRef, KubeObject, ObjectRef } from "../../src/api/object.ts";
import { Cache } from "../../src/reconcile/cache.ts";
import type { Ports } from "../../src/reconcile/ports.ts";
import { routingKind } from "../../src/rollout/routingCleanup.ts";
import { routersFor } from "../../src/traffic/index.ts";
import { object } from "../traffic/support.ts";

const route = [
  { destination: { host: "shop-stable" }, weight: 75 },
  { destination: { host: "shop-canary" }, weight: 25 },
];
const note = {
  router: "istio",
  config: { virtualService: { name: "shop" } },
  canaryService: "shop-canary",
  stableService: "shop-stable",
  max: 100,
  managed: [],
  former: [],
};

/** A VirtualService on which a Rollout that does not exist has left a note, as the one of a cluster. */
function noted(cluster: string | undefined): KubeObject {
  const text = JSON.stringify({ "prod/shop-ro": { ...note, cluster } });
  const annotations = { "argo-rollouts.argoproj.io/managed-routing": text };
  const spec = { http: [{ route }] };
  return object(
    "networking.istio.io/v1alpha3",
    "VirtualService",
    "shop",
    { spec },
    { annotations, uid: "1" },
  );
}

/** Ports to a cluster with one object, in which it is not known what is watched. */
function portsTo(one: KubeObject, fails: (kind: KindRef) => boolean = () => false): Ports {
  const client = {
    list: async (kind: KindRef) => {
      if (fails(kind)) throw new Error(`${kind.kind} cannot be listed`);
      return kind.kind === one.kind ? [one] : [];
    },
    get: async ({ kind }: ObjectRef) => (kind === one.kind ? one : undefined),
  };
  return { client, clock: { now: () => 0 }, cache: new Cache() } as unknown as Ports;
}

const clusters: [what: string, noted: string | undefined, ours: string | undefined, isTakenBack: boolean][] =
  [
    ["here, by a Rollout that was here", undefined, undefined, true],
    ["in our primary cluster, by a Rollout that was here", "here", "here", true],
    ["here, by a Rollout in another cluster", "there", undefined, false],
    ["in our primary cluster, by a Rollout in another cluster", "there", "here", false],
    ["in our primary cluster, by a Rollout there", undefined, "here", false],
  ];
for (const [what, cluster, ours, isTakenBack] of clusters) {
  const name = `T-51: what was routed ${what} is ${isTakenBack ? "taken back" : "left alone"}`;
  test(name, async () => {
    const kind = routingKind(routersFor({}, ours));
    const one = noted(cluster);
    const trail = await kind.observe("/", portsTo(one));
    equal(trail?.left.length ?? 0, isTakenBack ? 1 : 0);
    equal(trail === undefined ? 0 : kind.decide(trail, 0 as never).effects.length, isTakenBack ? 1 : 0);

    const wake = kind.wokenByUsed?.(one);
    const cache = new Cache();
    if (wake?.indices !== undefined) cache.register({ kind: one, indices: wake.indices });
    cache.replaceAll(one, [one]);
    const keys = isTakenBack ? ["prod/shop-ro"] : [];
    deepEqual(wake?.keys(one, cache), keys);
    equal(cache.indexed(one, "note", "prod/shop-ro").length, keys.length);
  });
}

test("clean-up: a kind that cannot be listed is tried again, and holds up nobody", async () => {
  const kind = routingKind(routersFor());
  let isReachable = false;
  const ports = portsTo(noted(undefined), ({ kind: wanted }) => wanted === "VirtualService" && !isReachable);
  equal(await kind.observe("prod/other", ports), undefined);
  await rejects(kind.observe("/", ports), /VirtualService cannot be listed/);
  isReachable = true;
  equal((await kind.observe("/", ports))?.left.length, 1);
});
