import type { KubeObject, ObjectRef } from "../../src/api/object.ts";
import { later, seconds } from "../../src/api/time.ts";
import { prepareDefinitions } from "../../src/sim/definitions.ts";
import { looseDefinition } from "../../src/sim/looseKinds.ts";
import { ourDefinitions } from "../../src/sim/play.ts";
import { fatesByImage } from "../../src/sim/pods.ts";
import { World, type WorldOptions } from "../../src/sim/world.ts";
import type { Family } from "../traffic/family.ts";
import { object } from "../traffic/support.ts";

/** The key under `trafficRouting` of a family. */
export function keyOfFamily({ name }: Pick<Family, "name">): string {
  return name.split(" ")[0] ?? "";
}

export const shop: ObjectRef = {
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Rollout",
  namespace: "prod",
  name: "shop-ro",
};

const ours = ourDefinitions();

/** A world with a Rollout that one router routes, its canary at a quarter. */
export async function routedWorld(
  family: Family,
  name = shop.name,
  disturb?: WorldOptions["disturb"],
): Promise<World> {
  const world = await newWorld(family, name, disturb);
  await pass(world);
  await edit(world, { template: templateOf("shop:2") });
  return world;
}

/** A world in which a Rollout that one router routes has just been made. */
export async function newWorld(
  family: Family,
  name = shop.name,
  disturb?: WorldOptions["disturb"],
): Promise<World> {
  const others = family.objects.filter(({ apiVersion }) => apiVersion !== "networking.k8s.io/v1");
  const split = { apiVersion: "split.smi-spec.io/v1alpha1", kind: "TrafficSplit", metadata: { name: "" } };
  const loose = new Map([...others, split].map((one) => [`${one.apiVersion} ${one.kind}`, one]));
  const world = new World({
    definitions: [...ours, ...prepareDefinitions([...loose.values()].map(looseDefinition))],
    pods: { fate: fatesByImage(new Map(), seconds(1)) },
    measure: async () => ({ is: "error", message: "nothing is measured" }),
    disturb,
  });
  const services = ["shop-stable", "shop-canary"].map((service) =>
    object("v1", "Service", service, { spec: { selector: { app: "shop" }, ports: [{ port: 80 }] } }),
  );
  for (const one of [...services, ...family.objects, rolloutOf(family, name)]) await world.client.create(one);
  return world;
}

/** Changes the spec of the Rollout, and lets a minute pass. */
export async function edit(world: World, spec: object): Promise<void> {
  await world.client.patch(shop, { type: "merge", body: { spec } });
  await pass(world);
}

export async function pass(world: World, count = 60): Promise<void> {
  await world.runUntil(later(world.clock.now(), seconds(count)));
}

export function rolloutOf(family: Family, name: string): KubeObject {
  return object("argoproj.io/v1alpha1", "Rollout", name, {
    spec: {
      replicas: 4,
      selector: { matchLabels: { app: "shop" } },
      template: templateOf("shop:1"),
      strategy: {
        canary: {
          stableService: "shop-stable",
          canaryService: "shop-canary",
          trafficRouting: { [keyOfFamily(family)]: family.config },
          steps: [{ setWeight: 25 }, { pause: {} }],
        },
      },
    },
  });
}

function templateOf(image: string) {
  return { metadata: { labels: { app: "shop" } }, spec: { containers: [{ name: "shop", image }] } };
}
