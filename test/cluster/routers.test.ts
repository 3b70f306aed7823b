import { deepEqual, equal } from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import type { KindRef, KubeObject, ObjectRef } from "../../src/api/object.ts";
import { ApiError } from "../../src/reconcile/ports.ts";
import { rolloutOf, shop } from "../rollout/routedWorld.ts";
import { families } from "../traffic/families.ts";
import type { Family } from "../traffic/family.ts";
import { object } from "../traffic/support.ts";
import { until } from "./support/child.ts";
import { type ControllerProcess, startController } from "./support/controller.ts";
import { installOurs, installRouters } from "./support/crds.ts";
import { type Nodes, startNodes } from "./support/nodes.ts";
import { routerDefinitions } from "./support/routerCrds.ts";
import { sharedControlPlane } from "./support/shared.ts";

const plane = await sharedControlPlane();

const split: KindRef = { apiVersion: "split.smi-spec.io/v1alpha1", kind: "TrafficSplit" };

describe("every router on a real API server", () => {
  let controller: ControllerProcess;
  let nodes: Nodes;

  before(async () => {
    await installOurs(plane);
    nodes = await startNodes(plane.kubeconfig);
    controller = await startController(plane.kubeconfig);
  });
  after(async () => {
    await controller?.stop();
    await nodes?.stop();
  });

  test("a router whose CRD is installed after the controller started is picked up", {
    timeout: 400_000,
  }, async () => {
    await Promise.all(families.map((family) => create(family, [withRoutes(family)])));
    await installRouters(plane, await routerDefinitions());
    await established();
    await Promise.all(families.map((family) => create(family, family.objects)));
    await everyone("Healthy");
  });

  test("a canary that is promoted carries 25 and then 0 in the objects of each router", {
    timeout: 400_000,
  }, async () => {
    await update("shop:2");
    await Promise.all(families.map((family) => carries(family, 25)));
    await everyone("Paused");
    await Promise.all(families.map(atRest));
    await status({ pauseConditions: null });
    await everyone("Healthy");
    await Promise.all(families.map((family) => carries(family, 0)));
  });

  test("a canary that is aborted gives all traffic back", { timeout: 400_000 }, async () => {
    await update("shop:3");
    await Promise.all(families.map((family) => carries(family, 25)));
    await everyone("Paused");
    await status({ abort: true });
    await everyone("Degraded");
    await Promise.all(families.map((family) => carries(family, 0)));
  });

  test("nothing of ours is left when the Rollout is deleted", { timeout: 400_000 }, async () => {
    await Promise.all(families.map((family) => nodes.client.delete(rolloutRef(family))));
    await Promise.all(
      families.map((family) =>
        until(
          `${family.name} to be clean`,
          async () => {
            const text = JSON.stringify(await objectsOf(family));
            return !/"shop-ro"|managed-/.test(text);
          },
          { seconds: 300 },
        ),
      ),
    );
    for (const family of families) {
      const names = (await objectsOf(family)).map(({ kind, metadata }) => `${kind} ${metadata.name}`);
      deepEqual(names.sort(), family.objects.map(({ kind, metadata }) => `${kind} ${metadata.name}`).sort());
    }
  });

  /** A kind is served some time after its definition is there. */
  async function established(): Promise<void> {
    const wait = ["wait", "crd", "--all", "--for=condition=Established", "--timeout=120s"];
    const { code, stderr } = await plane.kubectl(...wait);
    if (code !== 0) throw new Error(`kubectl wait: ${stderr}`);
    for (const kind of families.flatMap(({ objects }) => objects)) {
      await until(`${kind.kind} to be served`, async () => (await nodes.client.list(kind)) !== undefined);
    }
  }

  async function create(family: Family, objects: readonly KubeObject[]): Promise<void> {
    const namespace = namespaceOf(family);
    const services = ["shop-stable", "shop-canary"].map((name) =>
      object("v1", "Service", name, { spec: { selector: { app: "shop" }, ports: [{ port: 80 }] } }),
    );
    const made = { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } };
    const placed = [...services, ...objects].map((one) => ({
      ...one,
      metadata: { ...one.metadata, namespace },
    }));
    for (const one of [made, ...placed]) await nodes.client.create(one).catch(unlessThere);
  }

  async function update(image: string): Promise<void> {
    const containers = [{ name: "shop", image }];
    const body = { spec: { template: { spec: { containers } } } };
    await Promise.all(
      families.map((family) => nodes.client.patch(rolloutRef(family), { type: "merge", body })),
    );
  }

  async function status(fields: object): Promise<void> {
    const patch = { type: "merge", body: { status: fields }, subresource: "status" } as const;
    await Promise.all(families.map((family) => nodes.client.patch(rolloutRef(family), patch)));
  }

  async function everyone(phase: string): Promise<void> {
    await Promise.all(
      families.map(async (family) => {
        let last: unknown;
        const reached = until(
          `${family.name} to be ${phase}`,
          async () => {
            const found = await nodes.client.get(rolloutRef(family));
            last = found?.["status"];
            return (last as { phase?: string } | undefined)?.phase === phase;
          },
          { seconds: 300 },
        );
        await reached.catch((error: unknown) => {
          throw new Error(`${String(error)}: ${JSON.stringify(last)}`);
        });
      }),
    );
  }

  /** Waits until the objects of the router say so much for the canary. */
  async function carries(family: Family, weight: number): Promise<void> {
    await until(
      `${family.name} to carry ${weight}`,
      async () => {
        const all = await objectsOf(family);
        const get = (kind: string, name: string) =>
          all.find((one) => one.kind === kind && one.metadata.name === name);
        return family.read({ all: () => all, get } as never).canary === weight;
      },
      { seconds: 300 },
    );
  }

  /**
   * Waits until the objects have the routes of the steps and are not written to any more: what the API server
   * adds to them is nothing to put right.
   */
  async function atRest(family: Family): Promise<void> {
    let before = "";
    await until(
      `${family.name} to be at rest`,
      async () => {
        const all = await objectsOf(family);
        const board = { all: () => all } as never;
        for (const { name, can } of routesOf(family))
          equal(family.has(board, name), can, `${family.name} ${name}`);
        const versions = all.map(({ metadata }) => metadata.resourceVersion).join();
        const rests = versions === before;
        before = versions;
        if (!rests) await sleep(2_000);
        return rests;
      },
      { seconds: 300 },
    );
  }

  async function objectsOf(family: Family): Promise<readonly KubeObject[]> {
    const kinds = new Map(
      [...family.objects, split].map(({ apiVersion, kind }) => [
        `${apiVersion} ${kind}`,
        { apiVersion, kind },
      ]),
    );
    const namespace = namespaceOf(family);
    const lists = await Promise.all(
      [...kinds.values()].map((kind) => nodes.client.list(kind, { namespace })),
    );
    return lists.flat();
  }
});

/** The managed routes that a router can have, as names and steps. */
function routesOf({ router }: Family) {
  const header = { match: [{ headerName: "x-beta", headerValue: { exact: "1" } }] };
  const mirror = { match: [{ method: { exact: "GET" }, path: { prefix: "/" } }], percentage: 35 };
  return [
    { name: "beta", can: router.can.header, step: { setHeaderRoute: { name: "beta", ...header } } },
    { name: "shadow", can: router.can.mirror, step: { setMirrorRoute: { name: "shadow", ...mirror } } },
  ];
}

/** The Rollout of a family, with every managed route that its router can have. */
function withRoutes(family: Family): KubeObject {
  const rollout = rolloutOf(family, shop.name);
  const routes = routesOf(family).filter(({ can }) => can);
  const spec = rollout["spec"] as { strategy: { canary: Record<string, object> } };
  const { canary } = spec.strategy;
  const managedRoutes = routes.map(({ name }) => ({ name }));
  const trafficRouting = { ...canary["trafficRouting"], ...(routes.length > 0 ? { managedRoutes } : {}) };
  const steps = [{ setWeight: 25 }, ...routes.map(({ step }) => step), { pause: {} }];
  return { ...rollout, spec: { ...spec, strategy: { canary: { ...canary, trafficRouting, steps } } } };
}

function namespaceOf({ name }: Family): string {
  return `routers-${name.toLowerCase().replaceAll(" ", "-")}`;
}

function rolloutRef(family: Family): ObjectRef {
  return { ...shop, namespace: namespaceOf(family) };
}

function unlessThere(error: unknown): void {
  if (!(error instanceof ApiError && error.reason === "AlreadyExists")) throw error;
}
