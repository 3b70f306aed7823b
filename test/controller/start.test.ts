import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { refuse, until } from "../kube/support/apiServer.ts";
import { gate, holderOf, lease, made, ownNamespace, pathOf, seen, setUp } from "./support/scene.ts";

test("controller: takes the lease, watches, reconciles and records", async (t) => {
  const { server, start, lines } = await setUp(t);
  server.put(pathOf("a"), made("a"));
  const controller = await start();
  await until(() => seen(server, "a") === 0);
  server.put(pathOf("b"), made("b"));
  await until(() => seen(server, "b") === 0);
  await until(() => server.count("POST", "/events") === 4);
  const said = lines.join("");
  match(said, /level=info msg="Waiting for controller's informer caches to sync"/);
  match(said, /level=info msg="Started controller"/);
  match(said, /msg=Applied do=patch namespace=ns object=Rollout\/a rollout=a why=count/);
  match(said, /msg="seen 0" event_reason=Seen namespace=ns rollout=a/);
  controller.stop();
  equal(await controller.ended, 0);
  deepEqual(holderOf(server), "");
});

test("controller: where its namespace was never made the lease is in that of the kubeconfig", async (t) => {
  const { server, start } = await setUp(t);
  server.remove(ownNamespace);
  await start();
  await until(() => server.at(lease.replace("argo-rollouts/", "ns/")) !== undefined);
});

const requests = "controller_clientset_k8s_request_total";

test("controller: greets new objects, and says farewell to deleted ones", async (t) => {
  const { server, start } = await setUp(t);
  server.put(pathOf("a"), made("a"));
  await start("--leader-elect=false");
  await until(() => seen(server, "a") === 0);
  await until(() =>
    server.arrived.some((r) => (r.body as KubeObject | undefined)?.["message"] === "a is new"),
  );
  server.remove(pathOf("a"));
  await until(() =>
    server.arrived.some((r) => (r.body as KubeObject | undefined)?.["message"] === "a is gone"),
  );
});

test("controller: asks for its instance only, and for the labels of a shape", async (t) => {
  const { server, start } = await setUp(t);
  await start("--instance-id=blue", "--leader-elect=false");
  await until(() => server.watching === 3);
  const selectors = Object.fromEntries(server.arrived.map((r) => [r.path, r.query.get("labelSelector")]));
  deepEqual(selectors, {
    "/api/v1/namespaces/argo-rollouts/secrets": "istio.argoproj.io/primary-cluster=true",
    "/apis/argoproj.io/v1alpha1/rollouts": "argo-rollouts.argoproj.io/controller-instance-id=blue",
    "/apis/argoproj.io/v1alpha1/clusteranalysistemplates":
      "argo-rollouts.argoproj.io/controller-instance-id=blue",
    "/apis/apps/v1/replicasets": "hash",
  });
});

test("controller: --namespaced watches one namespace and nothing of the cluster", async (t) => {
  const { server, start } = await setUp(t);
  server.put(pathOf("a"), made("a"));
  await start("--namespaced", "--leader-elect=false");
  await until(() => seen(server, "a") === 0);
  const watched = server.arrived.filter((r) => r.query.has("watch")).map((r) => r.path);
  deepEqual(watched.sort(), [
    "/apis/apps/v1/namespaces/ns/replicasets",
    "/apis/argoproj.io/v1alpha1/namespaces/ns/rollouts",
  ]);
  equal(
    server.arrived.find((r) => r.query.has("watch"))?.query.get("labelSelector"),
    "!argo-rollouts.argoproj.io/controller-instance-id",
  );
});

test("controller: decides nothing before every list is complete", async (t) => {
  const { server, start, lines } = await setUp(t);
  server.put(pathOf("a"), made("a"));
  let allowed = false;
  server.fail(1_000, ({ path }, response) => {
    if (allowed || !path.endsWith("replicasets")) return false;
    refuse(response, 403, "Forbidden");
    return true;
  });
  const controller = await start("--leader-elect=false");
  await new Promise((resolve) => setTimeout(resolve, 40));
  equal(seen(server, "a"), undefined);
  ok(!lines.join("").includes("Started controller"));
  allowed = true;
  await until(() => seen(server, "a") === 0);
  controller.stop();
  await controller.ended;
});

test("controller: a kind is watched once its CRD is there, while it is used", async (t) => {
  const { server, start } = await setUp(t);
  server.put(pathOf("a"), made("a", { gate: true }));
  await start("--leader-elect=false");
  await until(() => seen(server, "a") === 0);
  server.served.set("/apis/example.com/v1", [{ name: "gates", kind: "Gate", namespaced: true }]);
  server.put("/apis/example.com/v1/namespaces/ns/gates/g", {
    ...gate,
    metadata: { namespace: "ns", name: "g" },
  });
  await until(() => seen(server, "a") === 1);
  const before = server.watching;
  server.put(pathOf("a"), made("a"));
  await until(() => server.watching === before - 1 && seen(server, "a") === 0);
});

test("controller: a standby serves but does not work, and takes over when the leader stops", async (t) => {
  const { server, start } = await setUp(t);
  const quick = [
    "--leader-election-lease-duration=15s",
    "--leader-election-renew-deadline=10s",
    "--leader-election-retry-period=20ms",
  ];
  const leader = await start(...quick);
  await until(() => server.watching === 3);
  const standby = await start(...quick);
  equal(await text(standby.ports.healthz, "/healthz"), "ok");
  const watchesBefore = server.arrived.filter((r) => r.query.has("watch")).length;
  equal(watchesBefore, 3);
  leader.stop();
  equal(await leader.ended, 0);
  server.put(pathOf("late"), made("late"));
  await until(() => seen(server, "late") === 0);
});

test("controller: when the lease is lost it stops writing and ends with 1", async (t) => {
  const { server, start, lines } = await setUp(t);
  const controller = await start(
    "--leader-election-lease-duration=15s",
    "--leader-election-renew-deadline=10s",
    "--leader-election-retry-period=10ms",
  );
  await until(() => server.watching === 3);
  const held = server.at(lease) as KubeObject;
  server.put(lease, { ...held, spec: { ...(held["spec"] as object), holderIdentity: "other" } });
  equal(await controller.ended, 1);
  match(lines.join(""), /level=error msg="Lost the lease/);
  const writes = server.arrived.filter((r) => r.method === "PATCH").length;
  server.put(pathOf("a"), made("a"));
  await new Promise((resolve) => setTimeout(resolve, 30));
  equal(server.arrived.filter((r) => r.method === "PATCH").length, writes);
});

test("controller: everything is looked at again after the resync period", async (t) => {
  const { server, start } = await setUp(t);
  server.put(pathOf("a"), made("a"));
  const controller = await start("--leader-elect=false", "--rollout-resync=0.02");
  await until(() => seen(server, "a") === 0);
  const looks = async (): Promise<number> => {
    const [, count] =
      /rollout_reconcile_count\{namespace="ns",name="a"\} (\d+)/.exec(
        await text(controller.ports.metrics, "/metrics"),
      ) ?? [];
    return Number(count);
  };
  const before = await looks();
  await new Promise((resolve) => setTimeout(resolve, 100));
  ok((await looks()) > before);
});

test("controller: metrics show the objects and the requests", async (t) => {
  const { server, start } = await setUp(t);
  server.put(
    pathOf("a"),
    made("a", { replicas: 3, strategy: { canary: { trafficRouting: { nginx: {} } } } }),
  );
  const controller = await start();
  await until(() => seen(server, "a") === 0);
  const page = await text(controller.ports.metrics, "/metrics");
  for (const line of [
    'rollout_info{name="a",namespace="ns",strategy="canary",traffic_router="Nginx",phase="Progressing"} 1',
    'rollout_info_replicas_desired{name="a",namespace="ns"} 3',
    'rollout_events_total{namespace="ns",name="a",type="Normal",reason="Seen"} 1',
    `${requests}{kind="Rollout",namespace="ns",name="a",verb="Patch",status_code="200"} 1`,
    'argo_rollouts_controller_info{version="1.2.3"} 1',
  ]) {
    ok(page.includes(line), `${line} is missing`);
  }
});

test("controller: a port in use is a clear error", async (t) => {
  const { start } = await setUp(t);
  const { ports } = await start("--leader-elect=false");
  await rejects(start(`--healthzPort=${ports.healthz}`), {
    message: `cannot listen: port ${ports.healthz} is in use; choose another with --healthzPort`,
  });
});

async function text(port: number, path: string): Promise<string> {
  return (await fetch(`http://127.0.0.1:${port}${path}`)).text();
}
