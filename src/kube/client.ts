import type { KindRef, KubeObject, ObjectRef } from "../api/object.ts";
import { refOf } from "../api/object.ts";
import type { PatchType } from "../reconcile/effect.ts";
import {
  ApiError,
  type Client,
  type DeleteRequest,
  type PatchRequest,
  type Selection,
} from "../reconcile/ports.ts";
import type { Discovery } from "./discovery.ts";
import { kindIsGone } from "./status.ts";
import type { About, Reply, Request, Transport } from "./transport.ts";

const contentTypes: Readonly<Record<PatchType, string>> = {
  merge: "application/merge-patch+json",
  json: "application/json-patch+json",
  strategic: "application/strategic-merge-patch+json",
};

/** Who wrote a field, in managedFields. */
const fieldManager = "lotse";
/** Objects per answer: the usual chunk of the API machinery. */
const pageSize = 500;
/** A list whose continuation expired (410) is begun anew this often. */
const mostRestarts = 3;

/** The client port over HTTP. `urgent` requests are not held back by the rate limit. */
export function clientOf(transport: Transport, discovery: Discovery, { urgent = false } = {}): Client {
  /** Sends, and forgets a discovered path that the server no longer knows. */
  async function ask(kind: KindRef, request: Request): Promise<Reply> {
    try {
      return await transport.request({ ...request, urgent });
    } catch (error) {
      if (error instanceof ApiError && kindIsGone(error)) discovery.forget(kind);
      throw error;
    }
  }

  return {
    async get(ref) {
      try {
        const { json } = await ask(ref, {
          method: "GET",
          path: await discovery.pathOf(ref),
          about: about("Get", ref),
        });
        return json as KubeObject;
      } catch (error) {
        if (error instanceof ApiError && error.code === 404) return undefined;
        throw error;
      }
    },

    async list(kind, selection = {}) {
      for (let restarts = 0; ; restarts++) {
        try {
          return await listed(kind, selection, (request) => ask(kind, request), discovery);
        } catch (error) {
          if (!(error instanceof ApiError && error.code === 410) || restarts === mostRestarts) throw error;
        }
      }
    },

    async create(object, { dryRun = false } = {}) {
      const path = await discovery.collectionOf(object, object.metadata.namespace);
      const query = { fieldManager, ...(dryRun ? { dryRun: "All" } : {}) };
      const request: Request = {
        method: "POST",
        path,
        query,
        body: object,
        about: about("Create", refOf(object)),
      };
      return (await ask(object, request)).json as KubeObject;
    },

    async replace(object, subresource) {
      const path = withSubresource(await discovery.pathOf(refOf(object)), subresource);
      const query = { fieldManager };
      const request: Request = {
        method: "PUT",
        path,
        query,
        body: object,
        about: about("Update", refOf(object)),
      };
      return (await ask(object, request)).json as KubeObject;
    },

    async patch(ref, { type, body, subresource }: PatchRequest) {
      const path = withSubresource(await discovery.pathOf(ref), subresource);
      const contentType = contentTypes[type];
      const query = { fieldManager };
      const request: Request = {
        method: "PATCH",
        path,
        query,
        body,
        contentType,
        about: about("Patch", ref),
      };
      return (await ask(ref, request)).json as KubeObject;
    },

    async delete(ref, { propagation, uid, gracePeriodSeconds }: DeleteRequest = {}) {
      const body = {
        apiVersion: "v1",
        kind: "DeleteOptions",
        ...(propagation ? { propagationPolicy: propagation } : {}),
        ...(uid ? { preconditions: { uid } } : {}),
        ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
      };
      const path = await discovery.pathOf(ref);
      const { json } = await ask(ref, { method: "DELETE", path, body, about: about("Delete", ref) });
      return (json as KubeObject).kind === "Status" ? undefined : (json as KubeObject);
    },

    async evict(ref) {
      const { name, namespace } = ref;
      const body = {
        apiVersion: "policy/v1",
        kind: "Eviction",
        metadata: { name, ...(namespace ? { namespace } : {}) },
      };
      const path = `${await discovery.pathOf(ref)}/eviction`;
      await ask(ref, { method: "POST", path, body, retry: false, about: about("Create", ref) });
    },
  };
}

/** Every page of a list. Items come without apiVersion and kind, which are put back. */
async function listed(
  kind: KindRef,
  selection: Selection,
  ask: (request: Request) => Promise<Reply>,
  discovery: Discovery,
): Promise<readonly KubeObject[]> {
  const objects: KubeObject[] = [];
  for await (const page of pagesOf(kind, selection, ask, discovery)) objects.push(...page.objects);
  return objects;
}

/** One page of a list, and the resourceVersion of the whole. */
export interface Page {
  readonly objects: readonly KubeObject[];
  readonly version: string;
}

interface ListAnswer {
  readonly metadata?: { readonly continue?: string; readonly resourceVersion?: string };
  readonly items?: readonly KubeObject[] | null;
}

/** The pages of a list, one request each. Rejects with 410 when the list has become too old to be continued. */
export async function* pagesOf(
  { apiVersion, kind }: KindRef,
  { namespace, labelSelector, fieldSelector }: Selection,
  ask: (request: Request) => Promise<Reply>,
  discovery: Discovery,
): AsyncGenerator<Page, void> {
  const path = await discovery.collectionOf({ apiVersion, kind }, namespace);
  let next: string | undefined;
  do {
    const query = { labelSelector, fieldSelector, limit: pageSize, continue: next };
    const { json } = await ask({ method: "GET", path, query, about: { verb: "List", kind, namespace } });
    const { metadata = {}, items } = json as ListAnswer;
    const objects = (items ?? []).map((item) => ({ ...item, apiVersion, kind }));
    yield { objects, version: metadata.resourceVersion ?? "" };
    next = metadata.continue;
  } while (next);
}

function withSubresource(path: string, subresource: string | undefined): string {
  return subresource === undefined ? path : `${path}/${subresource}`;
}

function about(verb: string, { kind, namespace, name }: ObjectRef): About {
  return { verb, kind, namespace, name };
}
