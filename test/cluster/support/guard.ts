import { spawn } from "node:child_process";
import type { Writable } from "node:stream";
import { fileURLToPath } from "node:url";

let pipe: Writable | undefined;

/**
 * Makes sure that a process or a folder does not outlive this process, even when it is killed: a detached
 * watchdog holds the other end of a pipe and cleans up when it closes. The returned function gives the thing
 * free again.
 */
export function guard(what: "pid" | "folder", name: string | number): () => void {
  pipe ??= startWatchdog();
  const watchdog = pipe;
  watchdog.write(`keep ${what} ${name}\n`);
  return () => watchdog.write(`drop ${what} ${name}\n`);
}

function startWatchdog(): Writable {
  const script = fileURLToPath(new URL("./watchdog.ts", import.meta.url));
  const child = spawn(process.execPath, [script], {
    detached: true,
    env: { PATH: process.env.PATH ?? "" },
    stdio: ["pipe", "ignore", "ignore"],
  });
  child.unref();
  // A pipe keeps the event loop alive unless it is told not to; the type of `stdin` does not say that it is a
  // socket.
  (child.stdin as Writable & { unref(): void }).unref();
  return child.stdin;
}
