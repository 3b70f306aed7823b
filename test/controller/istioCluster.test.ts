import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { test } from "node:test";
import type { KubeObject, ObjectRef } from "../../src/api/object.ts";
import { seconds } from "../../src/api/time.ts";
import { istioCluster } from "../../src/controller/istioCluster.ts";
import type { Table } from "../../src/controller/table.ts";
import { silent } from "../../src/kube/log.ts";
import { type Kind, keyParts } from "../../src/reconcile/kind.ts";
import { ApiError, type Client } from "../../src/reconcile/ports.ts";
import { ApiServer, refuse, until } from "../kube/support/apiServer.ts";
import { made, pathOf, seen, setUp, widget } from "./support/scene.ts";

const virtualService = { apiVersion: "networking.istio.io/v1alpha3", kind: "VirtualService" };
const istio = "/apis/networking.istio.io/v1alpha3";
const shop: ObjectRef = { ...virtualService, namespace: "ns", name: "shop" };
const shopPath = `${istio}/namespaces/ns/virtualservices/shop`;

/** Writes the weight of a Rollout into the VirtualService that has its name. */
const weighing: Kind<KubeObject> = {
  name: "rollout",
  of: widget,
  wokenBy: [],
  uses: () => [virtualService],
  wokenByUsed: (kind) => ({ kind, keys: (object) => [`ns/${object.metadata.name}`] }),
  observe: async (key, { cache }) => cache.get({ ...virtualService, ...keyParts(key) }),
  decide: ({ spec }) =>
    (spec as { weight?: number }).weight === 25
      ? { effects: [] }
      : {
          effects: [{ do: "patch", ref: shop, type: "merge", body: { spec: { weight: 25 } }, why: "weigh" }],
        },
};

/** A second API server, with a VirtualService. */
async function farServer(t: { after(end: () => Promise<void>): void }): Promise<ApiServer> {
  const far = await ApiServer.start();
  t.after(() => far.close());
  far.served.set(istio, [{ name: "virtualservices", kind: "VirtualService", namespaced: true }]);
  far.put(shopPath, { ...virtualService, metadata: { namespace: "ns", name: "shop" }, spec: {} });
  return far;
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    "current-context": "it",
    contexts: [{ name: "it", context: { cluster: "it", user: "lotse" } }],
    clusters: [{ name: "it", cluster: { server } }],
    users: [{ name: "lotse", user: { token: "s3cret" } }],
  });
}

function putSecret(server: ApiServer, kubeconfig: string, namespace = "argo-rollouts"): KubeObject {
  const data = { primary: Buffer.from(kubeconfig).toString("base64") };
  const metadata = { namespace, name: "istio", labels: { "istio.argoproj.io/primary-cluster": "true" } };
  const secret = { apiVersion: "v1", kind: "Secret", metadata, data };
  return server.put(`/api/v1/namespaces/${namespace}/secrets/istio`, secret);
}

test("T-51: with a primary cluster VirtualServices are watched and written there, and not here", async (t) => {
  const far = await farServer(t);
  const named: unknown[] = [];
  const table: Table = { kinds: [{ kind: weighing, workers: 1 }], shapes: [] };
  const { server, start, lines } = await setUp(t, (_client, _mayWrite, cluster) => {
    named.push(cluster);
    return table;
  });
  const { metadata } = putSecret(server, kubeconfigOf(far.url));
  server.put(pathOf("shop"), made("shop"));
  const controller = await start();
  const weight = () => (far.at(shopPath)?.["spec"] as { weight?: number } | undefined)?.weight;
  await until(() => weight() === 25, "the weight in the primary cluster");
  deepEqual(named, [metadata.uid]);

  // What happens to it there is heard.
  far.put(shopPath, { ...virtualService, metadata: { namespace: "ns", name: "shop" }, spec: { weight: 7 } });
  await until(() => weight() === 25, "the weight to be put right");
  controller.stop();
  equal(await controller.ended, 0);

  equal(server.arrived.filter(({ path }) => path.includes("istio.io")).length, 0);
  deepEqual(
    far.arrived.filter(({ path }) => !path.startsWith(istio)),
    [],
  );
  equal(far.arrived[0]?.headers.authorization, "Bearer s3cret");
  await until(() => far.connections === 0, "the way there to be closed");
  const said = lines.join("");
  match(
    said,
    /level=info msg="Istio's objects are read, watched and written in its primary cluster" secret=argo-/,
  );
  ok(!said.includes("s3cret"));
});

test("T-51: a kubeconfig that cannot be used is an error of Istio's objects, and everything else goes on", async (t) => {
  const clients: Client[] = [];
  const { server, start, lines } = await setUp(t, (client) => {
    clients.push(client);
    return undefined;
  });
  putSecret(server, "token: [s3cret");
  server.put(pathOf("a"), made("a"));
  await start();
  await until(() => seen(server, "a") === 0);
  const message =
    "the primary cluster of Istio: the kubeconfig in Secret argo-rollouts/istio cannot be used: " +
    "primary: this is no kubeconfig";
  await rejects(clients[0]?.get(shop) ?? Promise.resolve(), { code: 0, message });
  equal(server.arrived.filter(({ path }) => path.includes("istio.io")).length, 0);
  const said = lines.join("");
  match(said, /level=error msg="Rollouts with Istio wait: mend the Secret, then restart the controller"/);
  ok(!said.includes("s3cret"));
});

test("T-51: what the primary cluster refuses is told with its name, and everything else goes on", async (t) => {
  const far = await farServer(t);
  const clients: Client[] = [];
  const { server, start } = await setUp(t, (client) => {
    clients.push(client);
    return undefined;
  });
  putSecret(server, kubeconfigOf(far.url));
  server.put(pathOf("a"), made("a"));
  await start();
  await until(() => seen(server, "a") === 0);
  far.fail(1, (_, response) => refuse(response, 403, "Forbidden"));
  const message = `the primary cluster of Istio, ${far.url}/: Forbidden by the test`;
  await rejects(clients[0]?.get(shop) ?? Promise.resolve(), { code: 403, message });
  equal((await clients[0]?.get(shop))?.metadata.name, "shop");
});

test("T-51: who watches one namespace looks for the Secret there, and AnalysisRuns alone need none", async (t) => {
  const { server, start } = await setUp(t);
  const asked = () => server.arrived.flatMap(({ path }) => (path.endsWith("/secrets") ? [path] : []));
  await start("--namespaced", "--leader-elect=false");
  await until(() => server.watching === 2);
  deepEqual(asked(), ["/api/v1/namespaces/ns/secrets"]);
  await start("--controllers=analysis", "--leader-elect=false");
  await until(() => server.watching === 5);
  equal(asked().length, 1);
});

test("T-51: who may not look for Secrets has Istio's objects here", async (t) => {
  const { server, start, lines } = await setUp(t);
  server.fail(1, (request, response) =>
    request.path.endsWith("/secrets") ? refuse(response, 403, "Forbidden") : false,
  );
  server.put(pathOf("a"), made("a"));
  await start("--leader-elect=false");
  await until(() => seen(server, "a") === 0);
  match(
    lines.join(""),
    /level=info msg="May not look for a primary cluster of Istio: its objects are those of this/,
  );
});

const options = {
  namespace: "ns",
  log: silent,
  open: () => {
    throw new Error("nothing is there to open");
  },
  retryPeriod: seconds(0.001),
};

test("T-51: an API server that cannot tell is asked again, until nobody waits for it", async () => {
  let asked = 0;
  const failing = (times: number) =>
    ({
      list: async () => {
        asked += 1;
        if (asked <= times) throw new ApiError(503, "ServiceUnavailable", "later");
        return [];
      },
    }) as unknown as Client;
  equal(await istioCluster({ ...options, client: failing(2), isOver: () => false }), undefined);
  equal(asked, 3);
  equal(await istioCluster({ ...options, client: failing(100), isOver: () => asked >= 5 }), undefined);
  equal(asked, 5);
});
