import type { Server } from "node:http";
import type { AddressInfo } from "node:net";
import { Problem } from "../api/problem.ts";

/** A server on loopback that can be closed, with every connection that it has. */
export interface Opened {
  readonly port: number;
  /** `http://127.0.0.1:PORT`. */
  readonly url: string;
  close(): Promise<void>;
}

/** Opens a server on loopback; port 0 takes a free one. Throws a `Problem` when the port is in use. */
export function listening(server: Server, port: number): Promise<Opened> {
  return new Promise((resolve, reject) => {
    server.keepAliveTimeout = 0; // whoever keeps a connection must not find it closed
    server.once("error", (cause) => reject(listenProblem(cause, port)));
    server.listen(port, "127.0.0.1", () => {
      const { port: taken } = server.address() as AddressInfo;
      resolve({ port: taken, url: `http://127.0.0.1:${taken}`, close: () => closed(server) });
    });
  });
}

/** What went wrong when a port was to be opened, in words that say what to do. */
export function listenProblem(cause: unknown, port: number): unknown {
  const { code } = cause as { readonly code?: string };
  if (code === "EADDRINUSE") return new Problem(`port ${port} of 127.0.0.1 is in use: choose another one`);
  if (code === "EACCES")
    return new Problem(`port ${port} of 127.0.0.1 may not be opened: choose another one`);
  return cause;
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
