import { equal, match } from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseAllDocuments } from "yaml";
import type { KubeObject } from "../../src/api/object.ts";
import { type Millis, seconds } from "../../src/api/time.ts";
import { wallClock } from "../../src/controller/wallClock.ts";
import { startBuiltIns } from "../../src/sim/builtIns.ts";
import { Cluster } from "../../src/sim/cluster.ts";
import { serveApi } from "../../src/sim/http.ts";
import { ourDefinitions } from "../../src/sim/play.ts";
import { fatesByImage } from "../../src/sim/pods.ts";
import { sourceOf } from "../../src/sim/source.ts";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const seed = fileURLToPath(new URL("../scenario/seed.yaml", import.meta.url));
const ref = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout", namespace: "production", name: "my-api" };

/** Answers every query with the success rate that it is told. */
async function metrics(t: TestContext): Promise<{ url: string; set(rate: number): void }> {
  let rate = 0.99;
  const server = createServer((_, reply) => {
    const result = [{ metric: {}, value: [0, String(rate)] }];
    reply.setHeader("content-type", "application/json");
    reply.end(JSON.stringify({ status: "success", data: { resultType: "vector", result } }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    set(next) {
      rate = next;
    },
  };
}

interface Loose {
  // biome-ignore lint/suspicious/noExplicitAny: manifests are edited here as their author would
  [field: string]: any;
}

/**
 * The seed manifest with pauses and interval of a second and this address, as the cluster tier patches it
 * too.
 */
async function manifests(address: string): Promise<readonly KubeObject[]> {
  const objects = parseAllDocuments(await readFile(seed, "utf8")).map((document) => document.toJS() as Loose);
  for (const object of objects) {
    object["metadata"].namespace = "production";
    for (const step of object["spec"].strategy?.canary?.steps ?? [])
      if (step.pause) step.pause.duration = "1s";
    for (const metric of object["spec"].metrics ?? []) {
      metric.interval = "1s";
      metric.provider.prometheus.address = address;
    }
  }
  return objects as unknown as KubeObject[];
}

test("the real process plays the seed manifest against the embedded cluster: promoted, then taken back", async (t) => {
  const cluster = new Cluster({ clock: wallClock, definitions: ourDefinitions(), makesNamespaces: true });
  const client = cluster.client();
  const builtIns = startBuiltIns({
    clock: wallClock,
    client,
    source: sourceOf(cluster),
    pods: { fate: fatesByImage(new Map(), seconds(0.1)), stopAfter: 0 as Millis },
    witness: { reconciled: () => {}, failed: (_kind, _key, error) => console.error(error) },
  });
  const api = await serveApi(cluster);
  const server = await metrics(t);
  const folder = await mkdtemp(join(tmpdir(), "lotse-story-"));
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, api.kubeconfig);
  const args = ["--kubeconfig", kubeconfig, "--healthzPort=0", "--metricsPort=0", "--loglevel=error"];
  const controller = spawn(process.execPath, [main, ...args], { stdio: "inherit" });
  t.after(async () => {
    await ended(controller);
    builtIns.stop();
    await api.close();
    await rm(folder, { recursive: true });
  });

  for (const object of await manifests(server.url)) await client.create(object);
  const status = () => (cluster.get(ref)?.["status"] ?? {}) as Record<string, unknown>;
  await until(() => status()["phase"] === "Healthy");
  const image = (tag: string) => [
    { op: "replace", path: "/spec/template/spec/containers/0/image", value: `myregistry.com/my-api:${tag}` },
  ];
  await client.patch(ref, { type: "json", body: image("v1.5.0") });
  for (const index of [1, 3, 5]) await until(() => status()["currentStepIndex"] === index);
  await until(() => status()["phase"] === "Healthy");
  equal(status()["stableRS"], status()["currentPodHash"]);
  const stable = status()["stableRS"];

  await client.patch(ref, { type: "json", body: image("v1.6.0-bad") });
  await until(() => status()["currentStepIndex"] === 3);
  server.set(0.9);
  await until(() => status()["phase"] === "Degraded");
  match(String(status()["message"]), /^RolloutAborted: .*Background analysis phase error\/failed/);
  equal(status()["stableRS"], stable);
  await until(() => {
    const set = cluster.get({
      apiVersion: "apps/v1",
      kind: "ReplicaSet",
      namespace: "production",
      name: `my-api-${stable}`,
    });
    return (set?.["status"] as { availableReplicas?: number } | undefined)?.availableReplicas === 5;
  });
});

async function ended(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill("SIGTERM");
  await gone;
}

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; !holds(); tries += 1) {
    if (tries > 2_400) throw new Error("not within 120 s");
    await sleep(50);
  }
}
