import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { passOn, type Served, served } from "./served.ts";

/** How a front makes things hard. */
export interface FrontOptions {
  /** Whoever does not send these basic credentials (`user:password`) is turned away with 401. */
  readonly login?: string;
  /** How long every answer is held back, in milliseconds. Default 0. */
  readonly delay?: number;
}

/** Forwards requests to a server on 127.0.0.1, once they have passed. */
export async function startFront(target: string, { login, delay = 0 }: FrontOptions): Promise<Served> {
  const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString("base64")}`;
  const server = createServer((asked, reply) => {
    if (wanted !== undefined && asked.headers.authorization !== wanted) {
      reply.writeHead(401, { "www-authenticate": "Basic" }).end("Unauthorized\n");
      return;
    }
    void sleep(delay, undefined, { ref: false }).then(() => passOn(asked, reply, target));
  });
  return served(server);
}
