import { deepEqual, equal, match } from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { KubeObject, ObjectRef } from "../../src/api/object.ts";
import { refOf } from "../../src/api/object.ts";
import { accessOf } from "../../src/kube/access.ts";
import { clientOf } from "../../src/kube/client.ts";
import { loadConfig } from "../../src/kube/config.ts";
import { Discovery } from "../../src/kube/discovery.ts";
import { type Transport, transportOf } from "../../src/kube/transport.ts";
import type { Client } from "../../src/reconcile/ports.ts";
import { notesOn } from "../../src/traffic/note.ts";
import { rolloutOf, shop } from "../rollout/routedWorld.ts";
import { families } from "../traffic/families.ts";
import type { Family } from "../traffic/family.ts";
import { object } from "../traffic/support.ts";
import { until } from "./support/child.ts";
import { type ControllerProcess, startController } from "./support/controller.ts";
import { type ControlPlane, startControlPlane } from "./support/controlPlane.ts";
import { installIstio } from "./support/crds.ts";
import { type Nodes, startNodes } from "./support/nodes.ts";
import { sharedControlPlane } from "./support/shared.ts";

const here = await sharedControlPlane();
const manifests = join(import.meta.dirname, "../../deploy");
const account = "system:serviceaccount:argo-rollouts:argo-rollouts";
const namespace = "primary-cluster";
const istio = families.find(({ name }) => name === "istio by subset") as Family;
const virtualService = istio.objects.find(({ kind }) => kind === "VirtualService") as KubeObject;
const shopThere: ObjectRef = { ...refOf(virtualService), namespace };
const rollout: ObjectRef = { ...shop, namespace };
const plain: ObjectRef = { ...shop, namespace, name: "plain" };
const limit = { timeout: 240_000 };

/** What the account may do in the primary cluster: just what docs/routers.md says. */
const rights = [
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: { name: "istio" },
    rules: [
      {
        apiGroups: ["networking.istio.io"],
        resources: ["virtualservices", "destinationrules"],
        verbs: ["get", "list", "watch", "patch"],
      },
    ],
  },
  {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRoleBinding",
    metadata: { name: "istio" },
    roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "ClusterRole", name: "istio" },
    subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: account }],
  },
];

/** Something that the Rollout of yet another cluster has left in the primary cluster. */
const elsewhere = object(
  "networking.istio.io/v1alpha3",
  "VirtualService",
  "elsewhere",
  { spec: virtualService["spec"] },
  {
    name: "elsewhere",
    namespace,
    annotations: {
      "argo-rollouts.argoproj.io/managed-routing": JSON.stringify({
        [`${namespace}/other`]: { router: "istio", config: { virtualService: { name: "elsewhere" } } },
      }),
    },
  },
);

describe("Istio's objects in a primary cluster (T-51)", () => {
  let there: ControlPlane;
  let way: Transport;
  let far: Client;
  let nodes: Nodes;
  let controller: ControllerProcess;
  let secret: KubeObject;
  let left: KubeObject | undefined;

  before(async () => {
    await Promise.all([startThere(), startHere()]);
    const primary = Buffer.from(await readFile(there.kubeconfigOf(account))).toString("base64");
    secret = await nodes.client.create({
      apiVersion: "v1",
      kind: "Secret",
      metadata: {
        name: "istio-primary",
        namespace: "argo-rollouts",
        labels: { "istio.argoproj.io/primary-cluster": "true" },
      },
      data: { primary },
    });
    controller = await startController(here.kubeconfigOf(account));
  });
  after(async () => {
    await controller?.stop();
    await here.kubectl("delete", "namespace", namespace, "--wait=false");
    await here.kubectl(
      "delete",
      "clusterrole,clusterrolebinding",
      "-l",
      "app.kubernetes.io/part-of=argo-rollouts",
    );
    // Others look for a lease in this namespace as long as it is there.
    await here.kubectl("delete", "namespace", "argo-rollouts", "--timeout=60s");
    await nodes?.stop();
    way?.close();
    await there?.stop();
  });

  test(
    "a canary carries its weight there, while this cluster does not know Istio at all",
    limit,
    async () => {
      match(
        (await here.kubectl("get", "virtualservices", "-A")).stderr,
        /the server doesn't have a resource type/,
      );
      await nodes.client.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
      const services = ["shop-stable", "shop-canary"].map((name) =>
        object("v1", "Service", name, { spec: { selector: { app: "shop" }, ports: [{ port: 80 }] } }),
      );
      for (const one of [...services, rolloutOf(istio, shop.name)]) await nodes.client.create(placed(one));
      await is(rollout, "Healthy");
      await update(rollout, "shop:2");
      await is(rollout, "Paused");
      await carries(25);
      const virtualService = await far.get({ ...refOf(elsewhere), name: "shop" });
      equal(notesOn(virtualService ?? elsewhere)[`${namespace}/shop-ro`]?.cluster, secret.metadata.uid);
    },
  );

  test("what is changed there is put right", limit, async () => {
    await far.patch(shopThere, { type: "merge", body: { spec: virtualService["spec"] } });
    await carries(25);
  });

  test(
    "while it is out of reach, Rollouts without Istio go on; the others do when it is back",
    limit,
    async () => {
      const back = there.restartApiServer({ downFor: 10_000 });
      await update(rollout, "shop:3");
      const { spec, ...rest } = rolloutOf(istio, plain.name) as KubeObject & { readonly spec: object };
      const unrouted = {
        ...rest,
        spec: { ...spec, strategy: { canary: {} }, selector: { matchLabels: { app: "p" } } },
      };
      const template = {
        metadata: { labels: { app: "p" } },
        spec: { containers: [{ name: "p", image: "p:1" }] },
      };
      await nodes.client.create(placed({ ...unrouted, spec: { ...unrouted.spec, template } }));
      await is(plain, "Healthy");
      await back;
      await is(rollout, "Paused");
      await carries(25);
    },
  );

  test("a promoted canary gives its weight back", limit, async () => {
    const patch = {
      type: "merge",
      body: { status: { pauseConditions: null } },
      subresource: "status",
    } as const;
    await nodes.client.patch(rollout, patch);
    await is(rollout, "Healthy");
    await carries(0);
  });

  test("a deleted Rollout leaves nothing, and what others left there stays", limit, async () => {
    await nodes.client.delete(rollout);
    await until("nothing to be left", async () => {
      const all = await Promise.all(istio.objects.map((one) => far.get(refOf(placed(one)))));
      return all.every((one) => one !== undefined && !/shop-ro|managed-/.test(JSON.stringify(one)));
    });
    deepEqual(await far.get(refOf(elsewhere)), left);
  });

  async function startThere(): Promise<void> {
    there = await startControlPlane({ controllerManager: false });
    way = transportOf({ access: accessOf(loadConfig({ kubeconfig: there.kubeconfig }).config) });
    far = clientOf(way, new Discovery(way));
    await installIstio(there);
    await far.create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } });
    for (const one of [...rights, ...istio.objects.map(placed), elsewhere]) await far.create(one);
    left = await far.get(refOf(elsewhere));
  }

  async function startHere(): Promise<void> {
    nodes = await startNodes(here.kubeconfig);
    await kubectl("apply", "-k", manifests);
    await kubectl("wait", "--for=condition=Established", "crd", "--all", "--timeout=120s");
  }

  async function is(ref: ObjectRef, phase: string): Promise<void> {
    await until(
      `${ref.name} to be ${phase}`,
      async () => {
        const { status, metadata } = (await nodes.client.get(ref)) as KubeObject & {
          readonly status?: Status;
        };
        return status?.phase === phase && status.observedGeneration === String(metadata.generation);
      },
      { seconds: 200, children: [controller.child] },
    );
  }

  async function update(ref: ObjectRef, image: string): Promise<void> {
    const body = { spec: { template: { spec: { containers: [{ name: "shop", image }] } } } };
    await nodes.client.patch(ref, { type: "merge", body });
  }

  async function carries(weight: number): Promise<void> {
    await until(
      `the VirtualService to carry ${weight}`,
      async () => {
        const all = await Promise.all(istio.objects.map((one) => far.get(refOf(placed(one)))));
        const get = (kind: string) => all.find((one) => one?.kind === kind);
        return istio.read({ all: () => all, get } as never).canary === weight;
      },
      { seconds: 200, children: [controller.child] },
    );
  }
});

interface Status {
  readonly phase?: string;
  readonly observedGeneration?: string;
}

function placed(one: KubeObject): KubeObject {
  return { ...one, metadata: { ...one.metadata, namespace } };
}

async function kubectl(...args: readonly string[]): Promise<void> {
  const { code, stderr } = await here.kubectl(...args);
  if (code !== 0) throw new Error(`kubectl ${args.join(" ")}: ${stderr}`);
}
