import type { ManagedRoute } from "../traffic/router.ts";
import type { View } from "./view.ts";

/**
 * The header and mirror routes that should exist at the current step: what the steps up to it have set and
 * not taken back, in the order of `managedRoutes`. None on a first deployment (traffic-cli-ops 1.5, gate 2).
 */
export function managedRoutes({ canary, steps, index, revision }: View): readonly ManagedRoute[] {
  const managed = canary?.trafficRouting?.managedRoutes;
  if (managed === undefined || index === undefined || revision <= 1) return [];
  const routes = new Map<string, ManagedRoute>();
  for (const { setHeaderRoute: header, setMirrorRoute: mirror } of steps.slice(0, index + 1)) {
    if (header !== undefined)
      put(routes, header.name ?? "", header.match, (match) => ({ header: { match } }));
    if (mirror !== undefined) {
      put(routes, mirror.name, mirror.match, (match) => ({
        mirror: { match, percentage: mirror.percentage },
      }));
    }
  }
  return managed.flatMap(({ name }) => routes.get(name) ?? []);
}

function put(
  routes: Map<string, ManagedRoute>,
  name: string,
  match: readonly unknown[] | undefined,
  shape: (match: readonly unknown[]) => Omit<ManagedRoute, "name">,
): void {
  if (match === undefined || match.length === 0) routes.delete(name);
  else routes.set(name, { name, ...shape(match) });
}
