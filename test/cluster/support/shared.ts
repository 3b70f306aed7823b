import { rm } from "node:fs/promises";
import { createServer, type IncomingMessage, request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { type Access, type ControlPlane, type Power, reach, startControlPlane } from "./controlPlane.ts";

const variable = "LOTSE_TEST_CONTROL_PLANE";
let shared: Promise<ControlPlane> | undefined;

/**
 * The control plane of this run of `test/cluster/run.ts`, which all test files use one after the other: keep
 * to namespaces of your own, and leave no cluster-wide object behind. A test file that runs alone gets one of
 * its own.
 */
export function sharedControlPlane(): Promise<ControlPlane> {
  const socket = process.env[variable];
  shared ??= socket === undefined ? startControlPlane() : reached(socket);
  return shared;
}

/**
 * Lets other processes use a control plane that this one started: restarts are asked for over a socket in its
 * folder. Answers the environment variables that `sharedControlPlane` needs there (and one that keeps a stray
 * kubectl from reaching another cluster), and how to end.
 */
export async function share(
  plane: ControlPlane,
): Promise<{ env: Record<string, string>; stop: () => Promise<void> }> {
  const socket = join(plane.folder, "control.sock");
  const server = createServer((asked, reply) => {
    const answer = (status: number, body: unknown): void =>
      void reply.writeHead(status).end(JSON.stringify(body ?? null));
    obey(plane, asked).then(
      (body) => answer(200, body),
      (error: unknown) => answer(500, String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(socket, resolve);
  });
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await rm(socket, { force: true });
  };
  return { env: { [variable]: socket, KUBECONFIG: plane.kubeconfig }, stop };
}

async function obey(plane: ControlPlane, asked: IncomingMessage): Promise<unknown> {
  const body = JSON.parse(await text(asked));
  switch (asked.url) {
    case "/access": {
      const { url, ca, kubeconfig, adminToken, folder } = plane;
      return { url, ca, kubeconfig, adminToken, folder } satisfies Access;
    }
    case "/restartApiServer":
      return await plane.restartApiServer(body);
    case "/restartEtcd":
      return await plane.restartEtcd(body);
    case "/addUser":
      return await plane.addUser(body);
    default:
      throw new Error(`nothing is known about ${asked.url}`);
  }
}

/** The control plane behind a socket. Whoever started it stops it, so its `stop` does nothing. */
async function reached(socket: string): Promise<ControlPlane> {
  const power: Power = {
    restartApiServer: async (options = {}) => void (await ask(socket, "/restartApiServer", options)),
    restartEtcd: async (options = {}) => void (await ask(socket, "/restartEtcd", options)),
    addUser: async (user) => String(await ask(socket, "/addUser", user)),
    stop: async () => {},
  };
  return reach((await ask(socket, "/access", {})) as Access, power);
}

async function ask(socketPath: string, path: string, options: object): Promise<unknown> {
  const body = JSON.stringify(options);
  const headers = { "content-length": Buffer.byteLength(body) };
  const reply = await new Promise<IncomingMessage>((resolve, reject) => {
    request({ socketPath, path, method: "POST", headers }, resolve).once("error", reject).end(body);
  });
  const answer: unknown = JSON.parse(await text(reply));
  if (reply.statusCode !== 200) throw new Error(String(answer));
  return answer;
}
