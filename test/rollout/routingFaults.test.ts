import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { type KindRef, type ObjectRef, refText } from "../../src/api/object.ts";
import { later, seconds } from "../../src/api/time.ts";
import { Cache } from "../../src/reconcile/cache.ts";
import { ApiError, type Client, type Ports } from "../../src/reconcile/ports.ts";
import { routingKind } from "../../src/rollout/routingCleanup.ts";
import type { Source } from "../../src/sim/feed.ts";
import type { Disturbed, World, WorldOptions } from "../../src/sim/world.ts";
import { kindsOf, routers } from "../../src/traffic/index.ts";
import { families } from "../traffic/families.ts";
import { away, readIn, stableHolds } from "./routedBoard.ts";
import { edit, newWorld, pass, routedWorld, shop } from "./routedWorld.ts";

/** Everything of a router but Kubernetes' own kinds. */
const isForeign = ({ apiVersion }: KindRef) =>
  apiVersion.includes(".") && !/argoproj|k8s\.io\/v1$/.test(apiVersion);

type Write = () => Promise<never>;

/** What becomes of the first write to each object, once it is active. */
class Struck {
  active = false;
  readonly objects = new Set<string>();
  readonly #fault: (world: World, write: Write, ref: ObjectRef) => Promise<never>;

  constructor(fault: (world: World, write: Write, ref: ObjectRef) => Promise<never>) {
    this.#fault = fault;
  }

  readonly disturb = (world: World, client: Client, source: Source): Disturbed => {
    const struck = (ref: ObjectRef, write: () => Promise<unknown>) => {
      const text = refText(ref);
      if (!this.active || this.objects.has(text)) return write() as Promise<never>;
      this.objects.add(text);
      return this.#fault(world, write as Write, ref);
    };
    return {
      client: {
        ...client,
        patch: (ref, patch) => struck(ref, () => client.patch(ref, patch)),
        delete: (ref, request) => struck(ref, () => client.delete(ref, request)),
      },
      source,
    };
  };
}

/** Kinds that are not watched though they are there, as when a CRD comes later: they are asked for. */
const unwatched = (_world: World, client: Client, source: Source): Disturbed => ({
  client,
  source: {
    ...source,
    list: (kind, selection) => {
      if (isForeign(kind)) throw new ApiError(404, "NotFound", "the server could not find the kind");
      return source.list(kind, selection);
    },
  },
});

/** One object, two of two kinds, one that leads to others: the clean-up of the others is the same. */
const some = families.filter(({ name }) => ["traefik", "istio by subset", "appMesh"].includes(name));

const endings: [name: string, end: (world: World) => Promise<unknown>][] = [
  ["the Rollout is deleted", (world) => world.client.delete(shop)],
  ["its routing is removed", (world) => edit(world, away)],
];

for (const family of families) {
  for (const [name, end] of some.includes(family) ? endings : endings.slice(0, 1)) {
    test(`clean-up: ${family.name} of a kind that was never watched, when ${name}`, async () => {
      const world = await routedWorld(family, shop.name, unwatched);
      equal(readIn(world, family).canary, 25);
      await end(world);
      await pass(world);
      stableHolds(world, family);
    });
  }
}

const crash = (world: World): Promise<never> => {
  world.endController();
  world.clock.at(later(world.clock.now(), seconds(3)), () => world.startController());
  return new Promise<never>(() => {});
};

/** What happens to each write of the clean-up the first time that it is tried. */
const faults: [name: string, fault: (world: World, write: Write) => Promise<never>][] = [
  ["meets a conflict", () => Promise.reject(new ApiError(409, "Conflict", "the object has been modified"))],
  ["is refused", () => Promise.reject(new ApiError(500, "InternalError", "the server is in trouble"))],
  ["fails its tests", () => Promise.reject(new ApiError(422, "Invalid", "the test operation failed"))],
  [
    "loses its answer",
    async (_world, write) => {
      await write();
      throw new ApiError(0, "ECONNRESET", "the connection was reset");
    },
  ],
  ["is never sent by a controller that crashes", (world) => crash(world)],
  [
    "is sent by a controller that crashes",
    async (world, write) => {
      await write();
      return crash(world);
    },
  ],
];

for (const family of some) {
  for (const [what, fault] of faults) {
    test(`clean-up: ${family.name}, each write of which ${what} once`, async () => {
      const struck = new Struck(fault);
      const world = await routedWorld(family, shop.name, struck.disturb);
      struck.active = true;
      await world.client.delete(shop);
      await pass(world);
      stableHolds(world, family);
      ok(struck.objects.size > 2, "nothing was struck");
    });
  }
}

/** Holds back the first write to each object of a router: it lands later, whatever has happened meanwhile. */
const holding = () =>
  new Struck(async (world, write, { kind }) => {
    const isOurs = ["Rollout", "ReplicaSet", "Service"].includes(kind);
    if (!isOurs) await world.sleep(seconds(10));
    return write();
  });

for (const family of some) {
  test(`clean-up: ${family.name}, when a change of weight is under way while the Rollout is deleted`, async () => {
    const held = holding();
    const world = await newWorld(family, shop.name, held.disturb);
    await pass(world);
    held.active = true;
    const containers = [{ name: "shop", image: "shop:2" }];
    await world.client.patch(shop, { type: "merge", body: { spec: { template: { spec: { containers } } } } });
    await pass(world, 5);
    await world.client.delete(shop);
    await pass(world, 120);
    stableHolds(world, family);
  });

  test(`clean-up: ${family.name}, when its first write is under way while the Rollout is deleted`, async () => {
    const held = holding();
    held.active = true;
    const disturb: WorldOptions["disturb"] = (world, client, source) =>
      unwatched(world, held.disturb(world, client, source).client, source);
    const world = await newWorld(family, shop.name, disturb);
    await pass(world, 3);
    await world.client.delete(shop);
    await pass(world, 120);
    stableHolds(world, family);
  });
}

const places: [what: string, namespace: string | undefined, want: object][] = [
  ["in its namespace when it watches one", "prod", { namespace: "prod" }],
  ["everywhere when it watches all", undefined, {}],
];
for (const [what, namespace, want] of places) {
  test(`clean-up: the first look is ${what}`, async () => {
    const asked: unknown[] = [];
    const client = {
      list: async (_kind: KindRef, selection: unknown) => {
        asked.push(selection);
        return [];
      },
    };
    const clock = { now: () => 0 };
    const ports = { client, clock, cache: new Cache() } as unknown as Ports;
    equal(await routingKind(routers, namespace).observe("/", ports), undefined);
    deepEqual(
      asked,
      kindsOf(routers).map(() => want),
    );
  });
}
