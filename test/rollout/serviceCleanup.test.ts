import { deepEqual, equal, rejects } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject, Metadata } from "../../src/api/object.ts";
import type { Instant } from "../../src/api/time.ts";
import { Cache } from "../../src/reconcile/cache.ts";
import type { Ports } from "../../src/reconcile/ports.ts";
import { rolloutShapes } from "../../src/rollout/index.ts";
import { serviceKind } from "../../src/rollout/serviceCleanup.ts";
import { VirtualClock } from "../../src/sim/clock.ts";
import { broken, FakeClient, objectOf, rollouts } from "../reconcile/fakes.ts";

const kind = serviceKind();
const start = 1_000_000 as Instant;
const managedBy = "argo-rollouts.argoproj.io/managed-by-rollouts";
const podHash = "rollouts-pod-template-hash";

/** A Service that selects a pod hash for the Rollout `web`. */
function service(
  metadata: Partial<Metadata> = {},
  selector: object = { app: "web", [podHash]: "abc" },
): KubeObject {
  const annotations = { [managedBy]: "web" };
  const object = objectOf({ apiVersion: "v1", kind: "Service" }, "front", { annotations, ...metadata });
  return { ...object, spec: { selector } };
}

function rollout(stableService: string): KubeObject {
  return { ...objectOf(rollouts, "web"), spec: { strategy: { canary: { stableService } } } };
}

/** What the clean-up of a Service sees: Rollouts in the cache, and Rollouts that only the API server knows. */
function portsWith(object: KubeObject, cached: readonly KubeObject[], real: readonly KubeObject[]) {
  const cache = new Cache();
  for (const shape of rolloutShapes) cache.register(shape);
  cache.replaceAll(rollouts, cached, "1");
  cache.replaceAll({ apiVersion: "v1", kind: "Service" }, [object], "1");
  const client = new FakeClient().add(...real);
  const readings = { take: () => undefined, keep: () => {} } as unknown as Ports["readings"];
  const ports: Ports = { clock: new VirtualClock(start), cache, client, readings, last: () => undefined };
  return { ports, client };
}

const given = service();
const cases: [name: string, service: KubeObject, cached: KubeObject[], real: KubeObject[], loses: boolean][] =
  [
    ["that a Rollout names stays", given, [rollout("front")], [], false],
    ["whose Rollout is new to the cache stays", given, [], [rollout("front")], false],
    ["that its Rollout names no more loses the hash", given, [rollout("other")], [rollout("other")], true],
    ["whose Rollout is gone loses the hash", given, [], [], true],
    ["of nobody stays", service({ annotations: {} }), [], [], false],
    ["that selects no hash stays", service({}, { app: "web" }), [], [], false],
    [
      "that another controller owns stays",
      service({
        ownerReferences: [{ ...rollouts, kind: "Experiment", name: "e", uid: "e", controller: true }],
      }),
      [],
      [],
      false,
    ],
    ["that is being deleted stays", service({ deletionTimestamp: "2024-05-01T12:00:00Z" }), [], [], false],
  ];
for (const [name, object, cached, real, loses] of cases) {
  test(`a Service ${name}`, async () => {
    const { ports } = portsWith(object, cached, real);
    const seen = await kind.observe("prod/front", ports);
    const effects = seen === undefined ? [] : kind.decide(seen, start).effects;
    deepEqual(
      effects.map((effect) => (effect.do === "patch" ? [effect.body, effect.ifVersion] : effect)),
      loses
        ? [
            [
              { metadata: { annotations: { [managedBy]: null } }, spec: { selector: { [podHash]: null } } },
              "1",
            ],
          ]
        : [],
    );
  });
}

test("an error while its Rollout is looked for leaves a Service alone", async () => {
  const { ports, client } = portsWith(given, [], []);
  client.errors.push(["get web", broken]);
  await rejects(kind.observe("prod/front", ports), broken);
});

test("a Service that no Rollout names is looked for on the API server once", async () => {
  const { ports, client } = portsWith(given, [], []);
  await kind.observe("prod/front", ports);
  deepEqual(client.sent, ["get web"]);
  equal(kind.wokenBy[0]?.byGeneration, true);
});
