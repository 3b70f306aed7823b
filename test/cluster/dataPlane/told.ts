import { fieldsIn, listIn } from "../../../src/traffic/fields.ts";
import type { Change } from "../support/chronicle.ts";
import type { Driver } from "./manifests.ts";

/** When the API server told everybody, in moments of `performance.now()`; undefined when it never did. */
export interface Told {
  /** That the canary Service has no ready pod any more. */
  readonly podsGone: number | undefined;
  /** That the canary has no weight any more. */
  readonly weightGone: number | undefined;
}

/** The kind that tells proxies which pods a Service has. */
export const endpoints = { apiVersion: "discovery.k8s.io/v1", kind: "EndpointSlice" };

/** What the API server told of a driver's canary from a moment on. */
export function toldOf(driver: Driver, changes: readonly Change[], since: number): Told {
  const heard = (holds: (change: Change) => boolean): number | undefined =>
    changes.find((one) => one.heard > since && one.namespace === driver.namespace && holds(one))?.heard;
  return {
    podsGone: heard((one) => one.kind === endpoints.kind && isCanarys(one) && isWithoutPods(one)),
    weightGone: heard((one) => one.kind === driver.carrier.kind && isWithoutWeight(one)),
  };
}

function isCanarys({ object }: Change): boolean {
  return object?.metadata.labels?.["kubernetes.io/service-name"] === "shop-canary";
}

function isWithoutPods({ object }: Change): boolean {
  return listIn(object, "endpoints").every((one) => fieldsIn(one, "conditions")["ready"] === false);
}

/** Both kinds name Services with weights: one in its rules, the other as what it divides. */
function isWithoutWeight({ object }: Change): boolean {
  const named = [
    ...listIn(object, "spec", "rules").flatMap((rule) => listIn(rule, "backendRefs")),
    ...listIn(object, "spec", "weighted", "services"),
  ];
  return named.some(({ name, weight }) => name === "shop-canary" && weight === 0);
}
