import { deepEqual, equal, match, ok } from "node:assert/strict";
import { spawn } from "node:child_process";
import { after, before, describe, test } from "node:test";
import { type ControllerProcess, startController } from "./support/controller.ts";
import { installOurs } from "./support/crds.ts";
import { type Nodes, startNodes } from "./support/nodes.ts";
import { skipWithout } from "./support/parts.ts";
import {
  type Exporter,
  type MetricsServer,
  startExporter,
  startPrometheus,
  startVictoriaMetrics,
} from "./support/prometheus.ts";
import { ingress, route } from "./support/routed.ts";
import { sharedControlPlane } from "./support/shared.ts";
import { Story, type StoryOptions, seedStory, shownPatch } from "./support/story.ts";

const plane = await sharedControlPlane();
const series = { service: "my-api" };
const good = { requestsPerSecond: 200, errorRatio: 0.001 };
const bad = { requestsPerSecond: 200, errorRatio: 0.3 };

/** The number at a path, or 0 while the field is absent. */
const weights: readonly [at: string, weight: string][] = [
  ["1", "10"],
  ["3", "30"],
  ["5", "60"],
];

interface Case {
  readonly name: string;
  readonly backend: "prometheus" | "victoria-metrics";
  readonly more: Pick<StoryOptions, "canary" | "beside">;
  /** Where the router carries the canary's weight: an object and a path; without router nothing is read. */
  readonly carried?: readonly [object: string, path: string];
}

const cases: readonly Case[] = [
  { name: "no-router-prometheus", backend: "prometheus", more: {} },
  { name: "no-router-victoria-metrics", backend: "victoria-metrics", more: {} },
  {
    name: "nginx",
    backend: "prometheus",
    more: { canary: { trafficRouting: { nginx: { stableIngress: "my-api" } } }, beside: [ingress] },
    carried: [
      "ingress/my-api-my-api-canary",
      ".metadata.annotations.nginx\\.ingress\\.kubernetes\\.io/canary-weight",
    ],
  },
  {
    name: "gateway-api",
    backend: "victoria-metrics",
    more: {
      canary: {
        trafficRouting: {
          plugins: { "argoproj-labs/gatewayAPI": { httpRoute: "my-api", namespace: "story-gateway-api" } },
        },
      },
      beside: [route],
    },
    carried: ["httproute/my-api", ".spec.rules[0].backendRefs[1].weight"],
  },
];

describe("the seed manifest on a real API server", {
  skip: skipWithout("prometheus") || skipWithout("victoria-metrics"),
}, () => {
  let controller: ControllerProcess;
  let nodes: Nodes;
  let exporter: Exporter;
  const servers = new Map<Case["backend"], MetricsServer>();

  before(async () => {
    await installOurs(plane);
    exporter = await startExporter();
    exporter.set(series, good);
    const targets = [exporter.url];
    const [prometheus, victoria] = await Promise.all([
      startPrometheus({ targets, interval: 1 }),
      startVictoriaMetrics({ targets, interval: 1 }),
    ]);
    servers.set("prometheus", prometheus).set("victoria-metrics", victoria);
    nodes = await startNodes(plane.kubeconfig);
    controller = await startController(plane.kubeconfig);
    console.log(`# the seed manifest is patched: ${shownPatch}`);
  });
  after(async () => {
    await controller?.stop();
    await nodes?.stop();
    for (const server of servers.values()) await server.stop();
    await exporter?.stop();
  });

  const stories = new Map<string, Story>();
  test("promotes a good version: 10, 30, 60, 100", { timeout: 180_000 }, async () => {
    exporter.set(series, good);
    await Promise.all(cases.map((one) => promotes(one)));
  });

  async function promotes({ name, backend, more, carried }: Case): Promise<void> {
    const story = new Story(plane, `story-${name}`);
    stories.set(name, story);
    const address = servers.get(backend)?.url ?? "";
    await story.begin(seedStory({ namespace: story.namespace, address, ...more }));
    const watch = watchRollout(story.namespace);
    await story.image("v1.5.0");
    for (const [index, weight] of weights) {
      await story.value("rollout/my-api", ".status.currentStepIndex", index);
      if (carried !== undefined) {
        await story.value(...carried, weight);
        equal(await story.field("rollout/my-api", ".status.canary.weights.canary.weight"), weight);
      }
    }
    await story.phase("Healthy");
    equal(await story.field("rollout/my-api", ".status.currentStepIndex"), "6");
    const hashes = await story.field("rollout/my-api", ".status.stableRS");
    equal(hashes, await story.field("rollout/my-api", ".status.currentPodHash"));
    if (carried !== undefined) await story.value(...carried, "0");
    const lines = watch.stop();
    match(lines[0] ?? "", /NAME +DESIRED +CURRENT +UP-TO-DATE +AVAILABLE +AGE/);
    ok(lines.length > 3, `kubectl get -w shows the progress: ${lines.join("\n")}`);
    const run = await story.kubectl("get", "analysisrun", "-o", "jsonpath={.items[*].status.phase}");
    match(run, /Successful/);
  }

  test("takes a bad version back by itself", { timeout: 180_000 }, async () => {
    exporter.set(series, good);
    for (const story of stories.values()) await story.image("v1.6.0-bad");
    await Promise.all(
      [...stories.values()].map((story) => story.value("rollout/my-api", ".status.currentStepIndex", "3")),
    );
    exporter.set(series, bad);
    await Promise.all(cases.map((one) => goesBack(one)));
    exporter.set(series, good);
  });

  async function goesBack({ name, carried }: Case): Promise<void> {
    const story = stories.get(name);
    if (story === undefined) throw new Error("the story before this one did not begin");
    await story.phase("Degraded");
    const message = await story.field("rollout/my-api", ".status.message");
    match(
      message,
      /^RolloutAborted: Rollout aborted update to revision 3: Background analysis phase error\/failed: /,
    );
    if (carried !== undefined) await story.value(...carried, "0");
    const stable = await story.field("rollout/my-api", ".status.stableRS");
    await story.value(`replicaset/my-api-${stable}`, ".status.availableReplicas", "5");
    if (carried === undefined) {
      const current = await story.field("rollout/my-api", ".status.currentPodHash");
      await story.value(`replicaset/my-api-${current}`, ".spec.replicas", "0");
    }
    const reasons = await story.kubectl("get", "events", "-o", "jsonpath={.items[*].reason}");
    deepEqual(
      ["AnalysisRunFailed", "RolloutAborted"].filter((reason) => !reasons.includes(reason)),
      [],
    );
    await story.end();
  }
});

/** The lines of `kubectl get rollout my-api -w` until it is stopped. */
function watchRollout(namespace: string): { stop(): readonly string[] } {
  const args = ["--kubeconfig", plane.kubeconfig, "-n", namespace, "get", "rollout", "my-api", "-w"];
  const child = spawn("kubectl", args, { stdio: ["ignore", "pipe", "ignore"] });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += String(chunk);
  });
  return {
    stop() {
      child.kill();
      return text.trim().split("\n");
    },
  };
}
