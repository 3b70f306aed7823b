import { Buffer } from "node:buffer";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { messageOf } from "../api/problem.ts";
import { ApiError } from "../reconcile/ports.ts";
import type { Cluster } from "./cluster.ts";
import { failure } from "./failure.ts";
import { type ApiReply, type ApiRequest, type ApiStream, isStream } from "./http/exchange.ts";
import { answer } from "./http/handle.ts";

/** How the HTTP face of a cluster is opened. */
export interface ApiServerOptions {
  /** The port on loopback; a free one by default. */
  readonly port?: number;
  /** Called before each request; an `ApiError` that it throws is the answer. Faults are injected here. */
  readonly before?: (request: ApiRequest) => void | Promise<void>;
}

/** The HTTP face of a cluster, while it is open. */
export interface ApiServer {
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** A kubeconfig (JSON, which is YAML) with which `kubectl` and the controller talk to it. */
  readonly kubeconfig: string;
  /** Ends every watch as a lost connection would. */
  dropWatches(): void;
  /** Closes the port and every connection. */
  close(): Promise<void>;
}

/**
 * Opens the HTTP face of a cluster on loopback: the Kubernetes API as far as controllers and kubectl use it.
 * Nobody is asked who they are. It is a development tool: production is a real Kubernetes.
 */
export async function serveApi(
  cluster: Cluster,
  { port = 0, before }: ApiServerOptions = {},
): Promise<ApiServer> {
  const streams = new Set<ServerResponse>();
  const server = createServer((incoming, response) => {
    handle(cluster, incoming, response, streams, before).catch((error: unknown) => broken(response, error));
  });
  await listening(server, port);
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    kubeconfig: kubeconfigOf(url),
    dropWatches() {
      for (const stream of streams) stream.destroy();
    },
    close() {
      return new Promise((resolve, reject) => {
        server.close((error) => (error === undefined ? resolve() : reject(error)));
        server.closeAllConnections();
      });
    },
  };
}

function listening(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => {
      server.removeListener("error", reject);
      resolve();
    });
  });
}

async function handle(
  cluster: Cluster,
  incoming: IncomingMessage,
  response: ServerResponse,
  streams: Set<ServerResponse>,
  before: ApiServerOptions["before"],
): Promise<void> {
  const request = await requestOf(incoming);
  const reply = await asked(request, before, () => answer(cluster, request));
  if (isStream(reply)) stream(response, reply, streams);
  else send(response, reply);
}

async function asked<T>(
  request: ApiRequest,
  before: ApiServerOptions["before"],
  serve: () => T,
): Promise<T | ApiReply> {
  try {
    await before?.(request);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return {
      code: error.code,
      body: error.status ?? { kind: "Status", code: error.code, message: error.message },
    };
  }
  return serve();
}

async function requestOf(incoming: IncomingMessage): Promise<ApiRequest> {
  const url = new URL(incoming.url ?? "/", "http://127.0.0.1");
  incoming.setEncoding("utf8");
  let text = "";
  for await (const chunk of incoming) text += String(chunk);
  const { accept = "", "content-type": contentType = "" } = incoming.headers;
  return {
    method: incoming.method ?? "GET",
    path: url.pathname.length > 1 ? url.pathname.replace(/\/$/, "") : url.pathname,
    query: url.searchParams,
    accept,
    contentType,
    body: await jsonText(text, contentType),
  };
}

/** Bodies in YAML, as server-side apply may send them, are turned into JSON. */
async function jsonText(text: string, contentType: string): Promise<string> {
  if (!contentType.includes("yaml") || /^\s*[{[]/.test(text)) return text;
  const { parse } = await import("yaml");
  return JSON.stringify(parse(text));
}

function send(
  response: ServerResponse,
  { code, body, contentType = "application/json", warnings = [] }: ApiReply,
): void {
  const isText = typeof body === "string" || body instanceof Uint8Array;
  const text = isText ? body : `${JSON.stringify(body)}\n`;
  if (warnings.length > 0)
    response.setHeader(
      "warning",
      warnings.map((warning) => `299 - ${JSON.stringify(warning)}`),
    );
  response.writeHead(code, { "content-type": contentType, "content-length": Buffer.byteLength(text) });
  response.end(text);
}

function stream(response: ServerResponse, { open }: ApiStream, streams: Set<ServerResponse>): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.flushHeaders();
  streams.add(response);
  const stop = open(
    (line) => response.write(`${JSON.stringify(line)}\n`),
    () => response.end(),
  );
  response.once("close", () => {
    streams.delete(response);
    stop();
  });
}

/** A fault of the cluster itself is answered as the API server would, and told with its cause. */
function broken(response: ServerResponse, error: unknown): void {
  const message = messageOf(error);
  if (response.headersSent) response.destroy();
  else
    send(response, {
      code: 500,
      body: failure(500, "InternalError", `Internal error occurred: ${message}`).status,
    });
}

function kubeconfigOf(server: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "embedded", cluster: { server } }],
    users: [{ name: "embedded", user: {} }],
    contexts: [
      { name: "embedded", context: { cluster: "embedded", user: "embedded", namespace: "default" } },
    ],
    "current-context": "embedded",
  });
}
