import type { Json } from "../api/json.ts";
import { hashLabel } from "../api/labels.ts";
import type { KubeObject, ObjectRef } from "../api/object.ts";
import { invalid, Problem } from "../api/problem.ts";
import { AppMeshRouting } from "../api/trafficRouting.ts";
import type { Effect, Patch } from "../reconcile/effect.ts";
import { fieldsIn, listIn, numberIn, textIn, weighted } from "./fields.ts";
import { routingPath } from "./ingress.ts";
import { marked, unmarked } from "./mark.ts";
import { narrow } from "./narrow.ts";
import type { Router, Wanted } from "./router.ts";
import { ended, highest, shareIn, sharesOf } from "./shares.ts";

const protocols = ["httpRoute", "tcpRoute", "http2Route", "grpcRoute"];

/** AWS App Mesh: the weights of a VirtualRouter and the pod selectors of two VirtualNodes (2.5). */
export function appMesh(version = "v1beta2"): Router<AppMeshRouting> {
  const apiVersion = `appmesh.k8s.aws/${version}`;
  const of = (kind: string) => ({ apiVersion, kind });
  return {
    config: AppMeshRouting,
    can: {
      header: false,
      mirror: false,
      experiment: false,
      verify: false,
      tcp: true,
      maxWeight: false,
      pingPong: false,
    },
    kinds: () => [of("VirtualService"), of("VirtualRouter"), of("VirtualNode")],
    objects: ({ virtualService, ...config }, { namespace }): readonly ObjectRef[] => [
      ...(virtualService === undefined
        ? []
        : [{ ...of("VirtualService"), namespace, name: virtualService.name }]),
      ...nodeNames(config).map((name) => ({ ...of("VirtualNode"), namespace, name })),
    ],
    leadsTo: (config, objects, { namespace }) => {
      const ref = routerRef(foundIn(config, objects).service);
      const name = textIn(ref, "name");
      return name === undefined
        ? []
        : [{ ...of("VirtualRouter"), namespace: textIn(ref, "namespace") ?? namespace, name }];
    },
    route(config, objects, wanted) {
      const found = foundIn(config, objects);
      const weights = weightsPatch(config, checkedRouter(found), wanted);
      const { canary, stable } = nodePatches(config, found, wanted);
      const carried = carries(config, found, wanted) ?? 0;
      // Traffic leaves a node before its pods change to a version that has none (trap T-6); the stable one
      // has the stable pods before traffic comes back to it.
      return wanted.weight === 0 && carried > 0 && movesCanary(found, wanted)
        ? [...stable, ...weights]
        : [...stable, ...canary, ...weights];
    },
    carries: (config, objects, wanted) => carries(config, foundIn(config, objects), wanted),
    check,
    clean: (config, objects, wanted) => released(config, foundIn(config, objects), wanted),
  };
}

interface Found {
  readonly service: KubeObject | undefined;
  readonly canaryNode: KubeObject | undefined;
  readonly stableNode: KubeObject | undefined;
  readonly router: KubeObject | undefined;
}

function nodeNames({ virtualNodeGroup }: AppMeshRouting): readonly string[] {
  if (virtualNodeGroup === undefined) return [];
  return [virtualNodeGroup.canaryVirtualNodeRef.name, virtualNodeGroup.stableVirtualNodeRef.name];
}

function foundIn(
  { virtualService, virtualNodeGroup }: AppMeshRouting,
  objects: readonly (KubeObject | undefined)[],
): Found {
  const left = [...objects];
  const service = virtualService === undefined ? undefined : left.shift();
  const [canaryNode, stableNode] = virtualNodeGroup === undefined ? [] : left.splice(0, 2);
  return { service, canaryNode, stableNode, router: left[0] };
}

function routerRef(service: KubeObject | undefined): Json {
  return fieldsIn(service, "spec", "provider", "virtualRouter", "virtualRouterRef");
}

function checkedRouter({ service, router }: Found): KubeObject {
  if (service === undefined) throw new Problem("Virtual-service is missing");
  if (textIn(routerRef(service), "name") === undefined) {
    throw new Problem("Virtual-service is not associated with virtual-router");
  }
  if (router === undefined) throw new Problem("Virtual-router is missing");
  return router;
}

/** The routes of the router that carry weights, each with the protocol that it has. */
function isSelected({ virtualService }: AppMeshRouting, route: Json): boolean {
  const { routes = [] } = virtualService ?? {};
  return routes.length === 0 || routes.includes(String(route["name"]));
}

function protocolOf(route: Json): string | undefined {
  return protocols.find((protocol) => route[protocol] !== undefined && route[protocol] !== null);
}

function targetsOf(route: Json): readonly Json[] {
  return listIn(route, protocolOf(route) ?? "", "action", "weightedTargets");
}

function weightsPatch(config: AppMeshRouting, router: KubeObject, wanted: Wanted): readonly Patch[] {
  const after = marked(withWeights(config, router, wanted), wanted);
  const { name } = router.metadata;
  const why = `send ${wanted.weight} of ${wanted.max} to the canary through VirtualRouter ${name}`;
  return narrow(router, after, why);
}

function withWeights(config: AppMeshRouting, router: KubeObject, wanted: Wanted): KubeObject {
  const { canary, stable } = sharesOf({ ...wanted, additional: [] }, 100);
  const [canaryName, stableName] = nodeNames(config);
  const routes = listIn(router, "spec", "routes").map((route) => {
    const protocol = protocolOf(route);
    if (protocol === undefined || !isSelected(config, route)) return route;
    const weightedTargets = targetsOf(route).map((target) => {
      const name = nodeOf(target, wanted);
      if (name === canaryName) return weighted(target, canary);
      return name === stableName ? weighted(target, stable) : target;
    });
    const body = fieldsIn(route, protocol);
    return { ...route, [protocol]: { ...body, action: { ...fieldsIn(body, "action"), weightedTargets } } };
  });
  return { ...router, spec: { ...fieldsIn(router, "spec"), routes } };
}

/** The node of a target in our namespace; nodes elsewhere are not ours. */
function nodeOf(target: Json, { namespace }: Wanted): string {
  const ref = fieldsIn(target, "virtualNodeRef");
  const place = textIn(ref, "namespace") ?? "";
  return place === "" || place === namespace ? (textIn(ref, "name") ?? "") : "";
}

/** App Mesh forbids equal selectors, so a canary node without pods of its own gets a literal (trap T-53). */
function hashesOf({ canaryHash, stableHash }: Wanted): { readonly canary: string; readonly stable: string } {
  return {
    canary: canaryHash === "" || canaryHash === stableHash ? "canary-hash" : canaryHash,
    stable: stableHash === "" ? "stable-hash" : stableHash,
  };
}

function nodePatches({ virtualNodeGroup }: AppMeshRouting, found: Found, wanted: Wanted) {
  if (virtualNodeGroup === undefined) return { canary: [], stable: [] };
  const { canary, stable } = hashesOf(wanted);
  return {
    canary: nodePatch(found.canaryNode, canary, wanted),
    stable: nodePatch(found.stableNode, stable, wanted),
  };
}

function nodePatch(node: KubeObject | undefined, hash: string, wanted: Wanted): readonly Patch[] {
  if (node === undefined) throw new Problem("Virtual-node is missing");
  const after = marked(withLabels(node, { ...labelsOf(node), [hashLabel]: hash }), wanted);
  return narrow(node, after, `VirtualNode ${node.metadata.name} follows ${hash}`);
}

function labelsOf(node: KubeObject): Json {
  return fieldsIn(node, "spec", "podSelector", "matchLabels");
}

function withLabels(node: KubeObject, matchLabels: Json): KubeObject {
  const spec = fieldsIn(node, "spec");
  return { ...node, spec: { ...spec, podSelector: { ...fieldsIn(spec, "podSelector"), matchLabels } } };
}

function movesCanary({ canaryNode }: Found, wanted: Wanted): boolean {
  return canaryNode !== undefined && labelsOf(canaryNode)[hashLabel] !== hashesOf(wanted).canary;
}

function carries(config: AppMeshRouting, { router }: Found, wanted: Wanted): number | undefined {
  const [canaryName] = nodeNames(config);
  const routes = listIn(router, "spec", "routes").filter((route) => isSelected(config, route));
  return highest(
    routes.map((route) => {
      const sum = (ours: boolean) =>
        targetsOf(route)
          .filter((target) => (nodeOf(target, wanted) === canaryName) === ours)
          .reduce((total, target) => total + (numberIn(target, "weight") ?? 0), 0);
      return shareIn(sum(true), [sum(false)], wanted.max);
    }),
  );
}

function released(
  config: AppMeshRouting,
  { router, canaryNode, stableNode }: Found,
  wanted: Wanted,
): readonly Effect[] {
  const nodes = [canaryNode, stableNode].flatMap((node) => {
    if (node === undefined) return [];
    return narrow(node, unmarked(node, wanted), `VirtualNode ${node.metadata.name} is not ours any more`);
  });
  if (router === undefined) return nodes;
  const after = unmarked(withWeights(config, router, ended(wanted)), wanted);
  return [...narrow(router, after, `${router.metadata.name} goes back to stable`), ...nodes];
}

/**
 * Refuses a VirtualService without router, and routes that do not have two targets (traffic-cli-ops 1.3,
 * 2.5).
 */
function check(config: AppMeshRouting, objects: readonly (KubeObject | undefined)[]): void {
  const found = foundIn(config, objects);
  const path = `${routingPath}.appMesh.virtualService`;
  const name = config.virtualService?.name ?? "";
  let router: KubeObject;
  try {
    router = checkedRouter(found);
  } catch (error) {
    throw error instanceof Problem ? invalid(`${path}.name`, name, error.message) : error;
  }
  for (const route of listIn(router, "spec", "routes").filter((one) => isSelected(config, one))) {
    if (targetsOf(route).length === 2) continue;
    const which = `${String(route["name"])} of VirtualRouter ${router.metadata.name}`;
    throw invalid(`${path}.routes`, route["name"], `route ${which} must have exactly 2 weightedTargets`);
  }
}
