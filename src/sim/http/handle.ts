import type { KubeObject } from "../../api/object.ts";
import { ApiError, type DeleteRequest } from "../../reconcile/ports.ts";
import type { Cluster } from "../cluster.ts";
import { existing, inVersion } from "../core.ts";
import { badRequest, notAllowed, unknownResource } from "../failure.ts";
import { isJson, type Json, jsonOf, valueAt } from "../json.ts";
import type { Resource } from "../resource.ts";
import { create } from "../verbs/create.ts";
import { evict } from "../verbs/evict.ts";
import { type RemoveOptions, remove } from "../verbs/remove.ts";
import { readScale, writeScale } from "../verbs/scale.ts";
import { replace } from "../verbs/update.ts";
import { fieldWarnings, jsonBody, objectBody } from "./body.ts";
import { discovered } from "./discovery.ts";
import { type ApiReply, type ApiRequest, type ApiStream, isDryRun, isOn } from "./exchange.ts";
import { listObject, pageOf, selectionOf } from "./list.ts";
import { openApi, schemasOf } from "./openapi.ts";
import { openApiV2 } from "./openapiV2.ts";
import { patched } from "./patches.ts";
import { type Route, routeOf } from "./route.ts";
import { watchStream } from "./stream.ts";
import { objectTable, tableOf, wantsTable } from "./tables.ts";

/** The answer of the API to a request. Failures are Status objects; nothing is thrown. */
export function answer(cluster: Cluster, request: ApiRequest): ApiReply | ApiStream {
  try {
    return served(cluster, request);
  } catch (error) {
    if (error instanceof ApiError) return { code: error.code, body: error.status };
    throw error;
  }
}

function served(cluster: Cluster, request: ApiRequest): ApiReply | ApiStream {
  const route = routeOf(cluster.core.catalog, request.path);
  if (route === undefined) return informed(cluster, request);
  if (route.name === undefined) return onCollection(cluster, request, route);
  if (route.subresource !== undefined && route.subresource !== "status") {
    return onSubresource(cluster, request, { ...route, name: route.name });
  }
  return onObject(cluster, request, { ...route, name: route.name });
}

const version = {
  major: "1",
  minor: "35",
  gitVersion: "v1.35.4+lotse.embedded",
  platform: "memory/any",
};

/** Paths that tell about the server itself. */
function informed(cluster: Cluster, { method, path, accept }: ApiRequest): ApiReply {
  if (method !== "GET") throw unknownResource();
  if (path === "/version") return { code: 200, body: version };
  if (["/healthz", "/livez", "/readyz"].includes(path))
    return { code: 200, body: "ok", contentType: "text/plain" };
  if (path === "/openapi/v2" && accept.includes("proto-openapi")) return binary(cluster);
  const body = discovered(cluster.core.catalog, path, accept) ?? openApi(cluster.core.catalog, path);
  if (body === undefined) throw unknownResource();
  const aggregated = accept.includes("APIGroupDiscoveryList") && (path === "/api" || path === "/apis");
  const contentType = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";
  return { code: 200, body, ...(aggregated ? { contentType } : {}) };
}

function binary({ core }: Cluster): ApiReply {
  const contentType = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf";
  return { code: 200, body: openApiV2(schemasOf(core.catalog.all())), contentType };
}

/** An object that a route names. */
interface ObjectRoute extends Route {
  readonly name: string;
}

function onCollection(cluster: Cluster, request: ApiRequest, route: Route): ApiReply | ApiStream {
  const { resource, namespace } = route;
  const { method, query } = request;
  if (method === "GET") return listed(cluster, request, route);
  if (resource.namespaced && namespace === undefined) throw notAllowed();
  if (method === "POST") {
    const object = objectBody(request, route);
    const warnings = fieldWarnings(object, resource, request);
    const created = create(cluster.core, resource, object, { dryRun: isDryRun(query) });
    return { code: 201, body: shown(created, request, cluster, resource), warnings };
  }
  if (method !== "DELETE") throw notAllowed();
  const page = pageOf(cluster.core, resource, selectionOf(resource, namespace, query), new URLSearchParams());
  for (const { metadata } of page.items) remove(cluster.core, resource, metadata, removeOptions(request));
  return { code: 200, body: listObject(resource, page) };
}

function listed(cluster: Cluster, request: ApiRequest, { resource, namespace }: Route): ApiReply | ApiStream {
  const { query, accept } = request;
  const selection = selectionOf(resource, namespace, query);
  const table = wantsTable(accept);
  const { clock } = cluster.core;
  if (isOn(query, "watch")) {
    let first = true;
    return watchStream(cluster, resource, selection, query, (object) => {
      const shape = table ? objectTable(resource, object, clock.now(), query, first) : object;
      first = false;
      return shape;
    });
  }
  const page = pageOf(cluster.core, resource, selection, query);
  return {
    code: 200,
    body: table ? tableOf(resource, page, clock.now(), query) : listObject(resource, page),
  };
}

function onObject(cluster: Cluster, request: ApiRequest, route: ObjectRoute): ApiReply {
  const { core } = cluster;
  const { resource, namespace, name } = route;
  const { method, query } = request;
  const subresource = route.subresource === "status" ? "status" : undefined;
  switch (method) {
    case "GET":
      return {
        code: 200,
        body: shown(
          inVersion(existing(core, resource, { namespace, name }), resource),
          request,
          cluster,
          resource,
        ),
      };
    case "PUT": {
      const object = objectBody(request, route);
      const warnings = fieldWarnings(object, resource, request);
      const body = replace(core, resource, object, { subresource, dryRun: isDryRun(query) });
      return { code: 200, body, warnings };
    }
    case "PATCH":
      return patched(cluster, request, { ...route, subresource });
    case "DELETE":
      if (subresource !== undefined) throw notAllowed();
      return removed(cluster, request, route);
    default:
      throw notAllowed();
  }
}

function removed(
  { core }: Cluster,
  request: ApiRequest,
  { resource, namespace, name }: ObjectRoute,
): ApiReply {
  const { object, gone } = remove(core, resource, { namespace, name }, removeOptions(request));
  if (!gone || resource.rules.returnsDeleted) return { code: 200, body: object };
  const { group, plural } = resource;
  const details = { name, ...(group === "" ? {} : { group }), kind: plural, uid: object.metadata.uid };
  return { code: 200, body: { ...success, details } };
}

/** DeleteOptions come as a body or as parameters. */
function removeOptions(request: ApiRequest): RemoveOptions {
  const body = jsonOf(jsonBody(request));
  const { query } = request;
  const preconditions = jsonOf(body["preconditions"]);
  const grace = body["gracePeriodSeconds"] ?? query.get("gracePeriodSeconds") ?? undefined;
  const uid = preconditions["uid"];
  const resourceVersion = preconditions["resourceVersion"];
  return {
    propagation: propagationOf(body["propagationPolicy"] ?? query.get("propagationPolicy") ?? undefined),
    gracePeriodSeconds: grace === undefined ? undefined : Number(grace),
    uid: typeof uid === "string" ? uid : undefined,
    resourceVersion: typeof resourceVersion === "string" ? resourceVersion : undefined,
    dryRun: isDryRun(query) || Array.isArray(body["dryRun"]),
  };
}

function propagationOf(value: unknown): DeleteRequest["propagation"] {
  if (value === undefined || value === "Foreground" || value === "Background" || value === "Orphan")
    return value;
  throw badRequest(`invalid propagation policy ${JSON.stringify(value)}`);
}

function onSubresource(cluster: Cluster, request: ApiRequest, route: ObjectRoute): ApiReply {
  const { core } = cluster;
  const { resource, namespace, name, subresource } = route;
  const ref = { namespace, name };
  if (subresource === "eviction" && request.method === "POST") {
    evict(core, resource, ref, {
      ...removeOptions({ ...request, body: optionsOf(request) }),
      propagation: undefined,
    });
    return { code: 201, body: { ...success, code: 201 } };
  }
  if (subresource !== "scale") throw notAllowed();
  switch (request.method) {
    case "GET":
      return { code: 200, body: readScale(core, resource, ref) };
    case "PUT": {
      const scale = jsonBody(request);
      if (!isJson(scale)) throw badRequest("the body of the request must be a Scale");
      return {
        code: 200,
        body: writeScale(core, resource, ref, scale as unknown as KubeObject, {
          dryRun: isDryRun(request.query),
        }),
      };
    }
    case "PATCH":
      return patched(cluster, request, route);
    default:
      throw notAllowed();
  }
}

const success = { kind: "Status", apiVersion: "v1", metadata: {}, status: "Success" };

/** An Eviction carries its DeleteOptions in a field. */
function optionsOf(request: ApiRequest): string {
  return JSON.stringify(valueAt(jsonBody(request), ["deleteOptions"]) ?? {});
}

function shown(
  object: KubeObject,
  { accept, query }: ApiRequest,
  { core }: Cluster,
  resource: Resource,
): Json {
  return wantsTable(accept) ? objectTable(resource, object, core.clock.now(), query, true) : object;
}
