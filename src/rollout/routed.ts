import type { KindRef, KubeObject, ObjectRef } from "../api/object.ts";
import { listIn } from "../traffic/fields.ts";
import { type ConfiguredRouter, configuredRouters, type Routers } from "../traffic/index.ts";
import type { RoutedRollout } from "../traffic/router.ts";

interface LooseStrategy {
  readonly canary?: Readonly<Record<string, unknown>> & { readonly trafficRouting?: never };
  readonly blueGreen?: unknown;
}

/** The routers of a Rollout that nothing has checked yet; undefined when its configuration cannot be read. */
export function routersOf(object: KubeObject, table: Routers): readonly ConfiguredRouter[] | undefined {
  const { canary, blueGreen } = strategyIn(object);
  if (canary?.trafficRouting === undefined || blueGreen !== undefined) return [];
  try {
    return configuredRouters(canary.trafficRouting, table);
  } catch {
    return undefined; // the Rollout says itself what is wrong with it
  }
}

/** What routers are told of a Rollout. */
export function routedRollout(object: KubeObject): RoutedRollout {
  const { canary } = strategyIn(object);
  const { namespace = "", name } = object.metadata;
  const stableService = String(canary?.["stableService"] ?? "");
  const managed = listIn(canary?.trafficRouting, "managedRoutes").map((route) => String(route["name"]));
  return { namespace, name, stableService, managed };
}

/** The objects of routers that a Rollout names. */
export function routerObjects(object: KubeObject, table: Routers): readonly ObjectRef[] {
  const rollout = routedRollout(object);
  return (routersOf(object, table) ?? []).flatMap(({ router, config }) => router.objects(config, rollout));
}

/** The kinds of the routers of a Rollout. */
export function routerKinds(object: KubeObject, table: Routers): readonly KindRef[] {
  return (routersOf(object, table) ?? []).flatMap(({ router, config }) => router.kinds(config));
}

function strategyIn(object: KubeObject): LooseStrategy {
  return (object["spec"] as { readonly strategy?: LooseStrategy } | undefined)?.strategy ?? {};
}
