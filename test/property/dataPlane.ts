import { label } from "../../src/api/labels.ts";
import type { KubeObject } from "../../src/api/object.ts";
import type { Cluster } from "../../src/sim/cluster.ts";
import { isRouted, type Setup } from "./history.ts";
import { numberAt } from "./json.ts";
import { sidesFor } from "./look.ts";
import { namespace, rolloutRef, routingOf } from "./manifests.ts";
import { type Board, flowsIn, moves, type Routing, selectedBy, stableService } from "./routing.ts";

type Report = (invariant: string, what: string) => void;

/** The objects that move traffic, as the cluster has them now. */
export function boardOf(cluster: Cluster, routing: Routing | undefined): Board {
  const services = { apiVersion: "v1", kind: "Service" };
  const kinds = new Map([services, ...(routing?.tells ?? [])].map((kind) => [kind.kind, kind]));
  return {
    all: () => [...kinds.values()].flatMap((kind) => cluster.list(kind, { namespace })),
    get: (kind, name) => {
      const known = kinds.get(kind);
      return known && cluster.get({ ...known, namespace, name });
    },
  };
}

/**
 * Watches the cluster itself, write by write, whatever was seen and decided: while no pod is lost, hurt or
 * restarted, no traffic goes to a version without an available pod (I1, I2).
 */
export class DataPlane {
  readonly #cluster: Cluster;
  readonly #report: Report;
  readonly #routing: Routing | undefined;
  readonly #board: Board;
  #end = () => {};

  constructor(cluster: Cluster, setup: Setup, report: Report) {
    this.#cluster = cluster;
    this.#report = report;
    this.#routing = routingOf(setup);
    this.#board = boardOf(cluster, this.#routing);
    if (isRouted(setup.strategy) || setup.strategy === "blueGreen") this.#begin();
  }

  /** Pods are lost or hurt: from now on anything may be without pods. */
  disturbed(): void {
    this.#end();
  }

  #begin(): void {
    this.#end = this.#cluster.core.store.witness((_, { object }) => {
      if (object.kind === "ReplicaSet" || moves(this.#routing, object)) this.#check(object);
    });
  }

  #check({ kind, metadata }: KubeObject): void {
    for (const { share, hash } of this.#flows()) {
      if (share === 0 || hash === undefined || this.#available(hash) > 0) continue;
      const what = `${share} % of the traffic go to ${hash}, which has no available pod`;
      this.#report("I1", `${what}, once ${kind} ${metadata.name} is written`);
      this.#end(); // once is enough
    }
  }

  #flows() {
    if (this.#routing === undefined) return [{ share: 100, hash: selectedBy(this.#board, stableService) }];
    const { canary, stable, others } = flowsIn(this.#routing, this.#board);
    return [canary, stable, ...others];
  }

  #available(hash: string): number {
    const sets = this.#cluster.list({ apiVersion: "apps/v1", kind: "ReplicaSet" }, { namespace });
    const set = sets.find((one) => one.metadata.labels?.[label.podHash] === hash);
    return Math.min(numberAt(set, "spec", "replicas"), numberAt(set, "status", "availableReplicas"));
  }
}

/** The weight of the canary side as the cluster has it now. */
export function weightNow(cluster: Cluster, routing: Routing): number {
  const rollout = cluster.get(rolloutRef);
  const flows = flowsIn(routing, boardOf(cluster, routing));
  return (rollout === undefined ? flows : sidesFor(rollout, flows)).canary.share;
}
