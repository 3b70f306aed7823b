import { setTimeout as sleep } from "node:timers/promises";
import type { KubeObject } from "../api/object.ts";
import { Problem } from "../api/problem.ts";
import type { Millis } from "../api/time.ts";
import type { Cluster } from "../sim/cluster.ts";
import { podRef } from "../sim/controllers/kinds.ts";
import { jsonOf, listOf } from "../sim/json.ts";
import type { Opened } from "./listening.ts";
import { startPodServer } from "./pod.ts";
import { samplesIn } from "./promql/exposition.ts";
import type { Sample } from "./promql/series.ts";

interface Running {
  readonly server: Promise<Opened>;
  url: string | undefined;
}

/** How the pods are run. */
export interface PodsOptions {
  /** How long a server takes to start. */
  readonly startsAfter: Millis;
  /** Told when the server of a pod answers. */
  ready(): void;
  /** Told when one cannot be started. */
  fail(error: unknown): void;
}

/** Runs a server for each pod of a cluster, as long as the pod is there. */
export class Pods {
  readonly #running = new Map<string, Running>();
  readonly #unwatch: () => void;
  readonly #options: PodsOptions;

  constructor(cluster: Cluster, options: PodsOptions) {
    this.#options = options;
    this.#unwatch = cluster.watch(podRef, {}, ({ type, object }) => {
      if (type === "DELETED") void this.#stop(object.metadata.name);
      else this.#start(object);
    });
  }

  /** Where a pod answers; undefined when there is none of this name. */
  url(name: string): string | undefined {
    return this.#running.get(name)?.url;
  }

  /** What the metrics of each pod say now; a pod that does not answer is left out. */
  async metrics(): Promise<ReadonlyMap<string, readonly Sample[]>> {
    const found = new Map<string, readonly Sample[]>();
    const asked = [...this.#running].map(async ([name, { url }]) => {
      if (url === undefined) return;
      try {
        found.set(name, samplesIn(await (await fetch(`${url}/metrics`)).text()));
      } catch (error) {
        if (error instanceof Problem) throw error;
        // it has ended in the meantime
      }
    });
    await Promise.all(asked);
    return found;
  }

  async close(): Promise<void> {
    this.#unwatch();
    await Promise.all([...this.#running.keys()].map((name) => this.#stop(name)));
  }

  #start(pod: KubeObject): void {
    const { name, labels = {} } = pod.metadata;
    if (this.#running.has(name)) return;
    const { startsAfter, ready, fail } = this.#options;
    const version = { service: labels["app"] ?? name, tag: tagOf(pod) };
    const server = sleep(startsAfter).then(() => startPodServer(version));
    const running: Running = { server, url: undefined };
    this.#running.set(name, running);
    server.then(({ url }) => {
      running.url = url;
      ready();
    }, fail);
  }

  async #stop(name: string): Promise<void> {
    const running = this.#running.get(name);
    this.#running.delete(name);
    await (await running?.server)?.close();
  }
}

/** The tag of the image of the first container of a pod, or of the pods of a ReplicaSet or Rollout. */
export function tagOf(object: KubeObject): string {
  const spec = jsonOf(object["spec"]);
  const podSpec = jsonOf(jsonOf(spec["template"])["spec"] ?? spec);
  const { image = "" } = jsonOf(listOf(podSpec["containers"])[0]);
  return String(image).replace(/^.*:/, "");
}
