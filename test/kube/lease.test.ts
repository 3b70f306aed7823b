import { deepEqual, equal, match, ok } from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { clientOf } from "../../src/kube/client.ts";
import { Discovery } from "../../src/kube/discovery.ts";
import { Election, leaseName } from "../../src/kube/lease.ts";
import { silent } from "../../src/kube/log.ts";
import { transportOf } from "../../src/kube/transport.ts";
import { ApiServer, refuse, until } from "./support/apiServer.ts";

const at = "/apis/coordination.k8s.io/v1/namespaces/ns/leases/lock";
/** Lease durations are whole seconds on the wire, so a foreign lease takes a second to expire. */
const times = { duration: 1_000, renewDeadline: 300, retryPeriod: 20 };

/** Times with room for a machine that is busy with other things. */
const patient = { duration: 3_000, renewDeadline: 2_000, retryPeriod: 50 };

async function setUp(t: TestContext, pace = times): Promise<[ApiServer, (identity: string) => Election]> {
  const server = await ApiServer.start();
  const transport = transportOf({ access: server.access(), firstRetry: 1 });
  const client = clientOf(transport, new Discovery(transport));
  const elections: Election[] = [];
  t.after(async () => {
    await Promise.all(elections.map((election) => election.release()));
    transport.close();
    await server.close();
  });
  const begin = (identity: string): Election => {
    const election = new Election({
      client,
      namespace: "ns",
      name: "lock",
      identity,
      times: pace,
      log: silent,
    });
    elections.push(election);
    return election;
  };
  return [server, begin];
}

interface Spec {
  readonly holderIdentity: string;
  readonly leaseDurationSeconds: number;
  readonly leaseTransitions: number;
  readonly acquireTime: string;
  readonly renewTime: string;
}
const specAt = (server: ApiServer): Spec => server.at(at)?.["spec"] as Spec;

test("lease: the name carries the instance id", () => {
  equal(leaseName(""), "argo-rollouts-controller-lock");
  equal(leaseName("blue"), "argo-rollouts-controller-lock-blue");
});

test("lease: the first one creates it and keeps it", async (t) => {
  const [server, begin] = await setUp(t, patient);
  const election = begin("me");
  equal(election.held, false);
  equal(await election.won(), true);
  ok(election.held);
  const first = specAt(server);
  equal(first.holderIdentity, "me");
  equal(first.leaseDurationSeconds, 3);
  match(first.renewTime, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/);
  await until(() => specAt(server).renewTime > first.renewTime);
  equal(specAt(server).acquireTime, first.acquireTime);
  equal(specAt(server).leaseTransitions, 0);
  ok(election.held);
});

test("lease: it is renewed without reading it, until a renewal fails", async (t) => {
  const [server, begin] = await setUp(t, patient);
  const election = begin("me");
  await election.won();
  equal(server.count("GET", at), 1);
  await until(() => server.count("PUT", at) >= 3);
  equal(server.count("GET", at), 1);
  server.fail(1, (_request, response) => refuse(response, 409, "Conflict"));
  await until(() => server.count("GET", at) >= 2);
  const failed = server.count("PUT", at);
  await until(() => server.count("PUT", at) >= failed + 2);
  equal(server.count("GET", at), 2);
  ok(election.held);
});

test("lease: another one waits, and follows at once when it is released", async (t) => {
  const [server, begin] = await setUp(t, patient);
  const [me, other] = [begin("me"), begin("other")];
  await me.won();
  const waiting = other.won();
  await new Promise((resolve) => setTimeout(resolve, 100));
  equal(other.held, false);
  const began = performance.now();
  await me.release();
  equal(me.held, false);
  equal(await waiting, true);
  ok(performance.now() - began < 2_500, "the standby waited for the lease to expire");
  deepEqual([specAt(server).holderIdentity, specAt(server).leaseTransitions], ["other", 2 - 1]);
});

test("lease: another one follows when the holder fell silent, by its own clock", async (t) => {
  const [server, begin] = await setUp(t);
  const spec = {
    holderIdentity: "gone",
    leaseDurationSeconds: 1,
    renewTime: "2001-01-01T00:00:00.000000Z",
    leaseTransitions: 4,
  };
  server.put(at, {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: { namespace: "ns", name: "lock" },
    spec,
  });
  const began = performance.now();
  await begin("me").won();
  ok(performance.now() - began >= 1_000, "an old renewTime alone is no reason");
  equal(specAt(server).leaseTransitions, 5);
});

test("lease: of two that try at once one wins", async (t) => {
  const [, begin] = await setUp(t);
  const [a, b] = [begin("a"), begin("b")];
  await Promise.race([a.won(), b.won()]);
  await new Promise((resolve) => setTimeout(resolve, 60));
  equal(a.held !== b.held, true);
});

const losses: [name: string, lose: (server: ApiServer) => void][] = [
  [
    "the server fails",
    (server) => server.fail(500, (_request, response) => refuse(response, 500, "InternalError")),
  ],
  ["the server hangs", (server) => server.fail(500, () => true)],
  [
    "somebody else has taken it",
    (server) => {
      const lease = server.at(at);
      if (lease) server.put(at, { ...lease, spec: { ...specAt(server), holderIdentity: "other" } });
    },
  ],
];
for (const [name, lose] of losses) {
  test(`lease: lost within the deadline when ${name}`, async (t) => {
    const [server, begin] = await setUp(t);
    const election = begin("me");
    await election.won();
    const began = performance.now();
    lose(server);
    await election.lost;
    equal(election.held, false);
    ok(performance.now() - began < 20 * times.renewDeadline);
  });
}

test("lease: a few failures do not lose it", async (t) => {
  const [server, begin] = await setUp(t, patient);
  const election = begin("me");
  await election.won();
  let lost = false;
  void election.lost.then(() => (lost = true));
  server.fail(4, (_request, response) => refuse(response, 500, "InternalError"));
  const { renewTime } = specAt(server);
  await until(() => specAt(server).renewTime > renewTime);
  ok(election.held && !lost);
});

test("lease: not held once the deadline has passed, even before a timer says so", async (t) => {
  const [, begin] = await setUp(t);
  const election = begin("me");
  await election.won();
  for (const until = performance.now() + times.renewDeadline; performance.now() < until; );
  equal(election.held, false);
});

test("lease: release before it was won ends the waiting", async (t) => {
  const [server, begin] = await setUp(t);
  await begin("holder").won();
  const election = begin("me");
  const won = election.won();
  await new Promise((resolve) => setTimeout(resolve, 30));
  await election.release();
  equal(await won, false);
  equal(specAt(server).holderIdentity, "holder");
});
