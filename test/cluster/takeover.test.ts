import { deepEqual, equal } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { label } from "../../src/api/labels.ts";
import type { KindRef, KubeObject } from "../../src/api/object.ts";
import type { Rollout } from "../../src/api/rollout.ts";
import { until } from "./support/child.ts";
import { type ControllerProcess, startController } from "./support/controller.ts";
import { type ControlPlane, startControlPlane } from "./support/controlPlane.ts";
import { type Legacy, leaveBehind, leaveStatus, type Placed, placed, sizesOf } from "./support/legacy.ts";
import { type Nodes, startNodes } from "./support/nodes.ts";
import { peerRolloutCrd } from "./support/peerCrds.ts";
import { type Look, Player, replicaSets } from "./support/player.ts";

const limit = 400_000;
const patience = 150;
const count = 50;
const crds = fileURLToPath(new URL("../../crds/", import.meta.url));
const others = ["analysisruns", "analysistemplates", "clusteranalysistemplates", "experiments"];
const rollouts: KindRef = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };
const pods: KindRef = { apiVersion: "v1", kind: "Pod" };
const services: KindRef = { apiVersion: "v1", kind: "Service" };
const ingresses: KindRef = { apiVersion: "networking.k8s.io/v1", kind: "Ingress" };

describe("what another controller of this API left behind", () => {
  const fields = placed("takeover-fields", count);
  const open = placed("takeover-open", count);
  let plane: ControlPlane;
  let nodes: Nodes;

  before(async () => {
    plane = await startControlPlane();
    await kubectl(JSON.stringify(peerRolloutCrd()), "apply", "--server-side", "-f", "-");
    for (const name of others) await kubectl("", "apply", "-f", `${crds}${name}.yaml`);
    await kubectl("", "wait", "--for=condition=Established", "crd", "--all", "--timeout=120s");
    nodes = await startNodes(plane.kubeconfig);
    for (const namespace of ["takeover-fields", "takeover-open"]) {
      await kubectl("", "create", "namespace", namespace);
    }
    const all = [...fields, ...open];
    await Promise.all(all.map((legacy) => leaveBehind(nodes.client, legacy)));
    await until("the pods of all of them", () => haveAllPods(all), { seconds: patience });
    await Promise.all(all.map((legacy) => leaveStatus(nodes.client, legacy)));
  });
  after(async () => {
    await nodes?.stop();
    await plane?.stop();
  });

  test("the CRD that stays has a full schema of pods, with its defaults", async () => {
    const ref = { ...rollouts, namespace: "takeover-fields", name: fields[0]?.name ?? "" };
    const { spec: pods = { containers: [] } } = templateOf(await nodes.client.get(ref));
    const [container] = pods.containers;
    deepEqual(container?.ports, [{ containerPort: 8080, protocol: "TCP" }]);
    deepEqual(container?.readinessProbe, { grpc: { port: 8080, service: "" }, periodSeconds: 5 });
    const body = { spec: { template: { spec: { unheard: "of" } } } };
    deepEqual(templateOf(await nodes.client.patch(ref, { type: "merge", body })).spec, pods);
  });

  test("is taken over as it is, and goes on, with the CRDs of before", { timeout: limit }, () =>
    takenOver("takeover-fields", fields),
  );

  test("is taken over as it is, and goes on, with our CRDs over them", { timeout: limit }, async () => {
    await kubectl("", "apply", "-f", crds);
    const path =
      "{.spec.versions[0].schema.openAPIV3Schema.properties.spec.properties.template.properties.spec}";
    await until("our schema", async () => {
      const told = await kubectl("", "get", "crd", "rollouts.argoproj.io", "-o", `jsonpath=${path}`);
      return told.includes("preserve-unknown-fields") && !told.includes("containers");
    });
    await takenOver("takeover-open", open);
  });

  async function takenOver(namespace: string, legacies: readonly Placed[]): Promise<void> {
    const before = await standing(namespace);
    const controller = await startController(plane.kubeconfig, ["--namespaced", "-n", namespace]);
    try {
      await until("a look at each of them", async () => (await looked(controller)) === count, {
        children: [controller.child],
        seconds: patience,
      });
      await quiet(namespace);
      deepEqual(await standing(namespace), before);
      await goesOn(namespace, legacies);
    } finally {
      await controller.stop();
    }
  }

  /** Everything that users do works afterwards, on some of them. */
  async function goesOn(namespace: string, legacies: readonly Placed[]): Promise<void> {
    const take = (strategy: Legacy["strategy"], state: Legacy["state"], at: number): Player => {
      const all = legacies.filter((one) => one.strategy === strategy && one.state === state);
      const legacy = all[at];
      if (legacy === undefined) throw new Error(`there are only ${all.length} of ${strategy}, ${state}`);
      const user = new Player(nodes.client, namespace, legacy.name);
      user.runs(`web:${legacy.hashes.length}`);
      return user;
    };
    const routed = ["basic", "nginx"] as const;
    const paused = ["basic", "nginx", "blueGreen"] as const;
    await Promise.all([
      ...paused.map((strategy) => updated(take(strategy, "healthy", 0))),
      ...paused.map((strategy) => promoted(take(strategy, "paused", 0))),
      ...paused.map((strategy) => aborted(take(strategy, "paused", 1))),
      ...routed.map((strategy) => promoted(take(strategy, "waiting", 0))),
      ...routed.map((strategy) => retried(take(strategy, "aborted", 0))),
      rolledBack(take("blueGreen", "delayed", 0)),
    ]);
  }

  async function haveAllPods(legacies: readonly Placed[]): Promise<boolean> {
    const sets = [...(await nodes.client.list(replicaSets))];
    const available = (name: string) => {
      const found = sets.find(({ metadata }) => metadata.name === name);
      return (found?.["status"] as { availableReplicas?: number } | undefined)?.availableReplicas ?? 0;
    };
    return legacies.every((one) =>
      one.hashes.every((hash, at) => available(`${one.name}-${hash}`) === sizesOf(one)[at]),
    );
  }

  /** All that must not change: pods, ReplicaSets, selectors, weights, and how far everything is. */
  async function standing(namespace: string) {
    const list = async (kind: KindRef, what: (object: KubeObject) => unknown) => {
      const found = await nodes.client.list(kind, { namespace });
      return found.map((object) => [object.metadata.name, what(object)] as const).toSorted(byName);
    };
    return {
      pods: await list(pods, ({ metadata }) => [metadata.uid, metadata.deletionTimestamp]),
      sets: await list(replicaSets, ({ metadata, spec }) => [metadata.uid, metadata.generation, spec]),
      selectors: await list(services, ({ spec }) => (spec as { selector: unknown }).selector),
      weights: await list(ingresses, ({ metadata }) =>
        Object.entries(metadata.annotations ?? {}).filter(([key]) => key.includes("/canary")),
      ),
      rollouts: await list(rollouts, ({ metadata, spec, status }) => {
        const { phase, message, currentPodHash, stableRS, currentStepIndex, pauseConditions, abort, canary } =
          status as NonNullable<Rollout["status"]>;
        const far = { phase, message, currentPodHash, stableRS, currentStepIndex, pauseConditions, abort };
        const { annotations, generation } = metadata;
        return { ...far, weights: canary?.weights, annotations, generation, spec };
      }),
    };
  }

  /** Resolves when nothing is written for a while. */
  async function quiet(namespace: string): Promise<void> {
    const versions = async () => {
      const lists = [rollouts, replicaSets, services, ingresses].map((kind) =>
        nodes.client.list(kind, { namespace }),
      );
      return (await Promise.all(lists)).flat().map(({ metadata }) => metadata.resourceVersion);
    };
    let last = await versions();
    await until(
      `quiet in ${namespace}`,
      async () => {
        await new Promise((resolve) => setTimeout(resolve, 3_000));
        const now = await versions();
        const same = now.join() === last.join();
        last = now;
        return same;
      },
      { seconds: patience },
    );
  }

  async function kubectl(input: string, ...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await plane.kubectlWith({ input }, ...args);
    equal(code, 0, stderr);
    return stdout;
  }
});

interface Template {
  readonly spec?: {
    readonly containers: readonly { readonly ports?: unknown; readonly readinessProbe?: unknown }[];
  };
}

function templateOf(rollout: KubeObject | undefined): Template {
  return (rollout?.["spec"] as { readonly template: Template } | undefined)?.template ?? {};
}

/** How many Rollouts the controller has looked at. */
async function looked({ metrics }: ControllerProcess): Promise<number> {
  const text = await (await fetch(metrics)).text();
  const names = text.matchAll(/^rollout_reconcile_count\{[^}]*\bname="([^"]+)"/gm);
  return new Set([...names].map(([, name]) => name)).size;
}

function byName([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number {
  return one < other ? -1 : 1;
}

const hasSets = (wanted: number) => (look: Look) => look.sets.length === wanted;

/** A new version, through its pause. */
async function updated(user: Player): Promise<void> {
  await user.image("web:9");
  await user.phase("Paused", hasSets(2));
  await user.promote();
  await user.ends("Healthy");
}

/** The update that was under way is completed. */
async function promoted(user: Player): Promise<void> {
  await user.promote();
  await user.ends("Healthy");
  await user.until("no further ReplicaSet", hasSets(2));
}

/** The update that was under way is given up. */
async function aborted(user: Player): Promise<void> {
  const { status } = await user.look();
  await user.status({ abort: true });
  await user.phase("Degraded", ({ sets }) => {
    const stable = sets.find(({ hash }) => hash === status.stableRS);
    return stable?.available === 2;
  });
  const service = await user.get({ ...services, name: `${user.name}-a` });
  const selected = (service?.["spec"] as { selector: Record<string, string> } | undefined)?.selector;
  if (selected !== undefined) equal(selected[label.podHash], status.stableRS);
}

/** The update that was given up is tried again, with the ReplicaSet that is there. */
async function retried(user: Player): Promise<void> {
  await user.status({ abort: false });
  await user.phase("Paused", (look) => look.newest?.available === 1 && hasSets(2)(look));
}

/** The version of before comes back at once: its ReplicaSet is found by what it runs. */
async function rolledBack(user: Player): Promise<void> {
  await user.image("web:1");
  await user.phase("Healthy", (look) => look.status.stableRS === look.newest?.hash && hasSets(2)(look));
}
