import type { KindRef, KubeObject } from "../api/object.ts";
import type { Cluster } from "../sim/cluster.ts";
import { endpointSliceRef } from "../sim/controllers/kinds.ts";
import { jsonOf, listOf } from "../sim/json.ts";

/** The kind of route that the gateway obeys. */
export const routeKind: KindRef = { apiVersion: "gateway.networking.k8s.io/v1", kind: "HTTPRoute" };

/**
 * What a gateway knows of a cluster: which Services get which share, and which pods are ready behind them.
 */
export class Endpoints {
  readonly #slices = new Map<string, { readonly service: string; readonly pods: readonly string[] }>();
  readonly #unwatch: (() => void)[];
  #weights: ReadonlyMap<string, number> | undefined;

  constructor(cluster: Cluster, routed: boolean) {
    this.#unwatch = [
      cluster.watch(endpointSliceRef, {}, ({ type, object }) => this.#slice(object, type === "DELETED")),
    ];
    if (!routed) return;
    const stop = cluster.watch(routeKind, {}, ({ type, object }) => {
      this.#weights = type === "DELETED" ? undefined : weightsOf(object);
    });
    this.#unwatch.push(stop);
  }

  /** The weights of the Services as the route says; undefined when there is no route. */
  get weights(): ReadonlyMap<string, number> | undefined {
    return this.#weights;
  }

  /** The names of the pods behind a Service that are ready. */
  behind(service: string): readonly string[] {
    return [...this.#slices.values()].filter((one) => one.service === service).flatMap(({ pods }) => pods);
  }

  /** The names of all pods that are ready behind any Service. */
  all(): readonly string[] {
    return [...new Set([...this.#slices.values()].flatMap(({ pods }) => pods))];
  }

  close(): void {
    for (const stop of this.#unwatch) stop();
  }

  #slice(slice: KubeObject, gone: boolean): void {
    const { name, labels } = slice.metadata;
    if (gone) return void this.#slices.delete(name);
    const ready = listOf(slice["endpoints"])
      .map(jsonOf)
      .filter(({ conditions }) => jsonOf(conditions)["ready"] === true);
    const pods = ready.map(({ targetRef }) => String(jsonOf(targetRef)["name"]));
    this.#slices.set(name, { service: labels?.["kubernetes.io/service-name"] ?? "", pods });
  }
}

/** The weights in the first rule of a route; one that is not written is 1. */
function weightsOf(route: KubeObject): ReadonlyMap<string, number> {
  const [rule] = listOf(jsonOf(route["spec"])["rules"]);
  const backends = listOf(jsonOf(rule)["backendRefs"]).map(jsonOf);
  return new Map(backends.map(({ name, weight = 1 }) => [String(name), Number(weight)]));
}
