import { setTimeout as sleep } from "node:timers/promises";
import { until } from "../support/child.ts";
import { Chronicle } from "../support/chronicle.ts";
import { startController } from "../support/controller.ts";
import { startControlPlane } from "../support/controlPlane.ts";
import { installOurs, installTraefik } from "../support/crds.ts";
import { startNodes } from "../support/nodes.ts";
import { type Figures, figuresOf } from "./figures.ts";
import { Kubelet, node, stopAfter } from "./kubelet.ts";
import { Load } from "./load.ts";
import { type Driver, drivers, manifests } from "./manifests.ts";
import { Shop } from "./shop.ts";
import { type Story, stories } from "./stories.ts";
import { endpoints, toldOf } from "./told.ts";
import { type Shared, startTraefik } from "./traefikProcess.ts";
import { Watching } from "./watching.ts";

// A process of its own, in a network namespace (see ../dataPlane.test.ts). It plays every story with both
// drivers at once and writes the figures of each as a line of JSON.

const [requests = 10_000, perSecond = 160] = process.argv.slice(2).map(Number);

const plane = await startControlPlane();
await installOurs(plane);
await installTraefik(plane);
const kubelet = new Kubelet();
const nodes = await startNodes(plane.kubeconfig, { fate: (pod) => kubelet.fate(pod), stopAfter });
kubelet.client = nodes.client;
await nodes.client.create(node);
const controller = await startController(plane.kubeconfig);
const proxy = await startTraefik(plane);
try {
  const shops = drivers.map((driver) => new Shop(nodes.client, driver));
  for (const driver of drivers) for (const object of manifests(driver)) await nodes.client.create(object);
  await Promise.all(shops.map((shop) => shop.is("Healthy")));
  await Promise.all(drivers.map((driver) => routed(driver)));
  for (const [at, story] of stories.entries()) {
    const told = await Promise.all(shops.map((shop) => played(story, shop, at + 2)));
    for (const figures of told) console.log(JSON.stringify(figures));
  }
} finally {
  await controller.stop();
  await proxy.child.stop();
  await nodes.stop();
  await plane.stop();
}
process.exit(); // Servers of pods still listen.

/** Waits until the proxy has a route with all of its weight on stable. */
async function routed(driver: Driver): Promise<void> {
  let last: Shared | undefined;
  const isRouted = async (): Promise<boolean> => {
    last = await proxy.shared(driver);
    return last.canary === 0 && last.canaryPods.length === 4;
  };
  const limits = { children: [proxy.child, controller.child], seconds: 180 };
  await until(`Traefik to know the route of ${driver.name}`, isRouted, limits).catch(
    async (error: unknown) => {
      const args = ["get", "traefikservice,httproute,rollout", "-n", driver.namespace, "-o", "yaml"];
      throw new Error(`${JSON.stringify(last)}\n${(await plane.kubectl(...args)).stdout}`, { cause: error });
    },
  );
}

/** One update under load: from before it until all requests are sent. */
async function played(story: Story, shop: Shop, version: number): Promise<Figures> {
  const { driver } = shop;
  const { stableRS: stable = "" } = await shop.status();
  const chronicle = new Chronicle(plane.kubeconfig, [endpoints, driver.carrier]);
  await chronicle.begun();
  const load = new Load(driver.host, perSecond);
  const watching = new Watching(proxy, driver);
  const sent = async (count: number): Promise<void> => {
    while (load.sent < count) await sleep(20);
  };
  let killedAt: number | undefined;
  await sent(perSecond);
  await shop.update(version, story.steps);
  const { currentPodHash: canary = "" } = await shop.status();
  await story.play({
    shop,
    kubelet,
    canary,
    stable,
    requests: (count) => sent(load.sent + count),
    killed: () => {
      killedAt = performance.now();
    },
  });
  await sent(requests);
  const asked = await load.stop();
  const samples = await watching.stop();
  const { changes } = await chronicle.stop();
  const told = toldOf(driver, changes, killedAt ?? Number.POSITIVE_INFINITY);
  const logged = (await proxy.failed()).filter(({ RequestHost }) => RequestHost === driver.host);
  const versionAt = (address: string): string | undefined => kubelet.versionAt(address);
  const seen = { asked, samples, logged, canaryHash: canary, killedAt, versionAt, told };
  return figuresOf({ story: story.name, driver: driver.name, ...seen });
}
