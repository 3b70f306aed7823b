import type { KubeObject } from "../../src/api/object.ts";
import type { Router } from "../../src/traffic/router.ts";
import type { Board } from "./support.ts";

type Read = (board: Board<unknown>) => { readonly canary: unknown; readonly stable: unknown };
type List = (board: Board<unknown>) => readonly object[];

/** One router on the table of conformance: its objects, and how to see what they say. */
export interface Family {
  readonly name: string;
  readonly router: Router;
  readonly config: unknown;
  /** The objects of the user, before anything was written. */
  readonly objects: readonly KubeObject[];
  /** The objects that must be there, and what is said when one is not. */
  readonly missing: readonly [kind: string, name: string, message: RegExp][];
  /** The weights of both sides, as numbers. */
  readonly read: Read;
  /** The weights of others, by name; routers that can do experiments have them. */
  readonly others?: (board: Board<unknown>) => ReadonlyMap<string, number>;
  /** Whether the router lists this managed route, and an experiment's Service, in its objects. */
  has(board: Board<unknown>, text: string): boolean;
  /** What others change in the object between look and write; it must survive. */
  readonly edit: (board: Board<unknown>) => KubeObject | undefined;
  /** What it cannot do, with the reason. */
  readonly cannot: Readonly<Partial<Record<"header" | "mirror" | "experiment" | "max" | "several", string>>>;
  /** A configuration with a second object like the first, and that object's name in place of the first's. */
  readonly several?: {
    readonly config: unknown;
    readonly objects: readonly KubeObject[];
    name(first: string): string;
  };
  /** How large its whole is when the maximum is 1000. */
  readonly whole: number;
}

export const both = [
  { name: "shop-stable", port: 80 },
  { name: "shop-canary", port: 80 },
];

export function weights(
  entries: readonly object[],
  nameOf: (entry: never) => unknown,
  canary = "shop-canary",
  stable = "shop-stable",
) {
  const weightOf = (name: string) => {
    const found = entries.find((entry) => nameOf(entry as never) === name) as { weight?: number } | undefined;
    return found?.weight ?? 0;
  };
  return { canary: Number(weightOf(canary)), stable: Number(weightOf(stable)) };
}

/** Reads weights out of the list that all of them stand in. */
export function listed(
  list: List,
  nameOf: (entry: never) => unknown,
  canary = "shop-canary",
  stable = "shop-stable",
): Required<Pick<Family, "read" | "others">> {
  return {
    read: (board) => weights(list(board), nameOf, canary, stable),
    others(board) {
      const all = list(board).map((entry) => {
        const { weight = 0 } = entry as { readonly weight?: number | string };
        return [String(nameOf(entry as never)), Number(weight)] as const;
      });
      return new Map(all.filter(([name, weight]) => name !== canary && name !== stable && weight > 0));
    },
  };
}

export function textOf(board: Board<unknown>): string {
  return JSON.stringify(board.all());
}

export function noting(kind: string, name: string) {
  return (board: Board<unknown>): KubeObject | undefined => {
    const found = board.get(kind, name);
    if (found === undefined) return undefined;
    return { ...found, metadata: { ...found.metadata, labels: { ...found.metadata.labels, team: "shop" } } };
  };
}

export const mentions = (board: Board<unknown>, text: string) => textOf(board).includes(`"${text}"`);

export const noHeader = "its rules are fixed by the user; only weights are ours";
export const noMirror = "the router has no object in which requests could be mirrored for one route";
export const noExperiment = "it knows two versions only";
export const noMax = "its weights always add up to 100";

export const noSeveral = "it names one object";

/** The same objects under a second name. */
export function again(objects: readonly KubeObject[], name = "second"): readonly KubeObject[] {
  return objects.map((one) => ({ ...one, metadata: { ...one.metadata, name } }));
}
