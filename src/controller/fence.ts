import { ApiError, type Client } from "../reconcile/ports.ts";

/**
 * A client that writes nothing once this process may not write any more; what it refuses has the reason
 * `Paused`.
 */
export function fenced(client: Client, mayWrite: () => boolean): Client {
  const guarded = async <T>(write: () => Promise<T>): Promise<T> => {
    if (!mayWrite()) throw new ApiError(0, "Paused", "this process is not the leader");
    return write();
  };
  return {
    get: (ref) => client.get(ref),
    list: (kind, selection) => client.list(kind, selection),
    create: (object, options) => guarded(() => client.create(object, options)),
    replace: (object, subresource) => guarded(() => client.replace(object, subresource)),
    patch: (ref, patch) => guarded(() => client.patch(ref, patch)),
    delete: (ref, request) => guarded(() => client.delete(ref, request)),
    evict: (ref) => guarded(() => client.evict(ref)),
  };
}
