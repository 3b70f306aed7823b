import { deepEqual, equal } from "node:assert/strict";
import { test } from "node:test";
import { refOf } from "../../src/api/object.ts";
import type { World } from "../../src/sim/world.ts";
import { families } from "../traffic/families.ts";
import type { Family } from "../traffic/family.ts";
import { away, boardOf, readIn, stableHolds, traces } from "./routedBoard.ts";
import { edit, keyOfFamily, pass, routedWorld, shop } from "./routedWorld.ts";

const endings: [name: string, end: (world: World) => Promise<unknown>][] = [
  ["the Rollout is deleted", (world) => world.client.delete(shop)],
  ["its routing is removed", (world) => edit(world, away)],
  [
    "its routing is removed while no controller runs",
    async (world) => {
      world.endController();
      await edit(world, away);
      world.startController();
    },
  ],
];
for (const family of families) {
  for (const [name, end] of endings) {
    // Nothing but its Rollouts tells of the kind of a declarative router.
    if (family.name === "declarative" && name.endsWith("no controller runs")) continue;
    test(`clean-up: ${family.name} goes back to stable when ${name}`, async () => {
      const world = await routedWorld(family);
      equal(readIn(world, family).canary, 25);
      await end(world);
      await pass(world);
      stableHolds(world, family);
    });
  }
}

const named = (name: string): Family => {
  const found = families.find((one) => one.name === name);
  if (found === undefined) throw new Error(name);
  return found;
};
const marking = families.filter(({ name }) => !["nginx", "smi", "ambassador", "declarative"].includes(name));

for (const family of marking) {
  test(`clean-up: ${family.name} goes back when the Rollout was deleted while no controller ran`, async () => {
    const world = await routedWorld(family);
    const rollout = world.get(shop);
    await world.client.create({
      apiVersion: shop.apiVersion,
      kind: shop.kind,
      metadata: { name: "other", namespace: "prod" },
      spec: {
        ...(rollout?.["spec"] as object),
        strategy: { canary: {} },
        selector: { matchLabels: { app: "x" } },
      },
    });
    world.endController();
    await world.client.delete(shop);
    world.startController();
    await pass(world);
    stableHolds(world, family);
  });

  test(`clean-up: ${family.name} goes back when the Rollout changes to nginx`, async () => {
    if (family.name === "alb") return;
    const world = await routedWorld(family);
    for (const one of named("nginx").objects) await world.client.create(one);
    const other = { [keyOfFamily(family)]: null, nginx: named("nginx").config };
    await edit(world, { strategy: { canary: { trafficRouting: other } } });
    deepEqual(traces(world), ["Ingress shop-ro-shop-canary"]);
    equal(readIn(world, family).canary, 0);
    equal(readIn(world, named("nginx")).canary, 25);
  });
}

test("clean-up: a change to another object leaves the first one at stable", async () => {
  const family = named("traefik");
  const world = await routedWorld(family);
  const [first] = family.objects;
  if (first === undefined) throw new Error("no object");
  await world.client.create({ ...first, metadata: { ...first.metadata, name: "second" } });
  await edit(world, {
    strategy: { canary: { trafficRouting: { traefik: { weightedTraefikServiceName: "second" } } } },
  });
  equal(readIn(world, family).canary, 0);
  deepEqual(traces(world), ["TraefikService second"]);
});

test("clean-up: a Rollout whose routing cannot be read is left alone", async () => {
  const family = named("traefik");
  const world = await routedWorld(family);
  const plugins = { "argoproj-labs/contour": { routes: ["shop"] } };
  await edit(world, { strategy: { canary: { trafficRouting: { traefik: null, plugins } } } });
  equal(readIn(world, family).canary, 25);
});

test("clean-up: what is settled is written once, and never again after a restart", async () => {
  const world = await routedWorld(named("istio by subset"));
  const before = boardOf(world).all();
  world.endController();
  world.startController();
  await pass(world);
  deepEqual(boardOf(world).all(), before);
});

test("clean-up: a note that somebody has damaged is taken off, and the rest stays as it is", async () => {
  const family = named("traefik");
  const world = await routedWorld(family);
  world.endController();
  const [first] = family.objects;
  if (first === undefined) throw new Error("no object");
  const note = JSON.stringify({ "prod/shop-ro": { router: "traefik", config: 7 } });
  const annotations = { "argo-rollouts.argoproj.io/managed-routing": note };
  await world.client.patch(refOf(first), { type: "merge", body: { metadata: { annotations } } });
  await edit(world, away);
  world.startController();
  await pass(world);
  deepEqual(traces(world), []);
  equal(readIn(world, family).canary, 25);
});

const beta = { name: "beta", match: [{ headerName: "x-beta", headerValue: { exact: "1" } }] };
const heading = families.filter(({ router }) => router.can.header);
for (const family of heading) {
  test(`clean-up: ${family.name} loses a header route whose name is taken out of managedRoutes midway`, async () => {
    const world = await routedWorld(family);
    const key = keyOfFamily(family);
    const canary = (managedRoutes: object[] | null, steps: object[]) => ({
      strategy: { canary: { steps, trafficRouting: { [key]: family.config, managedRoutes } } },
    });
    await edit(
      world,
      canary([{ name: "beta" }], [{ setWeight: 25 }, { setHeaderRoute: beta }, { pause: {} }]),
    );
    equal(JSON.stringify(boardOf(world).all()).includes("beta"), true);
    await edit(world, canary(null, [{ setWeight: 25 }, { pause: {} }]));
    equal(JSON.stringify(boardOf(world).all()).includes("beta"), false);
    equal(readIn(world, family).canary, 25);
    deepEqual(world.failures, []);
  });
}
