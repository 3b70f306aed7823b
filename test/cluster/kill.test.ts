import { deepEqual, equal, ok } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject } from "../../src/api/object.ts";
import { until } from "./support/child.ts";
import { type ControllerProcess, startController } from "./support/controller.ts";
import { installOurs } from "./support/crds.ts";
import { type Nodes, startNodes } from "./support/nodes.ts";
import { sharedControlPlane } from "./support/shared.ts";

const plane = await sharedControlPlane();
const namespace = "kill-test";
const count = 20;
const kills = 6;
const names = Array.from({ length: count }, (_, index) => `web-${index}`);
const quick = [
  "--leader-election-lease-duration=5s",
  "--leader-election-renew-deadline=4s",
  "--leader-election-retry-period=250ms",
];

/** A small generator of numbers in [0, 1) that says the same for the same seed. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return state / 2_147_483_648;
  };
}

const rolloutRef = (name: string) => ({
  apiVersion: "argoproj.io/v1alpha1",
  kind: "Rollout",
  namespace,
  name,
});

/** Half of them canaries, half blue-green, so that Services are switched as well. */
function rollout(name: string, index: number): readonly KubeObject[] {
  const service = (suffix: string): KubeObject => ({
    apiVersion: "v1",
    kind: "Service",
    metadata: { namespace, name: `${name}-${suffix}` },
    spec: { selector: { app: name }, ports: [{ port: 80 }] },
  });
  const canary = { steps: [{ setWeight: 25 }, { pause: { duration: "1s" } }, { setWeight: 75 }] };
  const blueGreen = { activeService: `${name}-a`, previewService: `${name}-b`, scaleDownDelaySeconds: 1 };
  const strategy = index % 2 === 0 ? { canary } : { blueGreen };
  return [
    service("a"),
    service("b"),
    {
      ...rolloutRef(name),
      metadata: { namespace, name },
      spec: {
        replicas: 4,
        selector: { matchLabels: { app: name } },
        template: {
          metadata: { labels: { app: name } },
          spec: { containers: [{ name: "web", image: "web:1" }] },
        },
        strategy,
      },
    },
  ];
}

describe("a controller that dies", () => {
  let nodes: Nodes;
  let controller: ControllerProcess;
  const status = async (name: string) =>
    ((await nodes.client.get(rolloutRef(name)))?.["status"] ?? {}) as Record<string, unknown>;
  const settled = async (name: string, revision: string): Promise<boolean> => {
    const object = await nodes.client.get(rolloutRef(name));
    const { phase, stableRS, currentPodHash } = (object?.["status"] ?? {}) as Record<string, unknown>;
    const has = object?.metadata.annotations?.["rollout.argoproj.io/revision"];
    return phase === "Healthy" && stableRS === currentPodHash && has === revision;
  };
  const allSettled = (revision: string) =>
    until(
      `all rollouts at revision ${revision}`,
      async () => {
        for (const name of names) if (!(await settled(name, revision))) return false;
        return true;
      },
      { children: [controller.child], seconds: 90 },
    );

  before(async () => {
    await installOurs(plane);
    nodes = await startNodes(plane.kubeconfig);
    await plane.kubectl("create", "namespace", namespace);
    controller = await startController(plane.kubeconfig, quick);
    for (const object of names.flatMap(rollout)) await nodes.client.create(object);
    await allSettled("1");
  });
  after(async () => {
    await controller?.stop();
    await plane.kubectl("delete", "namespace", namespace, "--wait=false");
    await nodes?.stop();
  });

  test("changes no outcome, whenever it happens", { timeout: 240_000 }, async () => {
    const seed = Number(process.env["LOTSE_SEED"] ?? Date.now() % 1_000_000);
    console.log(`# LOTSE_SEED=${seed}`);
    const random = randomOf(seed);
    const image = [{ op: "replace", path: "/spec/template/spec/containers/0/image", value: "web:2" }];
    for (const name of names) await nodes.client.patch(rolloutRef(name), { type: "json", body: image });
    for (let kill = 0; kill < kills; kill += 1) {
      await sleep(1_000 + random() * 6_000);
      await controller.stop("SIGKILL");
      controller = await startController(plane.kubeconfig, quick);
    }
    await allSettled("2");
    const sets = await nodes.client.list({ apiVersion: "apps/v1", kind: "ReplicaSet" }, { namespace });
    equal(sets.length, count * 2, "each version has exactly one ReplicaSet");
    await until("the old versions to be gone", async () => {
      const now = await nodes.client.list({ apiVersion: "apps/v1", kind: "ReplicaSet" }, { namespace });
      const sizes = now.map((set) => (set["spec"] as { replicas: number }).replicas).sort();
      return (
        sizes.filter((size) => size === 4).length === count &&
        sizes.filter((size) => size === 0).length === count
      );
    });
    for (const name of names) equal((await status(name))["abort"], undefined);
  });

  test("writes nothing when it starts again and all is settled", async () => {
    await until("it leads", async () => (await text(controller)).includes("rollout_info{"));
    await until("quiet", async () => {
      const before = await versions();
      await sleep(2_000);
      return JSON.stringify(before) === JSON.stringify(await versions());
    });
    const before = await versions();
    await controller.stop("SIGKILL");
    controller = await startController(plane.kubeconfig, quick);
    await until("it leads", async () => (await text(controller)).includes("rollout_info{"));
    await sleep(2_000);
    deepEqual(await versions(), before);
  });

  test("with two of them only the leader writes", async () => {
    const standby = await startController(plane.kubeconfig, quick);
    try {
      const image = [{ op: "replace", path: "/spec/template/spec/containers/0/image", value: "web:3" }];
      await nodes.client.patch(rolloutRef("web-0"), { type: "json", body: image });
      await until("the update", () => settled("web-0", "3"));
      deepEqual(writesIn(await text(standby)), []);
      ok(writesIn(await text(controller)).length > 0);
    } finally {
      await standby.stop();
    }
  });

  /** The versions of all objects, and their status, which tells what was written. */
  async function versions(): Promise<readonly string[]> {
    const kinds = [
      { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" },
      { apiVersion: "apps/v1", kind: "ReplicaSet" },
      { apiVersion: "v1", kind: "Service" },
    ];
    const lists = await Promise.all(kinds.map((kind) => nodes.client.list(kind, { namespace })));
    return lists
      .flat()
      .map(({ kind, metadata: { name, resourceVersion, annotations }, status }) =>
        [kind, name, resourceVersion, JSON.stringify({ annotations, status })].join(" "),
      );
  }
});

async function text({ metrics }: ControllerProcess): Promise<string> {
  return (await fetch(metrics)).text();
}

/** The writes, other than of leases and events, that a controller counts in its metrics. */
function writesIn(exposition: string): readonly string[] {
  return exposition
    .split("\n")
    .filter((line) => line.startsWith("controller_clientset_k8s_request_total"))
    .filter(
      (line) => /verb="(Create|Update|Patch|Delete)"/.test(line) && !/kind="(Lease|Event)s?"/i.test(line),
    );
}
