import { text } from "node:stream/consumers";
import type { KindRef } from "../../src/api/object.ts";
import { seconds } from "../../src/api/time.ts";
import { accessOf } from "../../src/kube/access.ts";
import { clientOf } from "../../src/kube/client.ts";
import { loadConfig } from "../../src/kube/config.ts";
import { Discovery } from "../../src/kube/discovery.ts";
import { silent } from "../../src/kube/log.ts";
import { type Ended, transportOf } from "../../src/kube/transport.ts";
import { Watch } from "../../src/kube/watch.ts";
import { Cache } from "../../src/reconcile/cache.ts";
import { ApiError, type Client } from "../../src/reconcile/ports.ts";
import { startNodes } from "../cluster/support/nodes.ts";
import { type Answered, answeredIn } from "./requests.ts";

export const rolloutRef: KindRef = { apiVersion: "argoproj.io/v1alpha1", kind: "Rollout" };
export const replicaSetRef: KindRef = { apiVersion: "apps/v1", kind: "ReplicaSet" };
export const ingressRef: KindRef = { apiVersion: "networking.k8s.io/v1", kind: "Ingress" };
export const eventRef: KindRef = { apiVersion: "v1", kind: "Event" };

/** Where everything is that the bench makes; a run before may still be on its way out. */
export const namespace = `lotse-bench-${process.pid}`;

/** What had been answered, and written by the bench itself, at one moment. */
export interface Count {
  readonly answered: readonly Answered[];
  readonly own: ReadonlyMap<string, number>;
}

/** The cluster on which is measured, seen through the eyes of the bench. */
export interface Cluster {
  readonly kubeconfig: string;
  readonly client: Client;
  /** Holds the Rollouts, ReplicaSets and Ingresses of the bench's namespace. */
  readonly cache: Cache;
  /** Requests so far. */
  count(): Promise<Count>;
  /** Removes what the bench has made, and ends its watches. */
  stop(): Promise<void>;
}

/** Reaches a cluster; pods become ready at once when it has no nodes that would run them. */
export async function reachCluster(kubeconfig: string): Promise<Cluster> {
  const own = new Map<string, number>();
  const transport = transportOf({
    access: accessOf(loadConfig({ kubeconfig }).config),
    userAgent: "lotse-bench",
    ended: (ended) => note(own, ended),
  });
  const discovery = new Discovery(transport);
  const client = clientOf(transport, discovery);
  const hasNodes = (await client.list({ apiVersion: "v1", kind: "Node" })).length > 0;
  const nodes = hasNodes ? undefined : await startNodes(kubeconfig, { readyAfter: seconds(0) });
  await client
    .create({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } })
    .catch(unlessThere);

  const cache = new Cache();
  const kinds = [rolloutRef, replicaSetRef, ingressRef];
  for (const kind of kinds) cache.register({ kind });
  const watches = kinds.map(
    (kind) => new Watch(kind, { namespace }, cache, { transport, discovery, log: silent }),
  );
  await Promise.all(watches.map((watch) => watch.synced));
  return {
    kubeconfig,
    client,
    cache,
    async count() {
      const answered = answeredIn(await text(await transport.stream({ method: "GET", path: "/metrics" })));
      return { answered, own: new Map(own) };
    },
    async stop() {
      await Promise.all(watches.map((watch) => watch.stop()));
      await client.delete({ apiVersion: "v1", kind: "Namespace", name: namespace });
      await nodes?.stop();
      transport.close();
    },
  };
}

const verbs: Readonly<Record<string, string>> = { Create: "POST", Patch: "PATCH", Delete: "DELETE" };
const plurals: Readonly<Record<string, string>> = {
  Rollout: "rollouts",
  ReplicaSet: "replicasets",
  Service: "services",
  Ingress: "ingresses",
};

/** Counts a write of the bench as the API server does. */
function note(own: Map<string, number>, { request: { about }, status }: Ended): void {
  const verb = verbs[about?.verb ?? ""];
  const resource = plurals[about?.kind ?? ""];
  if (verb === undefined || resource === undefined || status > 299) return;
  const sort = `${verb} ${resource}`;
  own.set(sort, (own.get(sort) ?? 0) + 1);
}

function unlessThere(error: unknown): void {
  if (!(error instanceof ApiError && error.code === 409)) throw error;
}
