import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Belongings } from "./belongings.ts";

/** What everything in the demo stands on. */
export interface Ground {
  /** A folder for files that do not outlive the demo. */
  readonly folder: string;
  readonly belongings: Belongings;
  /** Ends the demo because something went wrong. */
  fail(error: unknown): void;
}

/** How long a process has to end by itself, in milliseconds. */
const patience = 3_000;

/**
 * Starts a process that belongs to the demo: its output goes to NAME.log in the folder, and when it ends
 * before the demo does, the demo ends with its last lines.
 */
export function startChild(
  { folder, belongings, fail }: Ground,
  name: string,
  command: string,
  args: readonly string[],
): void {
  const log = join(folder, `${name}.log`);
  const output = openSync(log, "a");
  const child = spawn(command, args, { cwd: folder, stdio: ["ignore", output, output] });
  closeSync(output);
  let isWanted = true;
  const gone = new Promise<void>((resolve) => {
    const ended = async (how: string): Promise<void> => {
      resolve();
      if (!isWanted) return;
      const lines = (await readFile(log, "utf8").catch(() => "")).trim().split("\n").slice(-5);
      fail(new Error([`${name} ${how}`, ...lines].join("\n")));
    };
    child.once("error", (error) => void ended(`cannot be started: ${error.message}`));
    child.once("exit", (code, signal) => void ended(`has ended with ${signal ?? code}`));
  });
  belongings.add(async () => {
    isWanted = false;
    child.kill("SIGTERM");
    const kill = setTimeout(() => child.kill("SIGKILL"), patience);
    await gone;
    clearTimeout(kill);
  });
}
