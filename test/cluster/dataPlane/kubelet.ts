import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { label } from "../../../src/api/labels.ts";
import { type KubeObject, refOf } from "../../../src/api/object.ts";
import { type Instant, instant, type Millis, seconds, since } from "../../../src/api/time.ts";
import type { Client } from "../../../src/reconcile/ports.ts";
import type { Fate } from "../../../src/sim/podFate.ts";

/** The node that all pods are on. */
export const node: KubeObject = { apiVersion: "v1", kind: "Node", metadata: { name: "node" } };

/** How long a pod that is told to end goes on serving: what a `preStop` that sleeps gives it. */
const preStop: Millis = seconds(5);
/** When a pod that is told to end is gone. */
export const stopAfter: Millis = seconds(8);
/** How long an answer takes, so that there are always some under way. */
const answerMillis = 10;

/** One pod of this kubelet. */
interface Served {
  readonly pod: KubeObject;
  readonly address: string;
  is: "starting" | "serving" | "dead" | "ending";
  server: Server | undefined;
}

/**
 * Runs pods as HTTP servers on addresses of their own. A pod is ready when its server listens. One that is
 * deleted serves on while its `preStop` sleeps, then takes no new connection and ends what is under way. One
 * that is killed breaks off.
 */
export class Kubelet {
  readonly #pods = new Map<string, Served>();
  #client: Client | undefined;
  #addresses = 0;

  /** What pods are told through; before it is known they are not placed. */
  set client(client: Client) {
    this.#client = client;
  }

  /** What becomes of a pod, for the model of pods; it is started and ended on the way. */
  fate(pod: KubeObject): Fate {
    const { uid = "", deletionTimestamp } = pod.metadata;
    const served = this.#pods.get(uid);
    if (deletionTimestamp !== undefined) {
      if (served !== undefined) this.#end(served);
      return { is: "unready" };
    }
    if (served === undefined) {
      this.#place(pod, uid);
      return { is: "unschedulable" };
    }
    const { podIP } = (pod["status"] ?? {}) as { readonly podIP?: string };
    if (podIP === undefined) return { is: "unschedulable" };
    if (served.is === "dead") return { is: "crash" };
    return served.is === "serving" ? { is: "ready", after: seconds(1) } : { is: "ready", after: soon(pod) };
  }

  /** Breaks off every pod of a version at once; the API server hears of it a second later. */
  async kill(namespace: string, hash: string): Promise<void> {
    const killed = this.#of(namespace, hash);
    for (const served of killed) {
      served.is = "dead";
      served.server?.close();
      served.server?.closeAllConnections();
    }
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await Promise.all(killed.map((served) => this.#look(served)));
  }

  /** Starts the containers of killed pods anew. */
  async revive(namespace: string, hash: string): Promise<void> {
    const dead = this.#of(namespace, hash).filter(({ is }) => is === "dead");
    await Promise.all(dead.map((served) => this.#serve(served)));
    await Promise.all(dead.map((served) => this.#look(served)));
  }

  /** The version of the pod with this address. */
  versionAt(address: string): string | undefined {
    const served = [...this.#pods.values()].find((one) => one.address === address);
    return served?.pod.metadata.labels?.[label.podHash];
  }

  #of(namespace: string, hash: string): readonly Served[] {
    return [...this.#pods.values()].filter(
      ({ pod: { metadata }, is }) =>
        is !== "ending" && metadata.namespace === namespace && metadata.labels?.[label.podHash] === hash,
    );
  }

  #place(pod: KubeObject, uid: string): void {
    if (this.#client === undefined) return;
    this.#addresses += 1;
    const address = `10.244.${1 + Math.floor(this.#addresses / 250)}.${1 + (this.#addresses % 250)}`;
    const served: Served = { pod, address, is: "starting", server: undefined };
    this.#pods.set(uid, served);
    this.#start(this.#client, served).catch(() => this.#pods.delete(uid)); // the pod is gone again
  }

  /** Binds a pod to the node, which endpoints ask for, gives it its address and serves there. */
  async #start(client: Client, served: Served): Promise<void> {
    const { name, namespace = "" } = served.pod.metadata;
    const target = { apiVersion: "v1", kind: "Node", name: node.metadata.name };
    await client.create({ apiVersion: "v1", kind: "Binding", metadata: { name, namespace }, target });
    const status = { podIP: served.address, podIPs: [{ ip: served.address }] };
    await client.patch(refOf(served.pod), { type: "merge", body: { status }, subresource: "status" });
    await this.#serve(served);
  }

  async #serve(served: Served): Promise<void> {
    const { name, labels } = served.pod.metadata;
    const headers = { "x-pod": name, "x-version": labels?.[label.podHash] ?? "" };
    const server = createServer((_asked, reply) => {
      setTimeout(() => reply.writeHead(200, headers).end("ok\n"), answerMillis);
    });
    server.keepAliveTimeout = 300_000; // longer than that of the proxy, as it should be
    server.listen(8080, served.address, 1024);
    await once(server, "listening");
    served.server = server;
    if (served.is !== "ending") served.is = "serving";
  }

  #end(served: Served): void {
    if (served.is === "ending") return;
    served.is = "ending";
    setTimeout(() => served.server?.close(), preStop);
  }

  /** Has the model look at a pod again. */
  async #look({ pod }: Served): Promise<void> {
    const annotations = { looked: String(performance.now()) };
    await this.#client?.patch(refOf(pod), { type: "merge", body: { metadata: { annotations } } });
  }
}

/** So long after its creation that the pod is looked at again in a moment. */
function soon({ metadata: { creationTimestamp } }: KubeObject): Millis {
  const now = Date.now() as Instant;
  const born = creationTimestamp === undefined ? now : instant(creationTimestamp);
  return (since(born, now) + 100) as Millis;
}
