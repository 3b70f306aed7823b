import { deepEqual, equal, match, ok } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { stringify } from "yaml";
import type { KubeObject } from "../../src/api/object.ts";
import { until } from "./support/child.ts";
import { type ControllerProcess, startController } from "./support/controller.ts";
import { installOurs } from "./support/crds.ts";
import { busy } from "./support/everything.ts";
import { type Nodes, startNodes } from "./support/nodes.ts";
import { skipWithout } from "./support/parts.ts";
import { type Exporter, type MetricsServer, startExporter, startPrometheus } from "./support/prometheus.ts";
import { ingress, route } from "./support/routed.ts";
import { sharedControlPlane } from "./support/shared.ts";
import { Story, type StoryOptions, seedStory } from "./support/story.ts";

const plane = await sharedControlPlane();
const manifests = join(import.meta.dirname, "../../deploy");
const account = "system:serviceaccount:argo-rollouts:argo-rollouts";
const everything = "deploy-everything";
const series = { service: "my-api" };
const good = { requestsPerSecond: 200, errorRatio: 0.001 };
const bad = { requestsPerSecond: 200, errorRatio: 0.3 };

interface Routed {
  readonly name: string;
  readonly routing: StoryOptions["canary"];
  readonly object: KubeObject;
  /** Where the weight of the canary is. */
  readonly carried: readonly [object: string, path: string];
}

const cases: readonly Routed[] = [
  {
    name: "deploy-nginx",
    routing: { trafficRouting: { nginx: { stableIngress: "my-api" } } },
    object: ingress,
    carried: [
      "ingress/my-api-my-api-canary",
      ".metadata.annotations.nginx\\.ingress\\.kubernetes\\.io/canary-weight",
    ],
  },
  {
    name: "deploy-gateway",
    routing: { trafficRouting: { gatewayAPI: { httpRoute: "my-api" } } },
    object: route,
    carried: ["httproute/my-api", ".spec.rules[0].backendRefs[1].weight"],
  },
];

async function kubectl(...args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await plane.kubectl(...args);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
  return stdout;
}

describe("the controller as deploy/ installs it", { skip: skipWithout("prometheus") }, () => {
  let controller: ControllerProcess;
  let nodes: Nodes;
  let exporter: Exporter;
  let prometheus: MetricsServer;

  before(async () => {
    exporter = await startExporter();
    exporter.set(series, good);
    prometheus = await startPrometheus({ targets: [exporter.url] });
    nodes = await startNodes(plane.kubeconfig);
  });
  after(async () => {
    await controller?.stop();
    // Before this, what the controller writes into a namespace that ends would be refused.
    for (const namespace of [...cases.map(({ name }) => name), everything])
      await plane.kubectl("delete", "namespace", namespace, "--wait=false");
    const labelled = ["-l", "app.kubernetes.io/part-of=argo-rollouts"];
    await plane.kubectl("delete", "clusterrole,clusterrolebinding", ...labelled);
    // Others look for a lease in this namespace as long as it is there.
    await plane.kubectl("delete", "namespace", "argo-rollouts", "--timeout=60s");
    await nodes?.stop();
    await prometheus?.stop();
    await exporter?.stop();
  });

  test("kubectl apply -k deploy/ works, and would change nothing the second time", async () => {
    match(await kubectl("apply", "-k", manifests), /deployment\.apps\/argo-rollouts created/);
    const { code, stdout } = await plane.kubectl("diff", "-k", manifests);
    deepEqual([code, stdout], [0, ""]);
    await installOurs(plane); // the HTTPRoute is another project's
  });

  test("its ServiceAccount may not do what the controller does not", async () => {
    const may = async (...what: readonly string[]) =>
      (await plane.kubectl("auth", "can-i", ...what, `--as=${account}`)).stdout.trim();
    equal(await may("patch", "rollouts.argoproj.io/status", "-A"), "yes");
    for (const what of [
      ["list", "secrets", "-A"],
      ["delete", "pods", "-A"],
      ["create", "pods", "-A"],
      ["update", "leases", "-n", "kube-system"],
      ["create", "deployments", "-A"],
      ["delete", "httproutes.gateway.networking.k8s.io", "-A"],
      ["create", "clusterrolebindings"],
    ]) {
      equal(await may(...what), "no", what.join(" "));
    }
  });

  test("runs with the Deployment's flags under its ServiceAccount, and leads", async () => {
    const path = "jsonpath={.spec.template.spec.containers[0].args}";
    const args = JSON.parse(
      await kubectl("-n", "argo-rollouts", "get", "deployment", "argo-rollouts", "-o", path),
    ) as string[];
    const flags = args.filter((flag) => !flag.includes("Port="));
    controller = await startController(plane.kubeconfigOf(account), flags);
    const lease = ["get", "lease", "argo-rollouts-controller-lock", "-o", "jsonpath={.spec.holderIdentity}"];
    await until("the lease", async () => (await kubectl("-n", "argo-rollouts", ...lease)) !== "", {
      children: [controller.child],
    });
  });

  test("completes the seed story with nginx and with the Gateway API", { timeout: 180_000 }, async () => {
    const stories = await Promise.all(cases.map(promoted));
    for (const story of stories) await story.image("v1.6.0-bad");
    await Promise.all(stories.map((story) => story.value("rollout/my-api", ".status.currentStepIndex", "3")));
    exporter.set(series, bad);
    await Promise.all(
      cases.map(async ({ carried }, index) => {
        await stories[index]?.phase("Degraded");
        await stories[index]?.value(...carried, "0");
      }),
    );
    exporter.set(series, good);
  });

  async function promoted({ name, routing = {}, object, carried }: Routed): Promise<Story> {
    const story = new Story(plane, name);
    const { namespace } = story;
    const address = prometheus.url;
    await story.begin(seedStory({ namespace, address, canary: routing, beside: [object] }));
    await story.image("v1.5.0");
    for (const weight of ["10", "30", "60"]) await story.value(...carried, weight);
    await story.phase("Healthy");
    await story.value(...carried, "0");
    return story;
  }

  test("does everything else that a Rollout can ask for", { timeout: 120_000 }, async () => {
    const namespace = everything;
    const story = new Story(plane, namespace);
    await kubectl("create", "namespace", namespace);
    const input = busy({ address: prometheus.url })
      .map((object) => stringify(object))
      .join("---\n");
    const applied = await plane.kubectlWith({ input }, "apply", "-n", namespace, "-f", "-");
    equal(applied.code, 0, applied.stderr);
    await story.value("rollout/adopted", ".status.phase", "Healthy");
    await story.value("deployment/legacy", ".spec.replicas", "0");
    await story.phase("Healthy");
    await story.value("experiment/apart", ".status.phase", "Successful");
    await until("its Service to go", async () => {
      return (await story.kubectl("get", "services", "-o", "name")) === "";
    });

    await story.image("v2");
    await until("a Service of the experiment", async () =>
      (await story.kubectl("get", "services", "-o", "name")).includes("-old"),
    );
    await until("a Job that measures", async () => (await story.kubectl("get", "jobs", "-o", "name")) !== "");
    await story.value("rollout/my-api", ".status.currentStepIndex", "4", 90);
    await story.phase("Healthy");
    await until("only the new version", async () => {
      const sets = await story.kubectl("get", "replicasets", "-l", "app=my-api", "-o", "name");
      const roles = await story.kubectl("get", "pods", "-l", "app=my-api", "-o", "jsonpath={..labels.role}");
      return sets.trim().split("\n").length === 1 && roles === "stable stable";
    });
    await until("the analyses and experiments to be deleted", async () => {
      return (
        (await story.kubectl("get", "analysisruns,experiments", "-o", "name")) ===
        "experiment.argoproj.io/apart\n"
      );
    });

    const restartAt = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString().replace(".000Z", "Z");
    const patch = JSON.stringify({ spec: { restartAt } });
    await story.kubectl("patch", "rollout", "my-api", "--type=merge", `-p=${patch}`);
    await story.value("rollout/my-api", ".status.restartedAt", restartAt, 90);
  });

  test("was refused nothing", async () => {
    const log = await readFile(controller.child.log, "utf8");
    const refused = log.split("\n").filter((line) => /forbidden|unauthorized|"code":40[13]/i.test(line));
    deepEqual(refused, []);
    const requests = (await (await fetch(controller.metrics)).text())
      .split("\n")
      .filter((line) => line.startsWith("controller_clientset_k8s_request_total{"));
    ok(requests.length > 20);
    deepEqual(
      requests.filter((line) => /status_code="40[13]"/.test(line)),
      [],
    );
    for (const [verb, kind] of asked) {
      const found = requests.some(
        (line) => line.includes(`verb="${verb}"`) && line.includes(`kind="${kind}"`),
      );
      ok(found, `${verb} ${kind} was never asked for`);
    }
  });
});

/** What the stories of this file must have led to, so that they prove something. */
const asked: readonly (readonly [verb: string, kind: string])[] = [
  ["Create", "Experiment"],
  ["Create", "AnalysisRun"],
  ["Create", "Job"],
  ["Create", "ReplicaSet"],
  ["Create", "Service"],
  ["Create", "Ingress"],
  ["Create", "Event"],
  ["Create", "Pod"], // evictions
  ["Get", "Secret"],
  ["List", "Pod"],
  ["Patch", "Pod"],
  ["Patch", "Deployment"],
  ["Patch", "Service"],
  ["Patch", "Ingress"],
  ["Patch", "HTTPRoute"],
  ["Delete", "ReplicaSet"],
  ["Delete", "AnalysisRun"],
  ["Delete", "Experiment"],
  ["Delete", "Service"],
];
