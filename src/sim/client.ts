import type { KindRef, KubeObject, ObjectRef } from "../api/object.ts";
import type { Client } from "../reconcile/ports.ts";
import type { Cluster } from "./cluster.ts";
import { existing } from "./core.ts";
import { unknownResource } from "./failure.ts";
import { imported } from "./json.ts";
import type { Resource } from "./resource.ts";
import { create } from "./verbs/create.ts";
import { evict } from "./verbs/evict.ts";
import { patch } from "./verbs/patch.ts";
import { remove } from "./verbs/remove.ts";
import { patchScale } from "./verbs/scale.ts";
import { replace } from "./verbs/update.ts";

/** How a client of the cluster behaves. */
export interface ClientOptions {
  /** Called before each request; what it throws is the answer. Faults are injected here. */
  readonly before?: (request: ClientRequest) => void | Promise<void>;
}

/** A request, as far as those who count or disturb requests want to know. */
export interface ClientRequest {
  readonly verb: "get" | "list" | "create" | "replace" | "patch" | "delete" | "evict";
  readonly kind: KindRef;
  readonly name?: string | undefined;
  readonly namespace?: string | undefined;
  readonly subresource?: string | undefined;
}

/** The client port on a cluster, without network in between; answers come in microtasks. */
export function clientOf(cluster: Cluster, { before }: ClientOptions): Client {
  const { core } = cluster;
  const asked = async (request: ClientRequest): Promise<Resource> => {
    if (before !== undefined) await before(request);
    return core.catalog.of(request.kind);
  };
  return {
    async get(ref) {
      await asked({ verb: "get", ...target(ref) });
      return cluster.get(ref);
    },
    async list(kind, selection = {}) {
      await asked({ verb: "list", kind, namespace: selection.namespace });
      return cluster.list(kind, selection);
    },
    async create(object, options) {
      const resource = await asked({ verb: "create", ...targetOf(object) });
      return create(core, resource, imported(object), options);
    },
    async replace(object, subresource) {
      const resource = await asked({ verb: "replace", subresource, ...targetOf(object) });
      return replace(core, resource, imported(object), { subresource: statusOf(resource, subresource) });
    },
    async patch(ref, { type, body, subresource }) {
      const resource = await asked({ verb: "patch", subresource, ...target(ref) });
      const request = { type, body: imported(body) };
      if (subresource === "scale") return patchScale(core, resource, ref, request);
      return patch(core, resource, ref, request, { subresource: statusOf(resource, subresource) });
    },
    async delete(ref, request = {}) {
      const resource = await asked({ verb: "delete", ...target(ref) });
      const { object, gone } = remove(core, resource, ref, request);
      return gone && !resource.rules.returnsDeleted ? undefined : object;
    },
    async evict(ref) {
      const resource = await asked({ verb: "evict", subresource: "eviction", ...target(ref) });
      existing(core, resource, ref);
      evict(core, resource, ref);
    },
  };
}

function target(ref: ObjectRef): Omit<ClientRequest, "verb"> {
  return { kind: ref, name: ref.name, namespace: ref.namespace };
}

function targetOf(object: KubeObject): Omit<ClientRequest, "verb"> {
  return { kind: object, name: object.metadata.name, namespace: object.metadata.namespace };
}

/** A status subresource that is not there is a path that is not there. */
function statusOf(resource: Resource, subresource: "status" | undefined): "status" | undefined {
  if (subresource === "status" && !resource.hasStatus) throw unknownResource();
  return subresource;
}
