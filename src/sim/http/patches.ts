import type { PatchType } from "../../reconcile/effect.ts";
import type { ApiError } from "../../reconcile/ports.ts";
import type { Cluster } from "../cluster.ts";
import { failure, requiredValue, unprocessable } from "../failure.ts";
import { isJson } from "../json.ts";
import { apply } from "../verbs/apply.ts";
import { patch } from "../verbs/patch.ts";
import { patchScale } from "../verbs/scale.ts";
import { fieldWarnings, jsonBody, objectBody } from "./body.ts";
import { type ApiReply, type ApiRequest, isDryRun, isOn } from "./exchange.ts";
import type { Route } from "./route.ts";

const languages: Readonly<Record<string, PatchType>> = {
  "application/json-patch+json": "json",
  "application/merge-patch+json": "merge",
  "application/strategic-merge-patch+json": "strategic",
};

const applies = "application/apply-patch+yaml";

/** The answer to a PATCH in one of the patch languages, or to a server-side apply. */
export function patched(
  cluster: Cluster,
  request: ApiRequest,
  route: Route & { readonly name: string },
): ApiReply {
  const { resource, namespace, name, subresource } = route;
  const [media = ""] = request.contentType.split(";");
  if (media === applies) return applied(cluster, request, route);
  const type = languages[media.trim()];
  if (type === undefined) throw failure(415, "UnsupportedMediaType", "415: Unsupported Media Type", {});
  const change = { type, body: jsonBody(request) };
  const dryRun = isDryRun(request.query);
  if (subresource === "scale") {
    return { code: 200, body: patchScale(cluster.core, resource, { namespace, name }, change, { dryRun }) };
  }
  const warnings =
    type === "merge" && isJson(change.body) ? fieldWarnings(change.body, resource, request) : [];
  const status = subresource === "status" ? ("status" as const) : undefined;
  const body = patch(cluster.core, resource, { namespace, name }, change, { dryRun, subresource: status });
  return { code: 200, body, warnings };
}

function applied(cluster: Cluster, request: ApiRequest, route: Route): ApiReply {
  const manager = request.query.get("fieldManager") ?? "";
  if (manager === "") throw fieldManagerMissing();
  const config = objectBody(request, route);
  const warnings = fieldWarnings(config, route.resource, request);
  const options = { manager, force: isOn(request.query, "force"), dryRun: isDryRun(request.query) };
  const { object, created } = apply(cluster.core, route.resource, config, options);
  return { code: created ? 201 : 200, body: object, warnings };
}

function fieldManagerMissing(): ApiError {
  const cause = requiredValue("fieldManager", "is required for apply patch");
  return unprocessable({ group: "meta.k8s.io", kind: "PatchOptions" }, "", [cause]);
}
