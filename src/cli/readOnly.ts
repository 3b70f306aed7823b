import { isJson } from "../api/json.ts";
import { type KubeObject, refText } from "../api/object.ts";
import { matches, parseSelector } from "../api/selector.ts";
import { ApiError, type Client } from "../reconcile/ports.ts";

const refused = () => Promise.reject(new ApiError(405, "MethodNotAllowed", "nothing is written here"));

const noWrites = { replace: refused, patch: refused, delete: refused, evict: refused };

/** The client without its writes: they are refused. A dry run writes nothing and is let through. */
export function readOnly(client: Client): Client {
  return {
    ...noWrites,
    get: (ref) => client.get(ref),
    list: (kind, selection) => client.list(kind, selection),
    create: (object, options) => (options?.dryRun === true ? client.create(object, options) : refused()),
  };
}

/** A client to which these objects are the cluster. */
export function clientOver(objects: readonly KubeObject[]): Client {
  const byRef = new Map(objects.map((object) => [textOf(object), object]));
  return {
    ...noWrites,
    create: refused,
    get: async (ref) => byRef.get(refText(ref)),
    list: async ({ apiVersion, kind }, { namespace, labelSelector = "" } = {}) =>
      objects.filter(
        (object) =>
          object.apiVersion === apiVersion &&
          object.kind === kind &&
          (namespace === undefined || object.metadata.namespace === namespace) &&
          matches(parseSelector(labelSelector), object.metadata.labels),
      ),
  };
}

/** Kinds of the cluster are asked for without namespace, all others with theirs. */
function textOf({ apiVersion, kind, metadata: { namespace, name } }: KubeObject): string {
  return refText({ apiVersion, kind, name, ...(namespace !== undefined && { namespace }) });
}

/** The objects as they lie in a cluster: those without a namespace in this one. */
export function placedIn(namespace: string, objects: readonly KubeObject[]): readonly KubeObject[] {
  return objects.map((object) => {
    const { metadata = {}, kind } = object;
    if (kind.startsWith("Cluster") || !isJson(metadata) || metadata["namespace"] !== undefined) return object;
    return { ...object, metadata: { ...object.metadata, namespace } };
  });
}
