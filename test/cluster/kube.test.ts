import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { accessOf } from "../../src/kube/access.ts";
import { clientOf } from "../../src/kube/client.ts";
import { loadConfig } from "../../src/kube/config.ts";
import { Discovery } from "../../src/kube/discovery.ts";
import { EventRecorder } from "../../src/kube/events.ts";
import { Election } from "../../src/kube/lease.ts";
import { silent } from "../../src/kube/log.ts";
import { transportOf } from "../../src/kube/transport.ts";
import { Watch } from "../../src/kube/watch.ts";
import { Cache } from "../../src/reconcile/cache.ts";
import { until } from "./support/child.ts";
import { sharedControlPlane } from "./support/shared.ts";

const plane = await sharedControlPlane();
const namespace = "kube-test";
const { config } = loadConfig({ kubeconfig: plane.kubeconfig });
const transport = transportOf({ access: accessOf(config) });
const discovery = new Discovery(transport);
const client = clientOf(transport, discovery);
const parts = { transport, discovery, log: silent, pace: { missing: 200 } };

const mapRef = (name: string) => ({ apiVersion: "v1", kind: "ConfigMap", namespace, name });
const map = (name: string, labels: Record<string, string> = {}): KubeObject => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { namespace, name, labels },
  data: { a: "1" },
});
const maps = { apiVersion: "v1", kind: "ConfigMap" };
const names = (cache: Cache, kind = maps): string[] => cache.list(kind).map((object) => object.metadata.name);

describe("the edge on a real API server", () => {
  before(() => client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } }));
  after(async () => {
    await plane.kubectl("delete", "namespace", namespace, "--wait=false");
    await plane.kubectl("delete", "crd", "gates.kube-test.example.com", "--ignore-not-found");
    transport.close();
  });

  test("client: create, dry run, get, patch, conflict, delete", async () => {
    const created = await client.create(map("one"));
    ok(created.metadata.uid);
    await rejects(client.create(map("one")), { code: 409, reason: "AlreadyExists" });
    await client.create(map("dry"), { dryRun: true });
    equal(await client.get(mapRef("dry")), undefined);

    const patched = await client.patch(mapRef("one"), { type: "merge", body: { data: { b: "2" } } });
    deepEqual(patched["data"], { a: "1", b: "2" });
    const fields = patched.metadata["managedFields"] as { manager: string }[];
    deepEqual([...new Set(fields.map(({ manager }) => manager))], ["lotse"]);
    const old = { metadata: { resourceVersion: created.metadata.resourceVersion } };
    await rejects(client.patch(mapRef("one"), { type: "merge", body: old }), {
      code: 409,
      reason: "Conflict",
    });
    const [first] = await client.list(maps, { namespace, fieldSelector: "metadata.name=one" });
    deepEqual([first?.kind, first?.metadata.name], ["ConfigMap", "one"]);

    await rejects(client.delete(mapRef("one"), { uid: "another" }), { code: 409 });
    await client.delete(mapRef("one"), { propagation: "Background", uid: created.metadata.uid });
    equal(await client.get(mapRef("one")), undefined);
    await rejects(client.delete(mapRef("one")), { code: 404, reason: "NotFound" });
  });

  test("client: strategic and JSON patches, status and scale", async () => {
    const ref = { apiVersion: "apps/v1", kind: "ReplicaSet", namespace, name: "web" };
    const template = {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "web:1" }] },
    };
    const spec = { replicas: 0, selector: { matchLabels: { app: "web" } }, template };
    await client.create({
      apiVersion: ref.apiVersion,
      kind: ref.kind,
      metadata: { namespace, name: "web" },
      spec,
    });
    const image = { spec: { template: { spec: { containers: [{ name: "web", image: "web:2" }] } } } };
    const changed = await client.patch(ref, { type: "strategic", body: image });
    match(JSON.stringify(changed), /"image":"web:2"/);
    await client.patch(ref, {
      type: "json",
      body: [{ op: "add", path: "/metadata/labels", value: { x: "y" } }],
    });
    const scaled = await client.patch(ref, {
      type: "merge",
      body: { spec: { replicas: 2 } },
      subresource: "scale",
    });
    equal((scaled["spec"] as { replicas: number }).replicas, 2);
    const eviction = client.evict({ apiVersion: "v1", kind: "Pod", namespace, name: "nobody" });
    await rejects(eviction, { code: 404, reason: "NotFound" });
    await client.delete(ref);
  });

  test("client: bad input is a 422 with the server's words", async () => {
    await rejects(client.create(map("Not A Name")), {
      code: 422,
      reason: "Invalid",
      message: /Invalid value: "Not A Name"/,
    });
  });

  test("watch: WatchList and pages survive a restart of API server and etcd", async () => {
    await Promise.all(Array.from({ length: 620 }, (_, i) => client.create(map(`m${i}`, { app: "paged" }))));
    const [byWatch, byPages] = [new Cache(), new Cache()];
    const selection = { namespace, labelSelector: "app=paged" };
    const refusing = {
      ...transport,
      stream: (request: Parameters<typeof transport.stream>[0]) =>
        transport.stream(
          request.query?.["sendInitialEvents"]
            ? { ...request, query: { ...request.query, sendInitialEvents: "x" } }
            : request,
        ),
    };
    const watches = [
      new Watch(maps, selection, byWatch, parts),
      new Watch(maps, selection, byPages, { ...parts, transport: refusing }),
    ];
    try {
      await Promise.all(watches.map((watch) => watch.synced));
      deepEqual(
        [byWatch, byPages].map((cache) => names(cache).length),
        [620, 620],
      );
      equal(byWatch.list(maps)[0]?.metadata["managedFields"], undefined);

      await client.create(map("late", { app: "paged" }));
      await client.delete(mapRef("m0"));
      const isCurrent = (cache: Cache, name: string) =>
        names(cache).includes(name) && !names(cache).includes("m0");
      await until(
        "both see the changes",
        async () => isCurrent(byWatch, "late") && isCurrent(byPages, "late"),
      );

      for (const restart of [plane.restartApiServer, plane.restartEtcd]) {
        await restart({ downFor: 500 });
        const name = `after-${restart === plane.restartEtcd ? "etcd" : "api-server"}`;
        await until("the server takes writes", () =>
          client.create(map(name, { app: "paged" })).then(
            () => true,
            () => false,
          ),
        );
        await until("both go on", async () => isCurrent(byWatch, name) && isCurrent(byPages, name));
      }
    } finally {
      await Promise.all(watches.map((watch) => watch.stop()));
    }
  });

  test("watch: a kind is found when its CRD is installed, and forgotten when that goes", async () => {
    const gate = { apiVersion: "kube-test.example.com/v1", kind: "Gate" };
    const cache = new Cache();
    const watch = new Watch(gate, {}, cache, parts);
    try {
      await until("it is missing", async () => watch.isMissing);
      const schema = { openAPIV3Schema: { type: "object", "x-kubernetes-preserve-unknown-fields": true } };
      await client.create({
        apiVersion: "apiextensions.k8s.io/v1",
        kind: "CustomResourceDefinition",
        metadata: { name: "gates.kube-test.example.com" },
        spec: {
          group: "kube-test.example.com",
          scope: "Namespaced",
          names: { kind: "Gate", plural: "gates" },
          versions: [{ name: "v1", served: true, storage: true, schema }],
        },
      });
      await watch.synced;
      const create = () => client.create({ ...gate, metadata: { namespace, name: "g" } });
      await until("it can be created", () =>
        create().then(
          () => true,
          () => false,
        ),
      );
      await until("it is seen", async () => names(cache, gate).includes("g"));
      await plane.kubectl("delete", "crd", "gates.kube-test.example.com");
      await until("it is gone", async () => names(cache, gate).length === 0);
    } finally {
      await watch.stop();
    }
  });

  test("lease: one of two leads, and the other follows when it is released", async () => {
    const times = { duration: 2_000, renewDeadline: 1_500, retryPeriod: 100 };
    const election = (identity: string): Election =>
      new Election({ client, namespace, name: "lock", identity, times, log: silent });
    const [a, b] = [election("a"), election("b")];
    await a.won();
    const waiting = b.won();
    await new Promise((resolve) => setTimeout(resolve, 400));
    deepEqual([a.held, b.held], [true, false]);
    await a.release();
    equal(await waiting, true);
    const { stdout } = await plane.kubectl(
      "get",
      "lease",
      "lock",
      "-n",
      namespace,
      "-o",
      "jsonpath={.spec.holderIdentity} {.spec.leaseTransitions}",
    );
    equal(stdout, "b 1");
    await b.release();
  });

  test("events: kubectl shows them, repeated ones counted", async () => {
    const about = await client.create(map("eventful"));
    const recorder = new EventRecorder({ client, log: silent });
    for (let i = 0; i < 3; i++)
      recorder.record(about, { type: "Normal", reason: "Tested", message: "tested again" });
    await recorder.stop(5_000);
    const columns =
      "jsonpath={range .items[*]}{.type} {.reason} {.message} {.count} {.source.component}{end}";
    const { stdout } = await plane.kubectl(
      "get",
      "events",
      "-n",
      namespace,
      "--field-selector=reason=Tested",
      "-o",
      columns,
    );
    equal(stdout, "Normal Tested tested again 3 rollouts-controller");
  });

  test("transport: a token that the server does not know is a 401", async () => {
    const other = loadConfig({ kubeconfig: plane.kubeconfig, token: "nobody" });
    const strange = transportOf({ access: accessOf(other.config) });
    await rejects(strange.request({ method: "GET", path: "/api/v1/namespaces" }), {
      code: 401,
      reason: "Unauthorized",
    });
    strange.close();
  });
});
