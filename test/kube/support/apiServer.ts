import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { KubeObject } from "../../../src/api/object.ts";
import { type Access, accessOf } from "../../../src/kube/access.ts";

/** A request as it arrived. */
export interface Arrived {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: unknown;
}

/** Answers a request in place of the server, or returns false to let it through. */
export type Fault = (request: Arrived, response: ServerResponse) => boolean;

interface Watcher {
  readonly collection: string;
  readonly response: ServerResponse;
}

interface Entry {
  readonly version: number;
  readonly type: "ADDED" | "MODIFIED" | "DELETED";
  readonly collection: string;
  readonly object: KubeObject;
}

/**
 * Just enough of an API server for the tests of the edge: storage, versions, watches, and faults on demand.
 */
export class ApiServer {
  readonly arrived: Arrived[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #objects = new Map<string, KubeObject>();
  readonly #watchers = new Set<Watcher>();
  readonly #history: Entry[] = [];
  readonly #faults: Fault[] = [];
  #version = 10;
  #oldest = 0;
  /** Whether WatchList is understood; else refused with 422 as older servers do. */
  watchList = true;
  /** Discovery answers by path. */
  readonly served = new Map<string, readonly object[]>();

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => void this.#answer(request, response));
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<ApiServer> {
    const server = createServer({ keepAliveTimeout: 60_000 });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new ApiServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#sockets.size;
  }

  access(): Access {
    const cluster = { name: "test", server: this.url, skipTLSVerify: true };
    return accessOf({ getCurrentCluster: () => cluster, applyToHTTPSOptions: async () => {} });
  }

  /** The next requests go to this fault, until it lets one through and `times` are used up. */
  fail(times: number, fault: Fault): void {
    for (let i = 0; i < times; i++) this.#faults.push(fault);
  }

  count(method: string, part: string): number {
    return this.arrived.filter((r) => r.method === method && `${r.path}?${r.query}`.includes(part)).length;
  }

  at(path: string): KubeObject | undefined {
    return this.#objects.get(path);
  }

  /** Stores an object under its path and tells the watchers. */
  put(path: string, object: KubeObject): KubeObject {
    const known = this.#objects.get(path);
    this.#version += 1;
    const uid = known?.metadata.uid ?? `uid-${this.#version}`;
    const metadata = { ...object.metadata, uid, resourceVersion: String(this.#version) };
    const stored = { ...object, metadata };
    this.#objects.set(path, stored);
    this.#tell({
      version: this.#version,
      type: known ? "MODIFIED" : "ADDED",
      collection: parentOf(path),
      object: stored,
    });
    return stored;
  }

  remove(path: string): void {
    const known = this.#objects.get(path);
    if (known === undefined) return;
    this.#objects.delete(path);
    this.#version += 1;
    const object = { ...known, metadata: { ...known.metadata, resourceVersion: String(this.#version) } };
    this.#tell({ version: this.#version, type: "DELETED", collection: parentOf(path), object });
  }

  /** Sends every watcher a bookmark. */
  bookmark(): void {
    for (const { response } of this.#watchers) response.write(line("BOOKMARK", bookmarkAt(this.#version)));
  }

  /** Writes into the open watches. */
  say(text: string): void {
    for (const { response } of this.#watchers) response.write(text);
  }

  get watching(): number {
    return this.#watchers.size;
  }

  /** Ends every watch, politely or by resetting its connection. */
  dropWatches(how: "end" | "reset"): void {
    for (const { response } of this.#watchers) how === "end" ? response.end() : response.destroy();
    this.#watchers.clear();
  }

  /** Forgets the history: a watch from before now is answered with 410. */
  compact(): void {
    this.#history.length = 0;
    this.#oldest = this.#version;
  }

  /** Closes every idle or busy connection without a word. */
  reset(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.reset();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #tell(entry: Entry): void {
    this.#history.push(entry);
    for (const { collection, response } of this.#watchers) {
      if (within(entry.collection, collection)) response.write(line(entry.type, entry.object));
    }
  }

  async #answer(message: IncomingMessage, response: ServerResponse): Promise<boolean> {
    const chunks: Buffer[] = [];
    for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const url = new URL(message.url ?? "/", this.url);
    const { method = "GET", headers } = message;
    const body: unknown = text === "" ? undefined : JSON.parse(text);
    const request = { method, path: url.pathname, query: url.searchParams, headers, body };
    this.arrived.push(request);
    if (this.#faults.length > 0 && this.#faults[0]?.(request, response)) {
      this.#faults.shift();
      return true;
    }
    if (request.query.get("watch") === "true") return this.#watch(request, response);
    const served = this.served.get(request.path);
    if (served) return reply(response, 200, { kind: "APIResourceList", resources: served });
    if (method === "GET") return this.#read(request, response);
    return this.#write(request, response);
  }

  #read({ path, query }: Arrived, response: ServerResponse): boolean {
    const single = this.#objects.get(path);
    if (single) return reply(response, 200, single);
    if (!collection.test(path)) return refuse(response, 404, "NotFound", { kind: "things" });
    const items = [...this.#objects].filter(([at]) => within(parentOf(at), path)).map(([, object]) => object);
    const from = Number(query.get("continue") ?? 0);
    const limit = Number(query.get("limit") ?? 0) || items.length;
    const next = from + limit < items.length ? { continue: String(from + limit) } : {};
    const bare = items.slice(from, from + limit).map(({ apiVersion: _a, kind: _k, ...rest }) => rest);
    return reply(response, 200, {
      kind: "List",
      metadata: { resourceVersion: String(this.#version), ...next },
      items: bare,
    });
  }

  #write({ method, path, body }: Arrived, response: ServerResponse): boolean {
    const sent = body as KubeObject;
    if (path.endsWith("/eviction")) return reply(response, 201, { kind: "Status", status: "Success" });
    if (method === "POST") {
      const place = `${path}/${sent.metadata.name}`;
      if (this.#objects.has(place)) return refuse(response, 409, "AlreadyExists");
      return reply(response, 201, this.put(place, sent));
    }
    const known = this.#objects.get(path.replace(/\/(status|scale)$/, ""));
    if (known === undefined) return refuse(response, 404, "NotFound", { kind: "things" });
    if (method === "DELETE") {
      this.remove(path);
      return reply(response, 200, { kind: "Status", status: "Success" });
    }
    const version = sent.metadata?.resourceVersion;
    if (version !== undefined && version !== known.metadata.resourceVersion)
      return refuse(response, 409, "Conflict");
    const next =
      method === "PUT" ? sent : { ...known, ...sent, metadata: { ...known.metadata, ...sent.metadata } };
    return reply(response, 200, this.put(path.replace(/\/(status|scale)$/, ""), next));
  }

  #watch({ path, query }: Arrived, response: ServerResponse): boolean {
    const initial = query.get("sendInitialEvents") === "true";
    if (initial && !this.watchList) return refuse(response, 422, "Invalid");
    const from = Number(query.get("resourceVersion") ?? this.#version);
    if (!initial && from < this.#oldest) return refuse(response, 410, "Expired");
    response.writeHead(200, { "content-type": "application/json" });
    response.flushHeaders();
    for (const text of initial ? this.#listLines(path) : this.#historyLines(path, from)) response.write(text);
    const watcher = { collection: path, response };
    this.#watchers.add(watcher);
    response.once("close", () => this.#watchers.delete(watcher));
    return true;
  }

  #listLines(wanted: string): string[] {
    const there = [...this.#objects].filter(([at]) => within(parentOf(at), wanted));
    const end = line("BOOKMARK", bookmarkAt(this.#version, { "k8s.io/initial-events-end": "true" }));
    return [...there.map(([, object]) => line("ADDED", object)), end];
  }

  #historyLines(wanted: string, from: number): string[] {
    const since = this.#history.filter((entry) => entry.version > from && within(entry.collection, wanted));
    return since.map(({ type, object }) => line(type, object));
  }
}

/** Answers with a Status object; true, so that a fault can end with it. */
export function refuse(
  response: ServerResponse,
  code: number,
  reason: string,
  details: object = {},
): boolean {
  return reply(response, code, {
    kind: "Status",
    status: "Failure",
    code,
    reason,
    message: `${reason} by the test`,
    details,
  });
}

/** Answers with JSON. */
export function reply(response: ServerResponse, code: number, body: unknown): boolean {
  response.writeHead(code, { "content-type": "application/json" }).end(JSON.stringify(body));
  return true;
}

/** Answers with anything. */
export function answer(response: ServerResponse, code: number, headers: object, body: string): boolean {
  response.writeHead(code, { ...headers }).end(body);
  return true;
}

/** Resolves when the condition holds; fails after a minute. */
export async function until(condition: () => boolean, what = "the condition"): Promise<void> {
  for (const start = performance.now(); !condition(); ) {
    if (performance.now() - start > 60_000) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const collection = /^\/(api\/v1|apis\/[^/]+\/[^/]+)(\/namespaces\/[^/]+)?\/[a-z]+$/;

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}

/** Whether a collection is the wanted one, or its part in one namespace. */
function within(actual: string, wanted: string): boolean {
  return actual === wanted || actual.replace(/\/namespaces\/[^/]+/, "") === wanted;
}

function line(type: string, object: object): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function bookmarkAt(version: number, annotations?: object): object {
  return {
    kind: "Any",
    metadata: { resourceVersion: String(version), ...(annotations ? { annotations } : {}) },
  };
}
