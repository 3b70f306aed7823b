import { type Agent, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import { listening } from "../../../src/demo/listening.ts";

/** A server on a free port of 127.0.0.1. */
export interface Served {
  readonly url: string;
  stop(): Promise<void>;
}

/** Opens a server, which keeps no process alive. */
export async function served(server: Server): Promise<Served> {
  const { url, close } = await listening(server, 0);
  server.unref();
  return { url, stop: close };
}

/** Passes a question on to another server, and its answer back. */
export function passOn(asked: IncomingMessage, reply: ServerResponse, target: string, agent?: Agent): void {
  const { method, headers, url } = asked;
  const options = { method, headers, ...(agent !== undefined && { agent }) };
  const onward = request(new URL(url ?? "/", target), options, (answer) => {
    reply.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(reply);
  });
  onward.once("error", () => reply.destroy());
  asked.pipe(onward);
}
