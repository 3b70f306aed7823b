import { createServer, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";

/** What stands between those who ask and a server. */
export interface Front {
  readonly url: string;
  stop(): Promise<void>;
}

/** How a front makes things hard. */
export interface FrontOptions {
  /** Whoever does not send these basic credentials (`user:password`) is turned away with 401. */
  readonly login?: string;
  /** How long every answer is held back, in milliseconds. Default 0. */
  readonly delay?: number;
}

/** Forwards requests to a server on 127.0.0.1, once they have passed. */
export async function startFront(target: string, { login, delay = 0 }: FrontOptions): Promise<Front> {
  const wanted = login === undefined ? undefined : `Basic ${Buffer.from(login).toString("base64")}`;
  const server = createServer((asked, reply) => {
    const { method, headers, url } = asked;
    if (wanted !== undefined && headers.authorization !== wanted) {
      reply.writeHead(401, { "www-authenticate": "Basic" }).end("Unauthorized\n");
      return;
    }
    void sleep(delay, undefined, { ref: false }).then(() => {
      const onward = request(new URL(url ?? "/", target), { method, headers }, (answer) => {
        reply.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(reply);
      });
      onward.once("error", () => reply.destroy());
      asked.pipe(onward);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  server.unref();
  const address = server.address();
  return {
    url: `http://127.0.0.1:${typeof address === "object" ? address?.port : address}`,
    stop() {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
