import { label } from "../../src/api/labels.ts";
import type { KindRef, KubeObject } from "../../src/api/object.ts";
import { fieldsIn, listIn } from "../../src/traffic/fields.ts";
import { families } from "../traffic/families.ts";
import { targetGroups } from "../traffic/familiesOfGateways.ts";
import type { Family } from "../traffic/family.ts";
import { at } from "./json.ts";

/** Where objects are looked up: a cluster, or what a look saw. */
export interface Board {
  get(kind: string, name: string): KubeObject | undefined;
  all(): readonly KubeObject[];
}

/** What goes through one of the two Services of a history: its share in percent, and whose pods these are. */
export interface Flow {
  readonly share: number;
  readonly hash: string | undefined;
}

/** How traffic flows at a moment. */
export interface Flows {
  readonly canary: Flow;
  readonly stable: Flow;
  /** Of experiments; one whose Service is gone has the name of that in place of a hash. */
  readonly others: readonly Flow[];
}

/** A router of the histories: its family, and how the Rollout configures it. */
export interface Routing {
  readonly family: Family;
  /** The key under `trafficRouting`. */
  readonly key: string;
  readonly config: object;
  readonly objects: readonly KubeObject[];
  /** The kinds that tell where traffic goes. */
  readonly tells: readonly KindRef[];
  readonly pingPong: boolean;
  readonly read: Family["read"];
  readonly others: Family["others"] | undefined;
}

/** The Services: `shop-stable` is the active one and the ping of a pair, `shop-canary` the preview and the pong. */
export const stableService = "shop-stable";
export const canaryService = "shop-canary";

const split = { apiVersion: "split.smi-spec.io/v1alpha1", kind: "TrafficSplit" };

/** Every router of the conformance table by its name; ALB a second time, with a pair of Services that swap roles. */
export const routings: ReadonlyMap<string, Routing> = new Map(
  [...families.map(routingOf), albPair()].map((one) => [one.family.name, one]),
);

function routingOf(family: Family): Routing {
  const { name, objects } = family;
  const tells = [
    ...(name === "smi" ? [split] : []),
    ...objects.map(({ apiVersion, kind }) => ({ apiVersion, kind })),
  ];
  const pingPong = ["istio by Service", "gatewayAPI", "declarative"].includes(name);
  const key = name.split(" ")[0] ?? "";
  const { read, others } = family;
  return { family, key, config: family.config as object, objects, tells, pingPong, read, others };
}

function familyOf(name: string): Family {
  const found = families.find((family) => family.name === name);
  if (found === undefined) throw new Error(`no router ${name}`);
  return found;
}

/** A pair needs a Service of its own behind the Ingress. */
function albPair(): Routing {
  const alb = routingOf({ ...familyOf("alb"), name: "alb by pair" });
  const text = JSON.stringify(alb.objects).replaceAll(stableService, "shop-root");
  return {
    ...alb,
    key: "alb",
    config: { ...alb.config, rootService: "shop-root" },
    objects: JSON.parse(text) as KubeObject[],
    pingPong: true,
    ...targetGroups("shop-root"),
  };
}

/** What the objects of a router say of both Services, in percent; what is not said goes to stable. */
export function sharesIn(
  { read }: Routing,
  board: Board,
): { readonly canary: number; readonly stable: number } {
  const said = read(board as Parameters<Family["read"]>[0]);
  const canary = Number(said.canary) || 0;
  const stable = Number(said.stable) || 0;
  return canary + stable === 0 ? { canary: 0, stable: 100 } : { canary, stable };
}

/** The flows through the Services as the data plane would send them; the others are those of experiments. */
export function flowsIn(routing: Routing, board: Board): Flows {
  const { canary, stable } = sharesIn(routing, board);
  const others = routing.others?.(board as Parameters<Family["read"]>[0]) ?? new Map<string, number>();
  return {
    canary: { share: canary, hash: hashBehind(routing, board, "canary") },
    stable: { share: stable, hash: hashBehind(routing, board, "stable") },
    others: [...others].map(([name, share]) => ({ share, hash: selectedBy(board, name) ?? name })),
  };
}

/** Whose pods are behind a side: by the subset or node of the router, else by the selector of the Service. */
function hashBehind({ family }: Routing, board: Board, side: "canary" | "stable"): string | undefined {
  const name = side === "canary" ? canaryService : stableService;
  if (family.name === "istio by subset") {
    const subsets = listIn(board.get("DestinationRule", "shop"), "spec", "subsets");
    return hashIn(
      fieldsIn(
        subsets.find((one) => one["name"] === side),
        "labels",
      ),
    );
  }
  if (family.name === "appMesh") {
    return hashIn(fieldsIn(board.get("VirtualNode", name), "spec", "podSelector", "matchLabels"));
  }
  return selectedBy(board, name);
}

/** The hash that a Service selects. */
export function selectedBy(board: Board, name: string): string | undefined {
  return hashIn(at(board.get("Service", name), "spec", "selector"));
}

function hashIn(labels: unknown): string | undefined {
  const hash = at(labels, label.podHash);
  return typeof hash === "string" && hash !== "" ? hash : undefined;
}

/** Whether a change of this object can move traffic. */
export function moves(routing: Routing | undefined, { kind }: Pick<KindRef, "kind">): boolean {
  return kind === "Service" || (routing?.tells.some((one) => one.kind === kind) ?? false);
}
