import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { messageOf } from "../api/problem.ts";

/** What a path answers to GET and HEAD. */
export type Page = () => Promise<{ readonly type: string; readonly body: string }>;

/** A small HTTP server. */
export interface Served {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves a few pages; any other path is 404, any other method 405, a page that fails 500. Port 0 takes a free
 * one. Rejects with an error that names the port and the flag when the port is in use.
 */
export async function serve(
  pages: Readonly<Record<string, Page>>,
  port: number,
  flag: string,
): Promise<Served> {
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    answer(pages, request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(500, plain);
      response.end(`${messageOf(error)}\n`);
    });
  });
  await listening(server, port, flag);
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}

const plain = { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" };

async function answer(
  pages: Readonly<Record<string, Page>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = "/"] = (request.url ?? "/").split("?");
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (page === undefined) return void response.writeHead(404, plain).end("404 page not found\n");
  if (request.method !== "GET" && request.method !== "HEAD")
    return void response.writeHead(405, plain).end("method not allowed\n");
  const { type, body } = await page();
  response
    .writeHead(200, { ...plain, "content-type": type })
    .end(request.method === "HEAD" ? undefined : body);
}

function listening(server: Server, port: number, flag: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      const why =
        cause.code === "EADDRINUSE" ? `port ${port} is in use; choose another with ${flag}` : cause.message;
      reject(new Error(`cannot listen: ${why}`, { cause }));
    });
    server.listen(port, resolve);
  });
}
