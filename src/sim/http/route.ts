import type { Catalog } from "../catalog.ts";
import type { Resource } from "../resource.ts";

/** What a path of the API names. */
export interface Route {
  readonly resource: Resource;
  readonly namespace: string | undefined;
  /** Undefined for the collection. */
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** The resource, namespace, name and subresource of a path; undefined when nothing is served there. */
export function routeOf(catalog: Catalog, path: string): Route | undefined {
  const parts = path
    .split("/")
    .filter((part) => part !== "")
    .map(decodeURIComponent);
  const [root, ...rest] = parts;
  if (root === "api") return resourceRoute(catalog, "", rest[0] ?? "", rest.slice(1));
  if (root === "apis") return resourceRoute(catalog, rest[0] ?? "", rest[1] ?? "", rest.slice(2));
  return undefined;
}

function resourceRoute(
  catalog: Catalog,
  group: string,
  version: string,
  parts: readonly string[],
): Route | undefined {
  const inNamespace =
    parts[0] === "namespaces" && parts.length > 2 && parts[2] !== "status" && parts[2] !== "finalize";
  const namespace = inNamespace ? parts[1] : undefined;
  const [plural, name, subresource, ...more] = inNamespace ? parts.slice(2) : parts;
  const resource = plural === undefined ? undefined : catalog.at(group, version, plural);
  if (resource === undefined || more.length > 0) return undefined;
  if (resource.namespaced !== inNamespace && (inNamespace || name !== undefined)) return undefined;
  if (subresource !== undefined && !subresourcesOf(resource).includes(subresource)) return undefined;
  return { resource, namespace, name, subresource };
}

/** The subresources that are served beside a resource. */
export function subresourcesOf(resource: Resource): readonly string[] {
  return [
    ...(resource.hasStatus ? ["status"] : []),
    ...(resource.scale === undefined ? [] : ["scale"]),
    ...(resource.group === "" && resource.kind === "Pod" ? ["eviction"] : []),
    ...(resource.kind === "Namespace" ? ["finalize"] : []),
  ];
}
