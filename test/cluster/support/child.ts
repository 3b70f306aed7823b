import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { guard } from "./guard.ts";

/** A server that runs beside the tests. It does not keep this process alive, and dies with it. */
export interface Child {
  readonly pid: number;
  /** The file with its output. */
  readonly log: string;
  /** Rejects with its last lines as soon as it has ended; does nothing while it runs. */
  check(): Promise<void>;
  /** Ends it and waits until it is gone. Default: SIGKILL. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts a server whose output goes to `NAME.log` in the folder; a restarted one appends. */
export function startChild(name: string, command: string, args: readonly string[], folder: string): Child {
  const log = join(folder, `${name}.log`);
  const output = openSync(log, "a");
  const child = spawn(command, args, { cwd: folder, stdio: ["ignore", output, output] });
  closeSync(output);
  child.unref();
  let ended: string | undefined;
  const release = child.pid === undefined ? () => {} : guard("pid", child.pid);
  const gone = new Promise<void>((resolve) => {
    const end = (how: string): void => {
      ended = how;
      release();
      resolve();
    };
    child.once("error", (error) => end(error.message));
    child.once("exit", (code, signal) => end(`ended with ${signal ?? code}`));
  });
  return {
    pid: child.pid ?? -1,
    log,
    async check() {
      if (ended === undefined) return;
      const lines = (await readFile(log, "utf8")).trim().split("\n").slice(-15);
      throw new Error(`${name} ${ended}:\n${lines.join("\n")}`);
    },
    async stop(signal = "SIGKILL") {
      if (ended !== undefined) return;
      child.ref();
      child.kill(signal);
      await gone;
    },
  };
}

/**
 * Waits until `ready` answers true, looking every 50 ms; rejects when a child ends first or after the limit.
 */
export async function until(
  what: string,
  ready: () => Promise<boolean>,
  { children = [], seconds = 60 }: { children?: readonly Child[]; seconds?: number } = {},
): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (let cause: unknown; ; await sleep(50)) {
    for (const child of children) await child.check();
    try {
      if (await ready()) return;
    } catch (error) {
      cause = error;
    }
    if (Date.now() > end) throw new Error(`${what}: not within ${seconds} s`, { cause });
  }
}

/** A folder for one run, and how to remove it; it is removed too when this process dies. */
export async function scratch(name: string): Promise<{ folder: string; remove: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), `lotse-${name}-`));
  const release = guard("folder", folder);
  return {
    folder,
    async remove() {
      await rm(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
      release();
    },
  };
}

/** This many TCP ports of 127.0.0.1 that nobody listens on at the moment. */
export async function freePorts(count: number): Promise<number[]> {
  const servers = await Promise.all(Array.from({ length: count }, listening));
  const ports = servers.map((server) => {
    const address = server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  });
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

function listening() {
  const server = createServer();
  return new Promise<typeof server>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => resolve(server));
  });
}
