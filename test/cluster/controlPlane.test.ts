import { deepEqual, equal, match, ok } from "node:assert/strict";
import { after, describe, test } from "node:test";
import { until } from "./support/child.ts";
import { skipWithout } from "./support/parts.ts";
import {
  type Exporter,
  type MetricsServer,
  startExporter,
  startPrometheus,
  startVictoriaMetrics,
} from "./support/prometheus.ts";
import { sharedControlPlane } from "./support/shared.ts";

const plane = await sharedControlPlane();
const namespace = "control-plane-test";

/** Runs kubectl in the namespace of this file and answers what it printed; fails with what it complained. */
async function kubectl(...args: string[]): Promise<string> {
  const ran = await plane.kubectl(...args, `--namespace=${namespace}`);
  equal(ran.code, 0, ran.stderr);
  return ran.stdout;
}

const replicaSet = {
  apiVersion: "apps/v1",
  kind: "ReplicaSet",
  metadata: { name: "web", labels: { app: "web" } },
  spec: {
    replicas: 3,
    selector: { matchLabels: { app: "web" } },
    template: {
      metadata: { labels: { app: "web" } },
      spec: { containers: [{ name: "web", image: "web:1" }] },
    },
  },
};

/** How many pods of the ReplicaSet there are. */
const pods = async (): Promise<number> =>
  (await kubectl("get", "pods", "--output=name")).split("\n").filter(Boolean).length;

describe("a real control plane", () => {
  after(() => plane.kubectl("delete", "namespace", namespace, "--wait=false"));

  test("gives a ReplicaSet its pods, and takes them when it goes", async () => {
    equal((await plane.kubectl("create", "namespace", namespace)).code, 0);
    const applied = await plane.kubectlWith(
      { input: JSON.stringify(replicaSet) },
      "apply",
      `--namespace=${namespace}`,
      "--filename=-",
    );
    equal(applied.stdout, "replicaset.apps/web created\n", applied.stderr);
    await until("three pods", async () => (await pods()) === 3);
    await kubectl("scale", "replicaset/web", "--replicas=1");
    await until("one pod", async () => (await pods()) === 1);
    await kubectl("delete", "replicaset/web");
    await until("no pod", async () => (await pods()) === 0);
  });

  test("asks RBAC what a service account may do", async () => {
    const user = "system:serviceaccount:argo-rollouts:argo-rollouts";
    const list = () => plane.kubectlWith({ user }, "get", "configmaps", `--namespace=${namespace}`);
    const denied = await list();
    equal(denied.code, 1);
    match(
      denied.stderr,
      /"system:serviceaccount:argo-rollouts:argo-rollouts" cannot list resource "configmaps"/,
    );

    await kubectl(
      "create",
      "rolebinding",
      "view",
      "--clusterrole=view",
      "--group=system:serviceaccounts:argo-rollouts",
    );
    await until("the binding counts", async () => (await list()).code === 0);
  });

  test("keeps its objects when the API server is restarted", async () => {
    await kubectl("create", "configmap", "kept");
    await plane.restartApiServer();
    equal(await kubectl("get", "configmap/kept", "--output=name"), "configmap/kept\n");
  });

  test("keeps its objects when etcd is restarted", async () => {
    await kubectl("create", "configmap", "kept-too");
    await plane.restartEtcd({ downFor: 200 });
    equal(await kubectl("get", "configmap/kept-too", "--output=name"), "configmap/kept-too\n");
  });

  test("learns of another user", async () => {
    await plane.addUser({ name: "jane", groups: ["developers"] });
    const ran = await plane.kubectlWith(
      { user: "jane" },
      "auth",
      "whoami",
      "--output=jsonpath={.status.userInfo}",
    );
    deepEqual(JSON.parse(ran.stdout).groups, ["developers", "system:authenticated"], ran.stderr);
  });
});

const rate = (filter: string): string => `sum(rate(http_requests_total{service="my-api"${filter}}[5s]))`;
const successRate = `${rate(',status!~"5.."')} / ${rate("")}`;

/** What both servers of time series must answer over the exporter. */
async function answers(start: (exporter: Exporter) => Promise<MetricsServer>): Promise<void> {
  const exporter = await startExporter();
  exporter.set({ service: "my-api" }, { requestsPerSecond: 100, errorRatio: 0.1 });
  const server = await start(exporter);
  try {
    const healthy = await server.value(successRate);
    ok(Math.abs(healthy - 0.9) < 0.02, `a tenth fails, yet the success rate is ${healthy}`);
    exporter.set({ service: "my-api" }, { requestsPerSecond: 100, errorRatio: 1 });
    await until("the success rate falls", async () => (await server.value(successRate)) < 0.3, {
      seconds: 30,
    });
  } finally {
    await server.stop();
    await exporter.stop();
  }
}

test("Prometheus answers a query over the exporter", { skip: skipWithout("prometheus") }, () =>
  answers(({ url }) => startPrometheus({ targets: [url] })),
);

test("VictoriaMetrics answers a query over the exporter", { skip: skipWithout("victoria-metrics") }, () =>
  answers(({ url }) => startVictoriaMetrics({ targets: [url] })),
);
