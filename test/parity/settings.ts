import { ingressOf } from "./users.ts";
import type { Beginning } from "./world.ts";

type Fields = Readonly<Record<string, unknown>>;

/** A canary without traffic router. */
export function basic(replicas: number, strategy: Fields, more: Fields = {}): Beginning {
  return { spec: { replicas, strategy: { canary: strategy }, ...more } };
}

/** A canary whose traffic nginx carries; its Services are `s` and `c`. */
export function routed(replicas: number, strategy: Fields, more: Fields = {}): Beginning {
  const trafficRouting = { nginx: { stableIngress: "web" } };
  const canary = { stableService: "s", canaryService: "c", trafficRouting, ...strategy };
  return {
    spec: { replicas, strategy: { canary }, ...more },
    services: ["s", "c"],
    objects: [ingressOf("web", "s")],
  };
}

/** Blue-green with the Services `a` and `p`. */
export function blueGreen(replicas: number, strategy: Fields = {}, more: Fields = {}): Beginning {
  return {
    spec: {
      replicas,
      strategy: { blueGreen: { activeService: "a", previewService: "p", ...strategy } },
      ...more,
    },
    services: ["a", "p"],
  };
}

/** One pod more may exist, none may be missing. */
export const oneMore = { maxSurge: 1, maxUnavailable: 0 };
