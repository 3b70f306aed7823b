import { equal, ok } from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, describe, test } from "node:test";
import type { KubeObject } from "../../src/api/object.ts";
import { until } from "./support/child.ts";
import { type ControllerProcess, startController } from "./support/controller.ts";
import { installOurs } from "./support/crds.ts";
import { type Nodes, startNodes } from "./support/nodes.ts";
import { sharedControlPlane } from "./support/shared.ts";

const plane = await sharedControlPlane();
const namespace = "bad-input";
const group = "argoproj.io/v1alpha1";
const rolloutRef = (name: string) => ({ apiVersion: group, kind: "Rollout", namespace, name });

type Fields = Readonly<Record<string, unknown>>;

function rollout(name: string, canary: Fields, more: Fields = {}): KubeObject {
  const template = {
    metadata: { labels: { app: name } },
    spec: { containers: [{ name: "web", image: "web:1" }] },
  };
  return {
    apiVersion: group,
    kind: "Rollout",
    metadata: { namespace, name },
    spec: { replicas: 1, selector: { matchLabels: { app: name } }, template, strategy: { canary }, ...more },
  };
}

function template(name: string, metric: Fields): KubeObject {
  const provider = { prometheus: { address: "http://127.0.0.1:9", query: "up" } };
  return {
    apiVersion: group,
    kind: "AnalysisTemplate",
    metadata: { namespace, name },
    spec: { metrics: [{ name: "m", provider, ...metric }] },
  };
}

const steps = (...list: readonly Fields[]) => ({ steps: list });
const analysis = (templateName: string) => ({ analysis: { templates: [{ templateName }] } });

/** Malformed objects and the words that the reference has for them (rollout-core 3.2, 3.3). */
const malformed: readonly [object: KubeObject, problem: string][] = [
  [
    rollout("both-zero", { maxSurge: 0, maxUnavailable: 0 }),
    "spec.strategy.maxSurge: Invalid value: 0: MaxSurge and MaxUnavailable both can not be zero",
  ],
  [
    rollout("weight-101", steps({ setWeight: 101 })),
    "spec.strategy.steps[0].setWeight: Invalid value: 101: SetWeight needs to be between 0 and 100",
  ],
  [
    rollout("pause-5x", steps({ pause: { duration: "5x" } })),
    "spec.strategy.steps[0].pause.duration: Invalid value: -1: Duration needs to be greater than 0",
  ],
  [
    rollout("scale-without-router", steps({ setCanaryScale: { replicas: 1 } })),
    "spec.strategy.trafficRouting: Required value: SetCanaryScale requires TrafficRouting to be set",
  ],
  [
    rollout("same-service", { canaryService: "a", stableService: "a" }),
    'spec.strategy.stableService: Invalid value: "a": This rollout uses the same service for the stable and canary ' +
      "services, but two different services are required.",
  ],
  [
    rollout("no-service", { stableService: "nowhere" }),
    'spec.strategy.canary.stableService: Invalid value: "nowhere": service "nowhere" not found',
  ],
  [
    rollout("no-template", steps(analysis("nothing"))),
    "spec.strategy.canary.steps[0].analysis.templates: Invalid value: \"nothing\": AnalysisTemplate 'nothing' not found",
  ],
  [
    rollout("endless", steps(analysis("endless"))),
    'spec.strategy.canary.steps[0].analysis.templates: Invalid value: "endless": AnalysisTemplate endless has metric m ' +
      "which runs indefinitely. Invalid value for count: <nil>",
  ],
  [
    rollout("no-ingress", {
      canaryService: "c",
      stableService: "s",
      trafficRouting: { nginx: { stableIngress: "x" } },
    }),
    'spec.strategy.canary.stableService: Invalid value: "s": service "s" not found',
  ],
  [
    rollout("impatient", {}, { progressDeadlineSeconds: 5, minReadySeconds: 10 }),
    "spec.progressDeadlineSeconds: Invalid value: 5: must be greater than minReadySeconds",
  ],
  [
    rollout("unselected", {}, { selector: { matchLabels: { app: "other" } } }),
    'spec.template.metadata.labels: Invalid value: {"app":"unselected"}: `selector` does not match template `labels`',
  ],
  [
    rollout("both-strategies", {}, { strategy: { canary: {}, blueGreen: { activeService: "a" } } }),
    'spec.strategy.strategy: Invalid value: "blueGreen: true canary: true": Multiple Strategies can not be listed',
  ],
];

describe("bad input on a real API server", () => {
  let nodes: Nodes;
  let controller: ControllerProcess;
  let hanging: Server;

  const status = async (name: string) =>
    ((await nodes.client.get(rolloutRef(name)))?.["status"] ?? {}) as Readonly<Record<string, unknown>>;
  const phase = (name: string, wanted: string, limit = 30) =>
    until(`${name} is ${wanted}`, async () => (await status(name))["phase"] === wanted, { seconds: limit });
  const image = (name: string, tag: string) =>
    nodes.client.patch(rolloutRef(name), {
      type: "json",
      body: [{ op: "replace", path: "/spec/template/spec/containers/0/image", value: `web:${tag}` }],
    });

  before(async () => {
    await installOurs(plane);
    nodes = await startNodes(plane.kubeconfig);
    await plane.kubectl("create", "namespace", namespace);
    controller = await startController(plane.kubeconfig, ["--leader-elect=false"]);
    hanging = createServer(() => {}); // takes every request and never answers
    await new Promise<void>((resolve) => hanging.listen(0, "127.0.0.1", resolve));
    await nodes.client.create(rollout("neighbour", steps({ setWeight: 50 }, { pause: { duration: "1s" } })));
    await phase("neighbour", "Healthy");
  });
  after(async () => {
    hanging?.closeAllConnections();
    hanging?.close();
    await controller?.stop();
    await plane.kubectl("delete", "namespace", namespace, "--wait=false");
    await nodes?.stop();
  });

  test("is told in the reference's words, and the neighbours keep rolling", {
    timeout: 120_000,
  }, async () => {
    await nodes.client.create(template("endless", { interval: "10s" }));
    for (const [object] of malformed) await nodes.client.create(object);
    await image("neighbour", "2");
    for (const [{ metadata }, problem] of malformed) {
      await phase(metadata.name, "Degraded");
      const text = `InvalidSpec: The Rollout "${metadata.name}" is invalid: ${problem}`;
      equal((await status(metadata.name))["message"], text);
    }
    await until("the neighbour is updated", async () => {
      const { phase: now, stableRS, currentPodHash, currentStepIndex } = await status("neighbour");
      return now === "Healthy" && stableRS === currentPodHash && currentStepIndex === 2;
    });
    const sets = await nodes.client.list({ apiVersion: "apps/v1", kind: "ReplicaSet" }, { namespace });
    ok(
      sets.every((set) => set.metadata.name.startsWith("neighbour-")),
      "nothing is created for an invalid spec",
    );
  });

  test("is forgotten when it is mended", async () => {
    const body = { spec: { strategy: { canary: { steps: [{ setWeight: 100 }] } } } };
    await nodes.client.patch(rolloutRef("weight-101"), { type: "merge", body });
    await phase("weight-101", "Healthy");
  });

  test("a Prometheus that hangs delays no other rollout", { timeout: 120_000 }, async () => {
    const { port } = hanging.address() as AddressInfo;
    const provider = { prometheus: { address: `http://127.0.0.1:${port}`, query: "up", timeout: 300 } };
    await nodes.client.create(template("hangs", { provider, interval: "1s", count: 3 }));
    const stuck = Array.from({ length: 20 }, (_, index) => `stuck-${index}`);
    for (const name of stuck) await nodes.client.create(rollout(name, steps(analysis("hangs"))));
    for (const name of stuck) await phase(name, "Healthy");
    for (const name of stuck) await image(name, "2");
    await until("their analyses run", async () => {
      const runs = await nodes.client.list({ apiVersion: group, kind: "AnalysisRun" }, { namespace });
      return runs.length >= stuck.length;
    });
    const began = Date.now();
    await image("neighbour", "3");
    await until("the neighbour is updated", async () => {
      const { phase: now, observedGeneration, stableRS, currentPodHash } = await status("neighbour");
      return now === "Healthy" && observedGeneration === "3" && stableRS === currentPodHash;
    });
    ok(Date.now() - began < 15_000, "an update of some pods and a pause of a second");
    const body = { status: { abort: true } };
    await nodes.client.patch(rolloutRef("stuck-0"), { type: "merge", subresource: "status", body });
    await phase("stuck-0", "Degraded", 10);
  });
});
