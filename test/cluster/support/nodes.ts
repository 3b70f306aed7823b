import type { KubeObject } from "../../../src/api/object.ts";
import { type Millis, seconds } from "../../../src/api/time.ts";
import { wallClock } from "../../../src/controller/wallClock.ts";
import { accessOf } from "../../../src/kube/access.ts";
import { clientOf } from "../../../src/kube/client.ts";
import { loadConfig } from "../../../src/kube/config.ts";
import { Discovery } from "../../../src/kube/discovery.ts";
import { silent } from "../../../src/kube/log.ts";
import { transportOf } from "../../../src/kube/transport.ts";
import { Watch } from "../../../src/kube/watch.ts";
import { Cache } from "../../../src/reconcile/cache.ts";
import { startLoop } from "../../../src/reconcile/loop.ts";
import type { Client } from "../../../src/reconcile/ports.ts";
import type { Fate } from "../../../src/sim/podFate.ts";
import { type Ailment, fatesByImage, podKind } from "../../../src/sim/pods.ts";

const pods = { apiVersion: "v1", kind: "Pod" };

/** What stands in for nodes. */
export interface Nodes {
  /** A client of the API server with all rights. */
  readonly client: Client;
  stop(): Promise<void>;
}

/**
 * Runs the simulator's model of pods on a real API server that has no nodes: pods become ready after a while,
 * unless their image is ailing.
 */
export async function startNodes(
  kubeconfig: string,
  options: {
    readonly readyAfter?: Millis;
    readonly ailments?: ReadonlyMap<string, Ailment>;
    /** The fate of pods that have one of their own. */
    readonly fate?: (pod: KubeObject) => Fate | undefined;
    /** How long a pod takes to end; at most its grace period. Default: it ends at once. */
    readonly stopAfter?: Millis;
  } = {},
): Promise<Nodes> {
  const { config } = loadConfig({ kubeconfig });
  const transport = transportOf({ access: accessOf(config) });
  const discovery = new Discovery(transport);
  const client = clientOf(transport, discovery);
  const cache = new Cache();
  cache.register({ kind: pods });
  const usual = fatesByImage(options.ailments ?? new Map(), options.readyAfter ?? seconds(0.5));
  const fate = (pod: KubeObject): Fate => options.fate?.(pod) ?? usual(pod);
  const loop = startLoop({
    kind: podKind({ fate, stopAfter: options.stopAfter }),
    ports: { clock: wallClock, client },
    cache,
    recorder: { record: () => {} },
    witness: { reconciled: () => {}, failed: () => {} },
    workers: 8,
  });
  const watch = new Watch(pods, {}, cache, { transport, discovery, log: silent });
  await watch.synced;
  return {
    client,
    async stop() {
      await watch.stop();
      await loop.stop();
      transport.close();
    },
  };
}
