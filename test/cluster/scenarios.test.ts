import { deepEqual, equal, ok } from "node:assert/strict";
import { createServer } from "node:http";
import { after, before, describe, test } from "node:test";
import { label } from "../../src/api/labels.ts";
import { type Change, Chronicle, type Gap } from "./support/chronicle.ts";
import { installOurs } from "./support/crds.ts";
import { Disturber, randomOf } from "./support/disturber.ts";
import { breaches, statesOf } from "./support/invariants.ts";
import { type Nodes, startNodes } from "./support/nodes.ts";
import { type Outcome, outcomeOf, settledOutcome } from "./support/outcome.ts";
import { Player } from "./support/player.ts";
import { halfReady, type Scenario, scenariosWith } from "./support/scenarios.ts";
import { type Served, served } from "./support/served.ts";
import { sharedControlPlane } from "./support/shared.ts";
import { Tended } from "./support/tended.ts";

const plane = await sharedControlPlane();
const account = "system:serviceaccount:argo-rollouts:argo-rollouts";
const binding = "scenarios-test";
const limit = 400_000;
const quick = [
  "--leader-election-lease-duration=5s",
  "--leader-election-renew-deadline=4s",
  "--leader-election-retry-period=250ms",
];
const kinds = [
  { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" },
  { apiVersion: "apps/v1", kind: "ReplicaSet" },
  { apiVersion: "v1", kind: "Service" },
  { apiVersion: "networking.k8s.io/v1", kind: "Ingress" },
  { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" },
];

describe("what users do, on a real API server", () => {
  const measures = createServer((asked, reply) => {
    reply.setHeader("content-type", "application/json").end(`{"value":${asked.url === "/good" ? 1 : 0}}`);
  });
  const calm = new Map<string, Outcome>();
  let scenarios: readonly Scenario[] = [];
  let measured: Served;
  let nodes: Nodes;
  let controller: Tended;

  before(async () => {
    measured = await served(measures);
    scenarios = scenariosWith(measured);
    await installOurs(plane);
    // As in a real cluster the controller is let in by RBAC, which a restarted API server has to learn first.
    const may = [`--clusterrole=cluster-admin`, `--user=${account}`];
    await plane.kubectl("create", "clusterrolebinding", binding, ...may);
    nodes = await startNodes(plane.kubeconfig, { fate: halfReady() });
    controller = new Tended(plane.kubeconfigOf(account), quick);
    await controller.begun();
  });
  after(async () => {
    await controller?.stop();
    const homes = scenarios.flatMap(({ name }) => [`calm-${name}`, `hard-${name}`]);
    await plane.kubectl("delete", "namespace", ...homes, "--wait=false");
    await plane.kubectl("delete", "clusterrolebinding", binding);
    await nodes?.stop();
    await measured?.stop();
  });

  test("keeps its promises while nothing else happens", { timeout: limit }, async () => {
    await watched("calm", () =>
      Promise.all(
        scenarios.map(async (scenario) => {
          const user = await played("calm", scenario, nodes);
          calm.set(scenario.name, await settledOutcome(user));
        }),
      ),
    );
  });

  test("keeps them, and ends the same, when the controller, the API server and etcd die midway", {
    timeout: limit,
  }, async () => {
    const seed = Number(process.env["LOTSE_SEED"] ?? Date.now() % 1_000_000);
    console.log(`# LOTSE_SEED=${seed}`);
    await watched("hard", async () => {
      const disturber = new Disturber(plane, controller, randomOf(seed), 2);
      const users = await Promise.all(scenarios.map((scenario) => played("hard", scenario, nodes)));
      await disturber.end();
      console.log(`# the controller was started ${controller.starts} times`);
      await Promise.all(users.map((user, at) => endsAs(user, calm.get(scenarios[at]?.name ?? ""))));
    });
  });

  /** Plays while everything is written down, and looks afterwards whether it was right at all times. */
  async function watched(how: string, play: () => Promise<unknown>): Promise<void> {
    const chronicle = new Chronicle(plane.kubeconfig, kinds);
    await chronicle.begun();
    const failed = await play().then(
      () => undefined,
      (error: unknown) => error,
    );
    const history = await chronicle.stop();
    const floors = scenarios.map((one) => [`${how}-${one.name}`, { floor: one.floor }] as const);
    const found = breaches(history, new Map(floors));
    if (failed !== undefined) throw new Error(`with breaches: ${found.join("\n")}`, { cause: failed });
    deepEqual(found, []);
    for (const [namespace] of floors) {
      const count = statesOf(history.changes, namespace);
      ok(count > 10, `${namespace} has a history of ${count} states`);
    }
  }
});

async function played(how: string, scenario: Scenario, nodes: Nodes): Promise<Player> {
  const user = new Player(nodes.client, `${how}-${scenario.name}`);
  await user.begin(scenario.objects);
  await scenario.play(user);
  return user;
}

/** The outcome is soon the expected one. */
async function endsAs(user: Player, wanted: Outcome | undefined): Promise<void> {
  let last: Outcome | undefined;
  const same = user.comes("the same end", async () => {
    last = await outcomeOf(user);
    return JSON.stringify(last) === JSON.stringify(wanted) ? undefined : {};
  });
  await same.catch(() => {});
  deepEqual(last, wanted);
}

const promised = { namespace: "shop", name: "web" };
const strategies = {
  canary: { canary: { stableService: "stable", canaryService: "canary" } },
  blueGreen: { blueGreen: { activeService: "stable" } },
};

/** One state of a ReplicaSet, the Rollout, a Service or the canary Ingress. */
function state(version: number, kind: string, name: string, object: object): Change {
  const found = { apiVersion: "", kind, metadata: { name, labels: {}, annotations: {} }, ...object };
  return { version, kind, namespace: promised.namespace, name, object: found, heard: version };
}

const pods = (version: number, hash: string, availableReplicas: number): Change =>
  state(version, "ReplicaSet", hash, {
    metadata: { name: hash, labels: { [label.podHash]: hash } },
    status: { availableReplicas },
  });
const selects = (version: number, name: string, hash: string): Change =>
  state(version, "Service", name, { spec: { selector: { [label.podHash]: hash } } });
const carries = (version: number, weight: number): Change => {
  const annotations = { "nginx.ingress.kubernetes.io/canary-weight": String(weight) };
  return state(version, "Ingress", "web", { metadata: { name: "web", annotations } });
};

const histories: [
  name: string,
  strategy: object,
  changes: readonly Change[],
  gaps: readonly Gap[],
  found: number,
][] = [
  ["the floor is not reached yet", strategies.canary, [pods(3, "old", 1)], [], 0],
  ["pods are missing", strategies.canary, [pods(3, "old", 2), pods(4, "old", 1)], [], 1],
  ["nobody knows", strategies.canary, [pods(3, "old", 2), pods(4, "old", 1)], [{ after: 3, until: 5 }], 0],
  ["others stand in", strategies.canary, [pods(3, "old", 2), pods(4, "new", 1), pods(5, "old", 1)], [], 0],
  [
    "the active version is short of pods",
    strategies.blueGreen,
    [pods(3, "old", 2), pods(4, "new", 1), selects(5, "stable", "old"), selects(6, "stable", "new")],
    [],
    1,
  ],
  [
    "traffic goes to a version that has pods",
    strategies.canary,
    [
      selects(2, "stable", "old"),
      selects(3, "canary", "new"),
      pods(4, "old", 2),
      pods(5, "new", 1),
      carries(6, 25),
    ],
    [],
    0,
  ],
  [
    "traffic goes to a version that has none",
    strategies.canary,
    [
      selects(2, "stable", "old"),
      selects(3, "canary", "new"),
      pods(4, "old", 2),
      pods(5, "new", 0),
      carries(6, 25),
    ],
    [],
    1,
  ],
];

for (const [name, strategy, changes, gaps, found] of histories) {
  test(`a history in which ${name} has ${found} breaches`, () => {
    const rollout = state(1, "Rollout", promised.name, { spec: { strategy } });
    const told = breaches(
      { changes: [rollout, ...changes], gaps },
      new Map([[promised.namespace, { floor: 2 }]]),
    );
    equal(told.length, found, told.join());
  });
}
