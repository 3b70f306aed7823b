import { deepEqual, equal } from "node:assert/strict";
import type { KubeObject } from "../../src/api/object.ts";
import type { World } from "../../src/sim/world.ts";
import { families } from "../traffic/families.ts";
import type { Family } from "../traffic/family.ts";
import { keyOfFamily } from "./routedWorld.ts";

/** The change of a spec that takes its routing away. */
export const away = { strategy: { canary: { trafficRouting: null } } };

const kinds = families.flatMap(({ objects }) =>
  objects.map(({ apiVersion, kind }) => ({ apiVersion, kind })),
);
const split = { apiVersion: "split.smi-spec.io/v1alpha1", kind: "TrafficSplit" };
const rollouts = new Set([...kinds, split].map((kind) => JSON.stringify(kind)));

/** The objects of routers, as the tests of one router read them. */
export function boardOf(world: World) {
  const all = () =>
    [...rollouts].flatMap((text): readonly KubeObject[] => {
      try {
        return world.list(JSON.parse(text), "prod");
      } catch {
        return []; // not installed in this world
      }
    });
  return {
    all,
    get: (kind: string, name: string) => all().find((one) => one.kind === kind && one.metadata.name === name),
  };
}

/** The weights in the objects of a router. */
export function readIn(world: World, family: Family) {
  return family.read(boardOf(world) as never);
}

/** What stands of ours in the objects of routers. */
export function traces(world: World): readonly string[] {
  return boardOf(world)
    .all()
    .filter((one) => /"shop-ro"|managed-/.test(JSON.stringify(one)))
    .map(({ kind, metadata }) => `${kind} ${metadata.name}`);
}

/** Nothing of ours is left, and stable has all traffic. */
export function stableHolds(world: World, family: Family): void {
  deepEqual(traces(world), []);
  if (["nginx", "smi", "ambassador"].includes(keyOfFamily(family))) return; // their objects are gone
  equal(readIn(world, family).canary, 0);
  deepEqual(world.failures, []);
}
