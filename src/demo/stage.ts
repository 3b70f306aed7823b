import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { KubeObject } from "../api/object.ts";
import { type Millis, seconds } from "../api/time.ts";
import { wallClock } from "../controller/wallClock.ts";
import { ApiError } from "../reconcile/ports.ts";
import { startBuiltIns } from "../sim/builtIns.ts";
import { Cluster } from "../sim/cluster.ts";
import { podRef } from "../sim/controllers/kinds.ts";
import { prepareDefinitions } from "../sim/definitions.ts";
import { serveApi } from "../sim/http.ts";
import { looseDefinition } from "../sim/looseKinds.ts";
import { ourDefinitions } from "../sim/play.ts";
import type { Fate } from "../sim/podFate.ts";
import { sourceOf } from "../sim/source.ts";
import { type Ground, startChild } from "./child.ts";
import { Endpoints, routeKind } from "./endpoints.ts";
import { openGateway } from "./gateway.ts";
import { listenProblem, type Opened } from "./listening.ts";
import { manifests, type Patched } from "./manifests.ts";
import { type MetricsServer, openMetrics } from "./metrics.ts";
import type { Options } from "./options.ts";
import { fast, type Pace, watchable } from "./pace.ts";
import { Pods } from "./pods.ts";
import { Totals } from "./totals.ts";

/** Everything that the demo runs, apart from the traffic. */
export interface Stage {
  readonly cluster: Cluster;
  readonly endpoints: Endpoints;
  readonly gateway: Opened;
  readonly metrics: MetricsServer;
  readonly patched: Patched;
  readonly pace: Pace;
  /** The file with which kubectl talks to the cluster. */
  readonly kubeconfig: string;
}

const controller = fileURLToPath(new URL("../main.ts", import.meta.url));

/** How long a pod still answers once it is deleted: its gateway needs a moment to look elsewhere. */
const stopAfter: Millis = seconds(1);

/**
 * Opens the cluster with its pods, the gateway and the metrics, starts the controller, applies the manifests.
 */
export async function openStage(ground: Ground, options: Options): Promise<Stage> {
  const pace = options.fast ? fast : watchable;
  const { belongings, folder } = ground;
  const { cluster, pods } = openCluster(ground, pace);
  const kubeconfig = await openApi(ground, cluster, options.port);
  const endpoints = new Endpoints(cluster, options.route);
  belongings.add(() => endpoints.close());
  const gateway = await openGateway({ endpoints, url: (name) => pods.url(name) }, options.gatewayPort);
  belongings.add(gateway.close);
  const { scrapeEvery } = pace;
  const { prometheus: given, metrics: backend, metricsPort: port } = options;
  const totals = new Totals();
  const scrape = async () => {
    totals.add(await pods.metrics());
    return totals.samples;
  };
  const metrics = await openMetrics(ground, { scrape, scrapeEvery, backend, given, port });
  const flags = [`--kubeconfig=${join(folder, "kubeconfig")}`, "--healthzPort=0", "--metricsPort=0"];
  startChild(ground, "controller", process.execPath, [controller, ...flags, "--loglevel=warn"]);
  const patched = await manifests({ pace, address: metrics.url, routed: options.route });
  await apply(cluster, patched);
  return { cluster, endpoints, gateway, metrics, patched, pace, kubeconfig };
}

/** A cluster whose pods are ready as soon as their servers answer. */
function openCluster({ belongings, fail }: Ground, { readyAfter }: Pace): { cluster: Cluster; pods: Pods } {
  const routes = prepareDefinitions([looseDefinition({ ...routeKind, metadata: { name: "" } })]);
  const definitions = [...ourDefinitions(), ...routes];
  const cluster = new Cluster({ clock: wallClock, definitions, makesNamespaces: true });
  const pods = new Pods(cluster, { startsAfter: readyAfter, fail, ready: () => builtIns.wakeAll(podRef) });
  belongings.add(() => pods.close());
  const fate = ({ metadata: { name } }: KubeObject): Fate =>
    pods.url(name) === undefined ? { is: "unready" } : { is: "ready", after: 0 as Millis };
  const failed = (error: unknown) => {
    if (!(error instanceof ApiError)) fail(error);
  };
  const builtIns = startBuiltIns({
    clock: wallClock,
    client: cluster.client(),
    source: sourceOf(cluster),
    pods: { fate, stopAfter },
    node: "demo",
    endpoints: true,
    witness: { reconciled: () => {}, failed: (_kind, _key, error) => failed(error) },
  });
  belongings.add(() => builtIns.stop());
  return { cluster, pods };
}

/** Opens the HTTP face of the cluster; resolves to the file that says where it is. */
async function openApi({ belongings, folder }: Ground, cluster: Cluster, port: number): Promise<string> {
  const api = await serveApi(cluster, { port }).catch((cause: unknown) => {
    throw listenProblem(cause, port);
  });
  belongings.add(api.close);
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, api.kubeconfig, { mode: 0o600 });
  return kubeconfig;
}

/** Creates the objects; the Rollout comes last, so that it finds what it names. */
async function apply(cluster: Cluster, { objects }: Patched): Promise<void> {
  const client = cluster.client();
  const isRollout = ({ kind }: { readonly kind: string }) => kind === "Rollout";
  for (const object of objects.filter((one) => !isRollout(one))) await client.create(object);
  for (const object of objects.filter(isRollout)) await client.create(object);
}
