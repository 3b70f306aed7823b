import type { Catalog } from "../catalog.ts";
import { apiVersionOf, type Resource } from "../resource.ts";
import { subresourcesOf } from "./route.ts";

const verbs = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];

/** Kinds that a subresource speaks when it is not the resource's own. */
const foreign: Readonly<Record<string, { group: string; version: string; kind: string }>> = {
  scale: { group: "autoscaling", version: "v1", kind: "Scale" },
  eviction: { group: "policy", version: "v1", kind: "Eviction" },
};

/**
 * What discovery answers at a path; undefined where it has nothing to say. `accept` may ask for it
 * aggregated.
 */
export function discovered(catalog: Catalog, path: string, accept: string): unknown {
  const [root, ...parts] = path.split("/").filter((part) => part !== "");
  if (root !== "api" && root !== "apis") return undefined;
  const core = root === "api";
  const [group = "", version = ""] = core ? ["", ...parts] : parts;
  switch (core && parts.length > 0 ? parts.length + 1 : parts.length) {
    case 0:
      if (accept.includes("APIGroupDiscoveryList")) return aggregated(catalog, core);
      return core ? coreVersions : groupList(catalog);
    case 1:
      return groupsOf(catalog).find(({ name }) => name === group);
    case 2:
      return resourceList(catalog, group, version);
    default:
      return undefined;
  }
}

const coreVersions = {
  kind: "APIVersions",
  versions: ["v1"],
  serverAddressByClientCIDRs: [{ clientCIDR: "0.0.0.0/0", serverAddress: "127.0.0.1" }],
};

/** The versions of each group, in the order in which they are preferred. */
export function versionsByGroup(catalog: Catalog): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, Set<string>>();
  for (const { group, version } of catalog.all()) {
    groups.set(group, (groups.get(group) ?? new Set()).add(version));
  }
  return new Map([...groups].map(([group, versions]) => [group, [...versions].sort(byMaturity)]));
}

/** `v2` before `v1` before `v1beta1` before `v1alpha1`. */
function byMaturity(a: string, b: string): number {
  const rank = (version: string) => {
    const [, major = "0", stage, minor = "0"] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? [];
    const stages = { alpha: 0, beta: 1 };
    return [stage === "alpha" || stage === "beta" ? stages[stage] : 2, Number(major), Number(minor)];
  };
  const [left, right] = [rank(a), rank(b)];
  return left.map((part, at) => (right[at] ?? 0) - part).find((difference) => difference !== 0) ?? 0;
}

interface Group {
  readonly kind: "APIGroup";
  readonly apiVersion: "v1";
  readonly name: string;
  readonly versions: readonly object[];
  readonly preferredVersion: object;
}

function groupsOf(catalog: Catalog): readonly Group[] {
  const named = [...versionsByGroup(catalog)].filter(([group]) => group !== "");
  return named.map(([group, names]) => {
    const versions = names.map((version) => ({ groupVersion: `${group}/${version}`, version }));
    return { kind: "APIGroup", apiVersion: "v1", name: group, versions, preferredVersion: versions[0] ?? {} };
  });
}

function groupList(catalog: Catalog): object {
  return {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: groupsOf(catalog).map(({ kind: _, apiVersion: __, ...group }) => group),
  };
}

function resourceList(catalog: Catalog, group: string, version: string): unknown {
  const found = catalog.all().filter((resource) => resource.group === group && resource.version === version);
  if (found.length === 0) return undefined;
  const resources = found.flatMap((resource) => [mainEntry(resource), ...subresourceEntries(resource)]);
  const groupVersion = group === "" ? version : `${group}/${version}`;
  return { kind: "APIResourceList", apiVersion: "v1", groupVersion, resources };
}

function mainEntry(resource: Resource): object {
  const { plural, singular, namespaced, kind, shortNames, categories } = resource;
  return {
    name: plural,
    singularName: singular,
    namespaced,
    kind,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
  };
}

function subresourceEntries(resource: Resource): readonly object[] {
  return subresourcesOf(resource).map((name) => ({
    name: `${resource.plural}/${name}`,
    singularName: "",
    namespaced: resource.namespaced,
    ...(foreign[name] ?? { kind: resource.kind }),
    verbs: verbsOf(name),
  }));
}

function verbsOf(subresource: string): readonly string[] {
  if (subresource === "eviction") return ["create"];
  return subresource === "finalize" ? ["update"] : ["get", "patch", "update"];
}

function aggregated(catalog: Catalog, core: boolean): object {
  const groups = [...versionsByGroup(catalog)].filter(([group]) => (group === "") === core);
  const items = groups.map(([group, names]) => ({
    metadata: group === "" ? {} : { name: group },
    versions: names.map((version) => ({
      version,
      resources: catalog
        .all()
        .filter((one) => one.group === group && one.version === version)
        .map(aggregatedEntry),
      freshness: "Current",
    })),
  }));
  return { kind: "APIGroupDiscoveryList", apiVersion: "apidiscovery.k8s.io/v2", metadata: {}, items };
}

function aggregatedEntry(resource: Resource): object {
  const { group, version, kind, plural, singular, namespaced, shortNames, categories } = resource;
  const subresources = subresourcesOf(resource).map((name) => ({
    subresource: name,
    responseKind: foreign[name] ?? { group, version, kind },
    verbs: verbsOf(name),
  }));
  return {
    resource: plural,
    responseKind: { group, version, kind },
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs,
    ...(shortNames.length > 0 ? { shortNames } : {}),
    ...(categories.length > 0 ? { categories } : {}),
    ...(subresources.length > 0 ? { subresources } : {}),
  };
}

/** The kind in the form that OpenAPI documents carry it. */
export function groupVersionKind({ group, version, kind }: Resource): object {
  return { group, version, kind };
}

/** The folder of a resource's version in the API: `api/v1`, `apis/apps/v1`. */
export function apiFolder(resource: Pick<Resource, "group" | "version">): string {
  return resource.group === "" ? `api/${resource.version}` : `apis/${apiVersionOf(resource)}`;
}
