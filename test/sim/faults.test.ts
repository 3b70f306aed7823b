import { deepEqual, equal, ok } from "node:assert/strict";
import { test } from "node:test";
import { later, seconds } from "../../src/api/time.ts";
import { type FaultRates, Faults, noFaults } from "../../src/sim/faults.ts";
import { jsonOf } from "../../src/sim/json.ts";
import { ourDefinitions } from "../../src/sim/play.ts";
import { fatesByImage } from "../../src/sim/pods.ts";
import { World } from "../../src/sim/world.ts";
import { plain } from "../property/history.ts";
import { imageOf, objectsOf, rolloutRef } from "../property/manifests.ts";

const definitions = ourDefinitions();
/** Rolls out a first version while faults happen; how often each kind did, and how it ended. */
async function stormy(rates: FaultRates, seed = 1) {
  const faults = new Faults(rates, seed);
  const world = new World({
    definitions,
    pods: { fate: fatesByImage(new Map(), seconds(2)) },
    measure: async () => ({ is: "verdict", phase: "Successful" }),
    disturb: faults.disturb,
  });
  for (const object of objectsOf(plain)) await world.client.create(object);
  await world.runUntil(later(world.clock.now(), seconds(300)));
  const { phase } = jsonOf(world.get(rolloutRef)?.["status"]);
  return { phase, happened: faults.happened, failures: world.failures, world };
}

const kinds = Object.keys(noFaults) as (keyof FaultRates)[];
for (const kind of kinds) {
  test(`faults: ${kind} happens, and the rollout gets there all the same`, async () => {
    const { phase, happened, failures } = await stormy({ ...noFaults, [kind]: 0.2 });
    deepEqual([...happened.keys()], [kind]);
    equal(phase, "Healthy");
    deepEqual(failures, []);
  });
}

test("the same seed gives the same faults", async () => {
  const rates = { ...noFaults, lost: 0.2, crash: 0.1, stale: 0.2 };
  const [one, other] = [await stormy(rates, 5), await stormy(rates, 5)];
  deepEqual([...one.happened], [...other.happened]);
  equal(one.world.cluster.version, other.world.cluster.version);
});

test("without faults nothing happens", async () => {
  const { happened, world } = await stormy(noFaults);
  equal(happened.size, 0);
  ok(world.list({ apiVersion: "v1", kind: "Pod" }).every((pod) => JSON.stringify(pod).includes(imageOf(0))));
});
