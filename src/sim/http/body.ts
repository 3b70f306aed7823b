import type { KubeObject } from "../../api/object.ts";
import { metadataSchema } from "../definitions.ts";
import { badRequest, unsupportedMedia } from "../failure.ts";
import { imported, isJson, type Json, jsonOf } from "../json.ts";
import { apiVersionOf, groupVersion, type Resource } from "../resource.ts";
import { unknownFields } from "../strict.ts";
import type { ApiRequest } from "./exchange.ts";
import type { Route } from "./route.ts";

const readable = ["application/json", "application/yaml"];

/** The JSON of a body. Throws a 400 when it is none, and a 415 for a binary one. */
export function jsonBody({ body, contentType }: ApiRequest): unknown {
  if (contentType.includes("protobuf") || contentType.includes("cbor")) throw unsupportedMedia(readable);
  try {
    return body === "" ? undefined : imported(JSON.parse(body));
  } catch (error) {
    throw badRequest(
      `couldn't get version/kind; json parse error: ${error instanceof Error ? error.message : ""}`,
    );
  }
}

/** The object in a body, meant for a path. Throws a 400 when it does not belong there. */
export function objectBody(request: ApiRequest, { resource, namespace, name }: Route): KubeObject {
  const body = jsonBody(request);
  if (!isJson(body)) throw badRequest("the body of the request must be an object");
  const full = { apiVersion: apiVersionOf(resource), kind: resource.kind, ...body };
  checkKind(full, resource);
  return placed(full, resource, namespace, name);
}

function checkKind({ apiVersion, kind }: Json, resource: Resource): void {
  const wanted = apiVersionOf(resource);
  if (apiVersion === wanted && kind === resource.kind) return;
  const given = groupVersion(String(apiVersion));
  const label = `${String(kind)} in version ${JSON.stringify(given.version)}`;
  const unknown = `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)}`;
  const other =
    apiVersion === wanted
      ? `the kind in the data (${String(kind)}) does not match the expected kind (${resource.kind})`
      : `the API version in the data (${String(apiVersion)}) ` +
        `does not match the expected API version (${wanted})`;
  if (resource.custom) throw badRequest(other);
  throw badRequest(
    `${label} cannot be handled as a ${resource.kind}: ${unknown} in scheme "pkg/runtime/scheme.go:111"`,
  );
}

/** An object without a namespace gets that of the path. */
function placed(
  object: Json,
  resource: Resource,
  namespace: string | undefined,
  name: string | undefined,
): KubeObject {
  const metadata = jsonOf(object["metadata"]);
  const own = metadata["namespace"];
  if (resource.namespaced && own !== undefined && own !== "" && own !== namespace) {
    throw badRequest("the namespace of the provided object does not match the namespace sent on the request");
  }
  if (name !== undefined && metadata["name"] !== undefined && metadata["name"] !== name) {
    throw badRequest(
      `the name of the object (${String(metadata["name"])}) does not match the name on the URL (${name})`,
    );
  }
  const place = {
    ...(namespace === undefined ? {} : { namespace }),
    ...(name === undefined ? {} : { name }),
  };
  return { ...object, metadata: { ...metadata, ...place } } as KubeObject;
}

/**
 * What `fieldValidation` says about fields that nobody knows: warnings, or, when it is `Strict`, a 400. By
 * default the server warns.
 */
export function fieldWarnings(object: Json, resource: Resource, { query }: ApiRequest): readonly string[] {
  const mode = query.get("fieldValidation") ?? "Warn";
  if (mode === "Ignore") return [];
  const unknown = unknownFields(object, resource.schema, metadataSchema);
  const problems = unknown.map((field) => `unknown field ${JSON.stringify(field)}`);
  if (mode !== "Strict" || problems.length === 0) return problems;
  const { kind, version } = resource;
  throw badRequest(
    `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: ` +
      `strict decoding error: ${problems.join(", ")}`,
  );
}
