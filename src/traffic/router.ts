import type { z } from "zod";
import type { LabelSelector } from "../api/meta.ts";
import type { KindRef, KubeObject, ObjectRef } from "../api/object.ts";
import type { Effect } from "../reconcile/effect.ts";

/** A header or mirror route that should exist now (traffic-cli-ops 1.5 gate 2, 2.x). */
export interface ManagedRoute {
  readonly name: string;
  readonly header?: { readonly match: readonly unknown[] };
  readonly mirror?: { readonly match: readonly unknown[]; readonly percentage?: number | undefined };
}

/** Traffic for the pods of an experiment, beside canary and stable. */
export interface AdditionalDestination {
  readonly serviceName: string;
  readonly podTemplateHash: string;
  readonly weight: number;
  /**
   * The port of its Service: the one named `http`, else the first. Routers that need one take 8080 when
   * unknown.
   */
  readonly port?: number | undefined;
}

/**
 * How traffic should flow: everything a router may need, in one value that says the same until something
 * changes.
 */
export interface Wanted {
  readonly namespace: string;
  /** Name and uid of the Rollout: for managed-by annotations and owner references. */
  readonly rollout: { readonly name: string; readonly uid: string };
  readonly canaryService: string;
  readonly stableService: string;
  /** The pair of services that swap roles, and which of them is stable now. */
  readonly pingPong?:
    | { readonly ping: string; readonly pong: string; readonly stable: "ping" | "pong" }
    | undefined;
  /** The canary's share of `max`. */
  readonly weight: number;
  readonly max: number;
  readonly additional: readonly AdditionalDestination[];
  /**
   * Services of earlier experiments that may still be in the objects; what is not in `additional` is taken
   * out.
   */
  readonly former: readonly string[];
  /**
   * A ReplicaSet of either version that is not fully available; undefined while aborting (traffic-cli-ops
   * 2.3.4).
   */
  readonly unready?: string | undefined;
  /** Pod hashes for routers that tell versions apart by label; empty when that ReplicaSet does not exist. */
  readonly canaryHash: string;
  readonly stableHash: string;
  /** The header and mirror routes that should exist, in the order of `managedRoutes`. */
  readonly routes: readonly ManagedRoute[];
  /** Every name in `managedRoutes`, now and before: what is listed here and not in `routes` is removed. */
  readonly managed: readonly string[];
  /** The names among these that are not in `managedRoutes` any more. */
  readonly formerlyManaged?: readonly string[] | undefined;
  /**
   * The configured router by its name, with its configuration and cluster: noted on every object that is
   * written.
   */
  readonly by?:
    | { readonly router: string; readonly config: unknown; readonly cluster?: string | undefined }
    | undefined;
}

/** What a router can do; validation, `lint` and the docs page read it (traffic-cli-ops 2.0). */
export interface Capabilities {
  readonly header: boolean;
  readonly mirror: boolean;
  readonly experiment: boolean;
  readonly verify: boolean;
  readonly tcp: boolean;
  readonly maxWeight: boolean;
  readonly pingPong: boolean;
}

/** The Rollout whose objects are to be read. */
export interface RoutedRollout {
  readonly namespace: string;
  readonly name: string;
  readonly stableService: string;
  /** Every name in `managedRoutes`; some routers keep an object for each. */
  readonly managed?: readonly string[] | undefined;
}

/** The objects of a kind in a namespace that have certain labels. */
export interface Selected {
  readonly kind: KindRef;
  readonly namespace: string;
  readonly selector: LabelSelector;
}

/**
 * One traffic router. Pure: it names the objects it reshapes, turns traffic into writes, and reads back what
 * they carry.
 */
export interface Router<Config = unknown> {
  readonly config: z.ZodType<Config>;
  readonly can: Capabilities;
  /** Names us where the objects are in another cluster, whose objects other controllers write to as well. */
  readonly cluster?: string | undefined;
  /** Whether weights that its objects carry count as verified. */
  readonly confirms?: true;
  /** Kinds that are watched while a Rollout uses this router, if their CRD exists. */
  kinds(config: Config): readonly KindRef[];
  /** What to read before `route`: existing objects, and those that it may create. */
  objects(config: Config, rollout: RoutedRollout): readonly ObjectRef[];
  /** Objects found by their labels are read too: they stand behind those of `objects()`. */
  selects?(config: Config, rollout: RoutedRollout): readonly Selected[];
  /**
   * What the objects of `objects()` lead to (the router of a VirtualService); it stands behind all others.
   */
  leadsTo?(
    config: Config,
    objects: readonly (KubeObject | undefined)[],
    rollout: RoutedRollout,
  ): readonly ObjectRef[];
  /**
   * The writes that make the objects carry what is wanted; none when they do already (that is how a weight is
   * known to hold). `objects` are in the order of `objects()`, undefined where missing, then what `selects`
   * and `leadsTo` brought. Throws `Problem` when it cannot.
   */
  route(config: Config, objects: readonly (KubeObject | undefined)[], wanted: Wanted): readonly Effect[];
  /** The canary weight that the objects carry now (of `wanted.max`); undefined when that cannot be told. */
  carries(config: Config, objects: readonly (KubeObject | undefined)[], wanted: Wanted): number | undefined;
  /**
   * What is wrong with the referenced objects, as `InvalidSpec` says it (traffic-cli-ops 1.3); nothing when
   * fine.
   */
  check?(config: Config, objects: readonly (KubeObject | undefined)[], wanted: Wanted): void;
  /** The writes that remove every trace of ours when routing is removed or the Rollout is deleted. */
  clean?(config: Config, objects: readonly (KubeObject | undefined)[], wanted: Wanted): readonly Effect[];
}
