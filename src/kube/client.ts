import type { KindRef, KubeObject, ObjectRef } from "../api/object.ts";
import { refOf } from "../api/object.ts";
import type { PatchType } from "../reconcile/effect.ts";
import {
  ApiError,
  type Client,
  type DeleteRequest,
  type PatchRequest,
  type Selection,
  unlessMissing,
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
  return new HttpClient(transport, discovery, urgent);
}

class HttpClient implements Client {
  readonly #transport: Transport;
  readonly #discovery: Discovery;
  readonly #urgent: boolean;

  constructor(transport: Transport, discovery: Discovery, urgent: boolean) {
    this.#transport = transport;
    this.#discovery = discovery;
    this.#urgent = urgent;
  }

  async get(ref: ObjectRef): Promise<KubeObject | undefined> {
    const found = this.#discovery
      .pathOf(ref)
      .then((path) => this.#object(ref, { method: "GET", path, about: about("Get", ref) }));
    return await unlessMissing(found, undefined);
  }

  async list(kind: KindRef, selection: Selection = {}): Promise<readonly KubeObject[]> {
    const ask = (request: Request): Promise<Reply> => this.#ask(kind, request);
    for (let restarts = 0; ; restarts++) {
      try {
        return await listed(kind, selection, ask, this.#discovery);
      } catch (error) {
        if (!(error instanceof ApiError && error.code === 410) || restarts === mostRestarts) throw error;
      }
    }
  }

  async create(object: KubeObject, { dryRun = false } = {}): Promise<KubeObject> {
    const path = await this.#discovery.collectionOf(object, object.metadata.namespace);
    const query = { fieldManager, ...(dryRun ? { dryRun: "All" } : {}) };
    const said = about("Create", refOf(object));
    return this.#object(object, { method: "POST", path, query, body: object, about: said });
  }

  async replace(object: KubeObject, subresource?: "status"): Promise<KubeObject> {
    const ref = refOf(object);
    const path = withSubresource(await this.#discovery.pathOf(ref), subresource);
    const query = { fieldManager };
    return this.#object(ref, { method: "PUT", path, query, body: object, about: about("Update", ref) });
  }

  async patch(ref: ObjectRef, { type, body, subresource }: PatchRequest): Promise<KubeObject> {
    const path = withSubresource(await this.#discovery.pathOf(ref), subresource);
    const how = { query: { fieldManager }, contentType: contentTypes[type] };
    return this.#object(ref, { method: "PATCH", path, body, ...how, about: about("Patch", ref) });
  }

  async delete(ref: ObjectRef, request: DeleteRequest = {}): Promise<KubeObject | undefined> {
    const { propagation, uid, gracePeriodSeconds } = request;
    const body = {
      apiVersion: "v1",
      kind: "DeleteOptions",
      ...(propagation ? { propagationPolicy: propagation } : {}),
      ...(uid ? { preconditions: { uid } } : {}),
      ...(gracePeriodSeconds === undefined ? {} : { gracePeriodSeconds }),
    };
    const path = await this.#discovery.pathOf(ref);
    const answer = await this.#object(ref, { method: "DELETE", path, body, about: about("Delete", ref) });
    return answer.kind === "Status" ? undefined : answer;
  }

  async evict(ref: ObjectRef): Promise<void> {
    const { name, namespace } = ref;
    const metadata = { name, ...(namespace ? { namespace } : {}) };
    const body = { apiVersion: "policy/v1", kind: "Eviction", metadata };
    const path = `${await this.#discovery.pathOf(ref)}/eviction`;
    await this.#ask(ref, { method: "POST", path, body, retry: false, about: about("Create", ref) });
  }

  async #object(kind: KindRef, request: Request): Promise<KubeObject> {
    return (await this.#ask(kind, request)).json as KubeObject;
  }

  /** Sends, and forgets a discovered path that the server no longer knows. */
  async #ask(kind: KindRef, request: Request): Promise<Reply> {
    try {
      return await this.#transport.request({ ...request, urgent: this.#urgent });
    } catch (error) {
      if (error instanceof ApiError && kindIsGone(error)) this.#discovery.forget(kind);
      throw error;
    }
  }
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

/**
 * The pages of a list, one request each. Rejects with 410 when the list has become too old to be continued.
 */
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
