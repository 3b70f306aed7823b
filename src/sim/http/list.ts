import { Buffer } from "node:buffer";
import type { KubeObject } from "../../api/object.ts";
import type { Selection } from "../../reconcile/ports.ts";
import { type Core, inVersion, shelfOf } from "../core.ts";
import { badRequest } from "../failure.ts";
import { isJson } from "../json.ts";
import { apiVersionOf, type Resource } from "../resource.ts";
import { matcher } from "../selector.ts";

/** One page of a list. */
export interface Page {
  readonly items: readonly KubeObject[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/**
 * A page of the objects that a selection asks for, by namespace and name. `continue` goes on where the page
 * before ended and keeps its resourceVersion, so that a watch from there misses nothing.
 */
export function pageOf(core: Core, resource: Resource, selection: Selection, query: URLSearchParams): Page {
  const limit = Number(query.get("limit") ?? 0);
  const from = position(query.get("continue") ?? "");
  const matches = matcher(selection);
  const all = [...core.store.shelf(shelfOf(resource)).objects]
    .filter(([key, object]) => key > from.start && matches(object))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  const shown = limit > 0 ? all.slice(0, limit) : all;
  const resourceVersion = from.version ?? String(core.store.version);
  const last = shown.at(-1)?.[0];
  const more = all.length - shown.length;
  const selects = (selection.labelSelector ?? "") !== "" || (selection.fieldSelector ?? "") !== "";
  const next = last === undefined || more === 0 ? {} : { continue: token(resourceVersion, last) };
  return {
    items: shown.map(([, object]) => inVersion(object, resource)),
    metadata: { resourceVersion, ...next, ...(more > 0 && !selects ? { remainingItemCount: more } : {}) },
  };
}

function token(version: string, start: string): string {
  return Buffer.from(JSON.stringify({ version, start })).toString("base64url");
}

function position(text: string): { readonly version?: string; readonly start: string } {
  if (text === "") return { start: "" };
  try {
    const read: unknown = JSON.parse(Buffer.from(text, "base64url").toString());
    if (isJson(read) && typeof read["version"] === "string" && typeof read["start"] === "string") {
      return { version: read["version"], start: read["start"] };
    }
  } catch {
    throw badRequest("continue key is not valid: it was not issued by this server");
  }
  throw badRequest("continue key is not valid: it was not issued by this server");
}

/** The list object of a page. Items of the built-in kinds do not repeat their kind. */
export function listObject(resource: Resource, { items, metadata }: Page): Readonly<Record<string, unknown>> {
  const shown = resource.custom ? items : items.map(({ apiVersion: _version, kind: _kind, ...rest }) => rest);
  return { kind: `${resource.kind}List`, apiVersion: apiVersionOf(resource), metadata, items: shown };
}

/** What a query selects in a namespace, or in all. Throws a 400 for fields that cannot be selected by. */
export function selectionOf(
  resource: Resource,
  namespace: string | undefined,
  query: URLSearchParams,
): Selection {
  const labelSelector = query.get("labelSelector") ?? "";
  const fieldSelector = query.get("fieldSelector") ?? "";
  for (const requirement of fieldSelector.split(",").filter((part) => part !== "")) {
    const field = /^[^=!]+/.exec(requirement)?.[0] ?? "";
    if (selectable(resource).includes(field)) continue;
    throw badRequest(unselectable(resource, field));
  }
  return { namespace, labelSelector, fieldSelector };
}

/** Kinds with selectable fields of their own, and custom ones, say it in other words than the rest. */
function unselectable(resource: Resource, field: string): string {
  const known = selectable(resource).map((name) => JSON.stringify(name));
  if (known.length > 2 || resource.custom) return `field label not supported: ${field}`;
  return `${JSON.stringify(field)} is not a known field selector: only ${known.join(", ")}`;
}

const involved = ["kind", "namespace", "name", "uid", "apiVersion", "resourceVersion", "fieldPath"];
const fields: Readonly<Record<string, readonly string[]>> = {
  "/pods": [
    ...[
      "spec.nodeName",
      "spec.restartPolicy",
      "spec.schedulerName",
      "spec.serviceAccountName",
      "spec.hostNetwork",
    ],
    ...["status.phase", "status.podIP", "status.podIPs", "status.nominatedNodeName"],
  ],
  "/events": [
    ...involved.map((field) => `involvedObject.${field}`),
    "reason",
    "reportingComponent",
    "source",
    "type",
  ],
  "/secrets": ["type"],
  "/namespaces": ["status.phase"],
  "/services": ["spec.clusterIP", "spec.type"],
  "apps/replicasets": ["status.replicas"],
  "batch/jobs": ["status.successful"],
};

function selectable(resource: Resource): readonly string[] {
  const common = resource.namespaced ? ["metadata.name", "metadata.namespace"] : ["metadata.name"];
  return [...common, ...(fields[shelfOf(resource)] ?? [])];
}
