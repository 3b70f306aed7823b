import {
  type ClientRequest,
  type IncomingMessage,
  request as requestHttp,
  validateHeaderValue,
} from "node:http";
import { request as requestHttps } from "node:https";
import { urlToHttpOptions } from "node:url";
import { remembered } from "../reconcile/remembered.ts";
import type { Access, Entry } from "./access.ts";
import type { Answer } from "./answer.ts";
import type { Request, TransportOptions } from "./transport.ts";
import { StaleConnection, type Wire } from "./wire.ts";

/** Longer than any admission webhook may take (30 s). */
const usualTimeout = 35_000;

/** The whole answer: over the wire where there is nothing between, else as `node:https` finds its way. */
export async function ask(options: TransportOptions, request: Request): Promise<Answer> {
  const entry = await options.access.entry();
  if (entry.wire === undefined) return wholeOf(await send(options, request), request);
  return askDirectly(entry.wire, entry, options, request);
}

function askDirectly(
  wire: Wire,
  entry: Entry,
  { access, userAgent = "lotse" }: TransportOptions,
  request: Request,
): Promise<Answer> {
  const { method, timeout = usualTimeout, signal } = request;
  const path = addressOf(access).base + request.path + queryOf(request);
  if (/[^!-~]/.test(path)) throw new Error(`${path} cannot be asked for`);
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const length = body === undefined ? 0 : Buffer.byteLength(body);
  const kind = `content-type: ${request.contentType ?? "application/json"}\r\n`;
  const about = body === undefined ? "" : `${kind}content-length: ${length}\r\n`;
  const head = `${method} ${path} HTTP/1.1\r\nhost: ${access.server.host}\r\nuser-agent: ${userAgent}\r\n`;
  return wire.ask({ text: `${head}${fieldsOf(entry)}${about}\r\n${body ?? ""}`, timeout, signal });
}

/** The fields that all requests have. Throws when a credential cannot stand in a head. */
const fieldsOf = remembered(({ headers }: Entry): string =>
  Object.entries({ accept: "application/json", ...headers })
    .map(([name, value]) => {
      validateHeaderValue(name, value);
      return `${name}: ${value}\r\n`;
    })
    .join(""),
);

/** Resolves when the head of the answer is there. A body that is text goes out in one piece with the head. */
export async function send(
  { access, userAgent = "lotse" }: TransportOptions,
  request: Request,
): Promise<IncomingMessage> {
  const { agent, headers } = await access.entry();
  const body = request.body === undefined ? undefined : JSON.stringify(request.body);
  const { base, ...address } = addressOf(access);
  const options = {
    ...address,
    path: base + request.path + queryOf(request),
    agent,
    method: request.method,
    headers: {
      accept: "application/json",
      "user-agent": userAgent,
      ...headers,
      ...(body !== undefined && {
        "content-type": request.contentType ?? "application/json",
        "content-length": Buffer.byteLength(body),
      }),
    },
    ...(request.signal ? { signal: request.signal } : {}),
  };
  const client = address.protocol === "http:" ? requestHttp(options) : requestHttps(options);
  return answered(client, body, request.timeout ?? usualTimeout);
}

/** Where the server is, and the path below which it serves the API. */
const addressOf = remembered(({ server }: Access) => {
  const { protocol, hostname, port } = urlToHttpOptions(server);
  return { protocol, hostname, port, base: server.pathname.replace(/\/$/, "") };
});

function queryOf({ query }: Request): string {
  if (query === undefined) return "";
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === "" ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  return given.length === 0 ? "" : `?${given.join("&")}`;
}

function answered(
  client: ClientRequest,
  body: string | undefined,
  timeout: number,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => client.destroy(new Error(`no answer within ${timeout / 1_000} s`)),
      timeout,
    );
    client.once("response", (message) => {
      clearTimeout(timer);
      resolve(message);
    });
    client.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      const stale = client.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
      reject(stale ? new StaleConnection(error.message, { cause: error }) : error);
    });
    client.end(body);
  });
}

/** The whole answer whose head has come. */
export async function wholeOf(message: IncomingMessage, request: Request): Promise<Answer> {
  const text = await textOf(message, request);
  const { statusCode: status = 0, headers } = message;
  return { status, retryAfter: headers["retry-after"], text, staysOpen: true };
}

function textOf(message: IncomingMessage, { timeout = usualTimeout }: Request): Promise<string> {
  return new Promise((resolve, reject) => {
    const late = (): unknown => message.destroy(new Error(`answer incomplete after ${timeout / 1_000} s`));
    const timer = setTimeout(late, timeout);
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.once("end", () => resolve(Buffer.concat(chunks).toString()));
    message.once("error", reject);
    message.once("close", () => {
      clearTimeout(timer);
      if (!message.complete) reject(new Error("the connection was closed in the middle of the answer"));
    });
  });
}
